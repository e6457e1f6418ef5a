// The learning rate range test: on quadratics, whose largest stable rate 2/L is known; and that it leaves no trace.
#include <cmath>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optim/rules/table.h>

#include <gradus/optim/around/lr_range_test.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/one_cycle_lr.h>

namespace gradus::optim::testing::lr_range_test_test {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// ½ Σ cᵢwᵢ² with curvatures from L/10 to L, trained with plain gradients.
struct Bowl {
  double largest;
  std::int64_t n = 20;
  Parameters p = single(Array::full({n}, 1, f64));
  SGD sgd{p, {.lr = 0.5}};

  double step(double noise = 0) {
    const std::vector<double> w = values(p);
    const auto curvature = [&](std::int64_t i) {
      return largest * (n == 1 ? 1 : 0.1 + 0.9 * static_cast<double>(i) / static_cast<double>(n - 1));
    };
    double loss = 0;
    for (std::int64_t i = 0; i < n; ++i) loss += 0.5 * curvature(i) * w[i] * w[i];
    p[0].leaf->grad =
        filled({n}, f64, [&](auto i) { return curvature(i) * w[i] + noise * table_gradient(static_cast<int>(sgd.steps() % 97), 2, i); });
    sgd.step();
    return loss;
  }
  RangeTest test(const RangeTestOptions& options = {}, double noise = 0) {
    return lr_range_test(sgd, [this, noise] { return step(noise); }, options);
  }
};

TEST(RangeTest, SuggestsARateBelowTheLargestStableOne) {
  for (const double largest : {1., 10., 1000.})
    for (const std::int64_t n : {1, 20})
      for (const double noise : {0., 0.05}) {
        Bowl bowl{largest, n};
        const RangeTest found = bowl.test({.lr_max = 1000 / largest}, noise);
        ASSERT_TRUE(found.steepest && found.tenth_of_minimum) << found;
        for (const double lr : {*found.steepest, *found.tenth_of_minimum}) {
          EXPECT_LT(lr, 2 / largest) << largest << " " << n << " " << noise;
          EXPECT_GT(lr, 2 / largest / 200) << largest << " " << n << " " << noise;
        }
        EXPECT_TRUE(found.diverged);
        EXPECT_LT(found.lr.back(), 100 / largest);   // and it ended long before lr_max
        EXPECT_EQ(found.reason, "");
      }
}

TEST(RangeTest, WalksTheRangeEvenlyInItsSpacing) {
  std::vector<double> asked;
  const auto flat = [&](double lr) { asked.push_back(lr); return 1.; };
  const RangeTest geometric = lr_range_test(flat, {.lr_min = 1e-4, .lr_max = 1, .steps = 13});
  EXPECT_EQ(geometric.lr, asked);
  EXPECT_EQ(asked.size(), 13u);
  EXPECT_EQ(asked.front(), 1e-4);
  EXPECT_NEAR(asked[3], 1e-3, 1e-18);
  EXPECT_EQ(asked.back(), 1);
  const RangeTest linear = lr_range_test(flat, {.lr_min = 0.1, .lr_max = 1, .steps = 10, .spacing = Spacing::linear});
  EXPECT_NEAR(linear.lr[4], 0.5, 1e-15);
  EXPECT_FALSE(linear.diverged);
}

TEST(RangeTest, SmoothsWithoutBias) {
  std::int64_t i = 0;
  const RangeTest found = lr_range_test([&](double) { return i++ == 0 ? 3. : 1.; }, {.steps = 10, .smoothing = 0.5});
  EXPECT_EQ(found.smoothed[0], 3);
  EXPECT_NEAR(found.smoothed[1], (0.25 * 3 + 0.5 * 1) / 0.75, 1e-15);
  const RangeTest raw = lr_range_test([&](double) { return static_cast<double>(++i); }, {.steps = 10, .smoothing = 0});
  EXPECT_EQ(raw.smoothed, std::vector<double>(raw.loss.begin(), raw.loss.begin() + static_cast<std::ptrdiff_t>(raw.smoothed.size())));
}

TEST(RangeTest, EndsWhenTheLossIsWorseThanFourTimesTheBest) {
  double loss = 1;
  const RangeTest found = lr_range_test([&](double) { return loss *= 1.5; }, {.smoothing = 0});   // 1.5, 2.25, 3.4, 5.1, 7.6
  EXPECT_TRUE(found.diverged);
  EXPECT_EQ(found.loss.size(), 5u);
  loss = -100;
  // −50, 0, …, 100, 150: three times |best| above it
  const RangeTest negative = lr_range_test([&](double) { return loss += 50; }, {.smoothing = 0});
  EXPECT_EQ(negative.loss.size(), 5u);
}

TEST(RangeTest, SaysWhyItSuggestsNothing) {
  const auto reason = [](const std::function<double(double)>& step) {
    const RangeTest found = lr_range_test(step);
    EXPECT_FALSE(found.tenth_of_minimum);
    EXPECT_THAT(found.text(), HasSubstr(found.reason));
    EXPECT_EQ(found.svg().find("nan'"), std::string::npos);
    EXPECT_EQ(found.svg().find("inf'"), std::string::npos);
    return found.reason;
  };
  EXPECT_EQ(reason([](double) { return NAN; }), "the first loss is nan: the model or its data is at fault, not the learning rate");
  EXPECT_EQ(reason([n = 0](double) mutable { return n++ < 3 ? 1 : HUGE_VAL; }),
            "the loss diverged after 4 steps: begin with a smaller lr_min than 1e-07");
  EXPECT_EQ(reason([](double lr) { return 1 + lr / 100; }), "the loss falls nowhere between 1e-07 and 10");
  EXPECT_EQ(reason([](double) { return 2.; }), "the loss falls nowhere between 1e-07 and 10");
  EXPECT_EQ(reason([](double lr) { return 1 / (1 + lr); }), "the loss still falls at lr_max = 10: try a larger one");
}

std::vector<double> everything(const Parameters& p, const Optimizer& optimizer, const LRScheduler& schedule) {
  std::vector<double> out = values(p);
  for (const NamedParameter& each : p)
    if (each.leaf->grad.defined())
      for (double x : each.leaf->grad.value().to_vector()) out.push_back(x);
  for (const auto& [name, array] : optimizer.state().arrays)
    for (double x : array.to_vector()) out.push_back(x);
  out.push_back(schedule.get_last_lr()[0]);
  out.push_back(static_cast<double>(schedule.last_epoch()));
  return out;
}

TEST(RangeTest, PutsEverythingBackBitForBit) {
  const Parameters p = table_parameters(f32);
  Adam adam({{.params = {p[0], p[1]}, .options = {.lr = 0.1}}, {.params = {p[2], p[3]}, .options = {.lr = 0.01}}});
  OneCycleLR schedule(adam, {.max_lr = 0.3, .total_steps = 50});
  for (int step = 0; step < 3; ++step) {
    run(adam, p, step, step + 1);
    schedule.step();
  }
  const std::vector<double> before = everything(p, adam, schedule);
  const auto facts = adam.state().values, times = schedule.state().values;
  int step = 3;
  const auto train = [&] {
    run(adam, p, step, step + 1);
    ++step;
    return 10. - step;
  };
  lr_range_test(adam, train, {.steps = 20, .schedules = {&schedule}});
  EXPECT_EQ(everything(p, adam, schedule), before);
  EXPECT_EQ(adam.state().values, facts);
  EXPECT_EQ(schedule.state().values, times);
  EXPECT_EQ(p[2].leaf->grad.defined(), has_gradient(2, 2));

  const auto fail = [&]() -> double {                // and when the step throws
    train();
    schedule.step();
    throw std::runtime_error("no more data");
  };
  EXPECT_THROW(lr_range_test(adam, fail, {.schedules = {&schedule}}), std::runtime_error);
  EXPECT_EQ(everything(p, adam, schedule), before);
  EXPECT_EQ(adam.state().values, facts);
  EXPECT_EQ(schedule.state().values, times);
}

TEST(RangeTest, KeepsTheRatiosOfGroups) {
  const Parameters p = table_parameters();
  SGD sgd({{.params = {p[0]}, .options = {.lr = 0.2}}, {.params = {p[1]}, .options = {.lr = 0.02}}});
  std::vector<double> first;
  const RangeTest found = lr_range_test(sgd, [&] {
    EXPECT_NEAR(sgd.lr(1), sgd.lr(0) / 10, 1e-15 * sgd.lr(0));
    first.push_back(sgd.lr(0));
    return 1.;
  }, {.steps = 10});
  EXPECT_EQ(first, found.lr);
  EXPECT_EQ(sgd.lr(0), 0.2);
  EXPECT_EQ(sgd.lr(1), 0.02);
}

TEST(RangeTest, DrawsItsCurve) {
  Bowl bowl{10, 1};
  const RangeTest found = bowl.test();
  std::ostringstream out;
  out << found;
  EXPECT_TRUE(out.str().starts_with("Learning rate range test\n     loss\n")) << out.str();
  EXPECT_THAT(out.str(), HasSubstr("           1e-07"));
  EXPECT_THAT(out.str(), HasSubstr("falls fastest at 0.0"));
  EXPECT_THAT(out.str(), HasSubstr("; a tenth of the minimum's rate is "));
  const std::string svg = found.svg();
  EXPECT_THAT(svg, HasSubstr(">1e-05</text>"));
  EXPECT_THAT(svg, HasSubstr(">steepest 0.0"));
  EXPECT_THAT(svg, HasSubstr("class='mark'"));
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
}

TEST(RangeTest, RejectsWhatItCannotMean) {
  Bowl bowl{1};
  const auto error = [&](const RangeTestOptions& options) {
    try {
      bowl.test(options);
    } catch (const ValueError& e) {
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(error({.lr_min = 0}), "lr_range_test: lr_min must be finite and above 0, not 0");
  EXPECT_EQ(error({.lr_min = 1, .lr_max = 0.5}), "lr_range_test: lr_max must be finite and above lr_min, not 0.5 and 1");
  EXPECT_EQ(error({.lr_max = NAN}), "lr_range_test: lr_max must be finite and above lr_min, not nan and 1e-07");
  EXPECT_EQ(error({.steps = 9}), "lr_range_test: steps must be at least 10, not 9");
  EXPECT_EQ(error({.smoothing = 1}), "lr_range_test: smoothing must lie in [0, 1), not 1");
  EXPECT_EQ(error({.divergence = 1}), "lr_range_test: divergence must be above 1, not 1");
  EXPECT_EQ(error({.schedules = {nullptr}}), "lr_range_test: each of schedules must be given");
  EXPECT_EQ(bowl.sgd.lr(), 0.5);
  EXPECT_EQ(bowl.sgd.steps(), 0);
  EXPECT_THROW(bowl.test().text(2, 2), ValueError);
}

}  // namespace gradus::optim::testing::lr_range_test_test
