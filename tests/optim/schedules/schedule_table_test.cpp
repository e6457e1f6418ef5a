// What holds for every schedule of the table: PyTorch's numbers over 60 steps, purity, resuming.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include <gtest/gtest.h>
#include <optim/schedules/schedule_table.h>

#include <gradus/optim/lr_scheduler/lr_scheduler.h>

namespace gradus::optim::testing::schedule_table_test {

class EverySchedule : public ::testing::TestWithParam<Row> {};

TEST_P(EverySchedule, HasPyTorchsNumbers) {
  const Row& row = GetParam();
  const auto optimizer = two_groups(row.kind);
  LRScheduler schedule(*optimizer, row.curve);
  const Array& golden = schedule_golden(row.golden);
  const std::string momentum = row.golden + ".momentum";
  for (int step = 0; step <= 60; ++step) {
    if (step > 0 && row.pace == 1) schedule.step();
    else if (step > 0) schedule.step_to(row.t(step));
    ASSERT_EQ(schedule.last_epoch(), static_cast<std::int64_t>(row.t(step)));
    for (int group = 0; group < 2; ++group) {
      ASSERT_NEAR(optimizer->lr(group), golden.at({step, group}), 1e-12) << "step " << step << ", group " << group;
      ASSERT_EQ(optimizer->lr(group), schedule.get_last_lr()[group]);
      if (has_schedule_golden(momentum)) {
        const double now = optimizer->option(optimizer->has_option("betas.0") ? "betas.0" : "momentum", group);
        ASSERT_NEAR(now, schedule_golden(momentum).at({step, group}), 1e-12) << "step " << step << ", group " << group;
      }
    }
  }
}

TEST_P(EverySchedule, IsAPureFunction) {
  const Row& row = GetParam();
  const auto optimizer = two_groups(row.kind);
  LRScheduler schedule(*optimizer, row.curve);
  std::vector<std::vector<double>> forward{lrs(*optimizer)};
  for (int step = 1; step <= 60; ++step) {
    schedule.step_to(row.t(step));
    forward.push_back(lrs(*optimizer));
  }
  for (int step = 60; step >= 0; step -= 7)      // backwards, on a copy, and without moving anything
    for (int group = 0; group < 2; ++group) {
      const Curve copy = row.curve;
      EXPECT_EQ(copy.lr(schedule.base_lr(group), row.t(step), group), forward[step][group]);
      EXPECT_EQ(schedule.lr(schedule.base_lr(group), row.t(step), group), forward[step][group]);
    }
  EXPECT_EQ(lrs(*optimizer), forward[60]);
}

TEST_P(EverySchedule, GoesOnBitForBitFromItsState) {
  const Row& row = GetParam();
  const auto optimizer = two_groups(row.kind);
  LRScheduler schedule(*optimizer, row.curve);
  for (int step = 1; step <= 23; ++step) schedule.step_to(row.t(step));
  const State optimizers = optimizer->state(), schedules = schedule.state();

  const auto first = two_groups(row.kind), second = two_groups(row.kind);
  LRScheduler early(*first, row.curve);
  early.load_state(schedules);
  first->load_state(optimizers);
  second->load_state(optimizers);
  LRScheduler late(*second, row.curve);
  late.load_state(schedules);
  EXPECT_EQ(early.state().values, schedules.values);
  EXPECT_EQ(late.state().values, schedules.values);
  for (int step = 23; step <= 60; ++step) {
    for (LRScheduler* each : {&schedule, &early, &late}) each->step_to(row.t(step));
    ASSERT_EQ(lrs(*first), lrs(*optimizer)) << step;
    ASSERT_EQ(lrs(*second), lrs(*optimizer)) << step;
  }
  EXPECT_EQ(first->state().values, optimizer->state().values);
}

TEST_P(EverySchedule, ToldWhereItWasDoesNotDecayTwice) {
  const Row& row = GetParam();
  if (row.pace != 1) return;                     // PyTorch's last_epoch is a whole number
  const auto optimizer = two_groups(row.kind), resumed = two_groups(row.kind);
  LRScheduler schedule(*optimizer, row.curve);
  for (int step = 1; step <= 20; ++step) schedule.step();
  resumed->load_state(optimizer->state());
  LRScheduler told(*resumed, row.curve, 19);
  EXPECT_EQ(told.last_epoch(), 20);
  EXPECT_EQ(lrs(*resumed), lrs(*optimizer));
}

TEST_P(EverySchedule, RefusesTheStateOfAnother) {
  const Row& row = GetParam();
  const auto optimizer = two_groups(row.kind);
  LRScheduler schedule(*optimizer, row.curve);
  const State mine = schedule.state();
  State other = mine;
  other.values["schedule"] = "AnotherLR";
  EXPECT_EQ(value_error([&] { schedule.load_state(other); }), std::string(row.curve.name()) + ": this is the state of AnotherLR");
  for (const auto& [key, value] : mine.values) {
    State hole = mine;
    hole.values.erase(key);
    EXPECT_EQ(value_error([&] { schedule.load_state(hole); }),
              std::string(row.curve.name()) + ": the state does not fit this schedule:\n  missing " + key);
    if (key == "schedule" || key.ends_with(".schedule")) continue;
    hole.values[key] = "x";
    EXPECT_NE(value_error([&] { schedule.load_state(hole); }), "accepted") << key;
  }
  EXPECT_EQ(schedule.state().values, mine.values);
}

TEST_P(EverySchedule, DescribesItselfAndNamesItsUnit) {
  const Row& row = GetParam();
  EXPECT_TRUE(row.curve.describe().starts_with(row.curve.name())) << row.curve.describe();
  EXPECT_NE(row.curve.describe().find(std::string("per=") + std::string(unit_text(row.curve.unit()))), std::string::npos)
      << row.curve.describe();
}

INSTANTIATE_TEST_SUITE_P(Table, EverySchedule, ::testing::ValuesIn(schedule_table()), [](const auto& info) { return info.param.golden; });

TEST(ScheduleTable, HasEverySchedule) {
  std::set<std::string> rows;
  for (const Row& row : schedule_table()) rows.emplace(row.curve.name());
  const std::regex name("name(?: = |\\(\\) \\{ return )\"(\\w+)\"");
  int found = 0;
  for (const auto& file : std::filesystem::directory_iterator(std::string(GRADUS_SOURCE) + "/optim/schedules")) {
    std::ifstream in(file.path());
    const std::string source{std::istreambuf_iterator<char>(in), {}};
    for (std::sregex_iterator at(source.begin(), source.end(), name), end; at != end; ++at, ++found)
      EXPECT_TRUE(rows.contains((*at)[1])) << (*at)[1] << " has no row in schedule_table.cpp";
  }
  EXPECT_EQ(found, static_cast<int>(rows.size()));
}

}  // namespace gradus::optim::testing::schedule_table_test
