// Schedules that show themselves before training: numbers, the terminal's curve, the SVG.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <gtest/gtest.h>
#include <optim/schedules/schedule_table.h>

#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/lr_scheduler/preview.h>
#include <gradus/optim/schedules/cyclic_lr.h>
#include <gradus/optim/schedules/inverse_sqrt_lr.h>
#include <gradus/optim/schedules/lambda_lr.h>
#include <gradus/optim/schedules/linear_lr.h>
#include <gradus/optim/schedules/one_cycle_lr.h>
#include <gradus/optim/schedules/sequential_lr.h>
#include <gradus/optim/schedules/step_lr.h>
#include <gradus/optim/schedules/swa_lr.h>

namespace gradus::optim::testing::schedule_preview_test {

TEST(Preview, IsWhatTheScheduleThenDoes) {
  for (const Row& row : schedule_table()) {
    if (row.pace != 1) continue;
    const auto optimizer = two_groups(row.kind);
    LRScheduler schedule(*optimizer, row.curve);
    const Preview shown = preview(schedule, 60);
    ASSERT_EQ(shown.title, row.curve.describe());
    ASSERT_EQ(shown.unit, row.curve.unit());
    const std::string momentum = optimizer->has_option("betas.0") ? "betas.0" : "momentum";
    for (int t = 0; t < 60; ++t, schedule.step())
      for (int group = 0; group < 2; ++group) {
        ASSERT_EQ(shown.lr[group][t], optimizer->lr(group)) << row.golden << " " << t;
        const double moved = shown.momentum.empty() ? 0 : shown.momentum[group][t];
        ASSERT_EQ(moved, shown.momentum.empty() ? 0 : optimizer->option(momentum, group));
      }
  }
}

TEST(Preview, ChangesNothing) {
  const auto optimizer = two_groups();
  StepLR schedule(*optimizer, {.step_size = 2});
  for (int t = 0; t < 5; ++t) schedule.step();
  const State before = optimizer->state(), state = schedule.state();
  EXPECT_EQ(preview(schedule, 6).lr[0][5], optimizer->lr(0));
  EXPECT_EQ(optimizer->state().values, before.values);
  EXPECT_EQ(schedule.state().values, state.values);
}

TEST(Preview, StopsAtTheEnd) {
  EXPECT_EQ(preview(OneCycleLR::curve({.max_lr = 1, .total_steps = 9}), 100).lr[0].size(), 10u);   // t = 0 … 9
  EXPECT_EQ(preview(StepLR::curve({.step_size = 9}), 100).lr[0].size(), 100u);
}

TEST(Preview, DrawsACurveInTheTerminal) {
  const std::string shown = preview(LinearLR::curve({.start_factor = 0.5, .total_iters = 10}), 11, 0.2).text(16, 3);
  EXPECT_EQ(shown,
            "LinearLR(start_factor=0.5, end_factor=1, total_iters=10, per=epoch)\n"
            "       lr\n"
            "      0.2 ┤⠀⠀⠀⠀⠀⠀⣀⣀⡠⠤⠤⠔⠒⠒⠊⠉\n"
            "          │⠔⠒⠒⠉⠉⠉⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀\n"
            "        0 ┤⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀⠀\n"
            "           0       epoch 10\n");
  std::ostringstream out;
  out << preview(OneCycleLR::curve({.max_lr = 0.1, .total_steps = 1000}), 1000);
  EXPECT_NE(out.str().find("momentum\n     0.95 ┤"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("step 999\n"), std::string::npos) << out.str();
}

TEST(Preview, DrawsAnSVG) {
  const auto file = std::filesystem::temp_directory_path() / "gradus_preview_test.svg";
  preview(CyclicLR::curve({.base_lr = 0.01, .max_lr = {0.1, 0.2}, .step_size_up = 50}), 5000, {1, 1}).save_svg(file);
  std::ifstream in(file);
  const std::string svg{std::istreambuf_iterator<char>(in), {}};
  std::filesystem::remove(file);
  EXPECT_TRUE(svg.starts_with("<svg xmlns=")) << svg.substr(0, 40);
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
  std::size_t paths = 0, at = 0;
  while ((at = svg.find("<path", at + 1)) != std::string::npos) ++paths;
  EXPECT_EQ(paths, 4u);                          // lr and momentum of two groups
  EXPECT_NE(svg.find(">CyclicLR</text>"), std::string::npos);
  EXPECT_NE(svg.find(">step</text>"), std::string::npos);
  EXPECT_EQ(svg.find(">-0<"), std::string::npos);
  EXPECT_LT(svg.size(), 300'000u);               // few enough points whatever the number of steps
  EXPECT_THROW(preview(StepLR::curve({.step_size = 1}), 3).save_svg("/no/such/folder/x.svg"), FileError);
}

TEST(Preview, LeavesAGapWhereMomentumIsNotMoved) {
  const Curve curve = SequentialLR::curve(
      {.schedules = {InverseSqrtLR::curve(), CyclicLR::curve({.base_lr = 0.1, .max_lr = 1, .step_size_up = 5})}, .milestones = {10}});
  const Preview shown = preview(curve, 20);
  EXPECT_TRUE(std::isnan(shown.momentum[0][9]));
  EXPECT_EQ(shown.momentum[0][10], 0.9);
  EXPECT_EQ(shown.svg().find("nan"), std::string::npos);
  EXPECT_NE(shown.text().find("      0.9 ┤⠀"), std::string::npos) << shown.text();
}

TEST(Preview, RejectsWhatItCannotShow) {
  const Curve curve = StepLR::curve({.step_size = 1});
  EXPECT_EQ(value_error([&] { preview(curve, 0); }), "preview: steps must be at least 1, not 0");
  EXPECT_EQ(value_error([&] { preview(Curve{}, 3); }), "preview: the curve must be given");
  EXPECT_EQ(value_error([&] { preview(curve, 3, -1); }), "preview: base must be finite and at least 0, not -1");
  EXPECT_EQ(value_error([&] { preview(curve, 3).text(3, 3); }), "preview: text needs at least 8 columns and 2 rows, not 3 and 3");
  EXPECT_EQ(value_error([&] { preview(LambdaLR::curve({.lr_lambda = [](std::int64_t e) { return e == 2 ? NAN : 1.; }}), 5); }),
            "LambdaLR: the learning rate at t = 2 must be finite and at least 0, not nan");
  EXPECT_EQ(value_error([&] { preview(SWALR::curve({.swa_lr = {1, 2}}), 3); }),
            "SWALR: swa_lr must be one value or one for each group, of which there are 1, not 2 values");
}

}  // namespace gradus::optim::testing::schedule_preview_test
