// Schedules that end at 0 reach it, and what rounding leaves below it is no negative learning rate: alone, in pairs and in chains.
#include <gtest/gtest.h>
#include <optim/schedules/schedule_table.h>

#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/anneal.h>
#include <gradus/optim/schedules/chain.h>
#include <gradus/optim/schedules/chained_scheduler.h>
#include <gradus/optim/schedules/exponential_lr.h>
#include <gradus/optim/schedules/linear_lr.h>
#include <gradus/optim/schedules/one_cycle_lr.h>
#include <gradus/optim/schedules/step_lr.h>

namespace gradus::optim::testing::schedule_zero_test {

struct Line {
  double start;
  std::int64_t n;
};

// Round numbers as people write them: 140 factors, 100 lengths.
std::vector<Line> settings() {
  std::vector<Line> out;
  for (int hundredths = 1; hundredths <= 100; ++hundredths)
    for (std::int64_t n = 1; n <= 100; ++n) out.push_back({hundredths / 100., n});
  for (int i = 1; i <= 40; ++i)
    for (std::int64_t n = 10; n <= 1000; n += 10) out.push_back({1. / i, n});
  return out;
}

TEST(ScheduleToZero, LinearLRReachesItsEndExactly) {
  int count = 0;
  for (const auto [start, n] : settings()) {
    for (const double end : {0., 0.1, 0.7, 1.}) {
      const Curve line = LinearLR::curve({.start_factor = start, .end_factor = end, .total_iters = n});
      for (const double t : {0, 1}) ASSERT_EQ(line.lr(0.3, static_cast<double>(n) + t), 0.3 * end) << start << " " << n;
      ASSERT_EQ(line.lr(0.3, 0), 0.3 * start);
      ASSERT_GE(line.lr(0.3, static_cast<double>(n) - 1), 0);
    }
    ++count;
  }
  EXPECT_EQ(count, 14000);
}

TEST(ScheduleToZero, LinearLRTrainsToItsEnd) {
  const Parameters p = table_parameters();
  SGD sgd(p, {.lr = 0.3});
  sgd.step();
  for (const auto [start, n] : settings()) {
    if (n > 40) continue;
    sgd.set_lr(0.3);
    LinearLR schedule(sgd, {.start_factor = start, .end_factor = 0, .total_iters = n});
    for (std::int64_t t = 0; t <= n; ++t) {
      ASSERT_GT(sgd.lr(), 0) << start << " " << n << " " << t;
      schedule.step();
      if (t + 1 >= n) break;
    }
    ASSERT_EQ(sgd.lr(), 0) << start << " " << n;
  }
}

TEST(ScheduleToZero, PairsAndChainsEndAtZeroAndStayThere) {
  const Parameters p = table_parameters();
  SGD one(p, {.lr = 0.3}), two(p, {.lr = 0.3});
  one.step();
  two.step();
  for (const auto [start, n] : settings()) {
    if (n > 100 || (n > 12 && n % 25 != 0)) continue;
    const Curve line = LinearLR::curve({.start_factor = start, .end_factor = 0, .total_iters = n});
    for (const Curve& other : {ExponentialLR::curve({.gamma = 0.9}), StepLR::curve({.step_size = 3, .gamma = 0.1}),
                               LinearLR::curve({.start_factor = 0.7, .end_factor = 0, .total_iters = n / 2 + 1})}) {
      one.set_lr(0.3);
      two.set_lr(0.3);
      LRScheduler first(one, line), second(one, other), chained(two, ChainedScheduler::curve({.schedules = {line, other}}));
      for (std::int64_t t = 1; t <= n + 3; ++t) {
        ASSERT_EQ(value_error([&] { first.step(), second.step(), chained.step(); }), "accepted")
            << start << " " << n << " " << other.describe() << " " << t;
        if (t >= n) {
          ASSERT_EQ(one.lr(), 0) << start << " " << n << " " << other.describe() << " " << t;
          ASSERT_EQ(two.lr(), 0) << start << " " << n << " " << other.describe() << " " << t;
        }
      }
    }
  }
}

// A line that rounding brings below zero at its end.
struct RoundedLR {
  struct Options {
    Unit per = Unit::epoch;
  };
  static constexpr std::string_view name = "RoundedLR";
  static double lr(const Options&, double base, double t) { return base * (t < 1 ? 1 : t < 2 ? -0x1p-54 : -0.01); }
};

TEST(ScheduleToZero, ResidueIsZeroAndANegativeRateIsAnError) {
  const auto optimizer = two_groups();
  ScheduleOf<RoundedLR> schedule(*optimizer);
  schedule.step();
  EXPECT_EQ(lrs(*optimizer), (std::vector<double>{0, 0}));
  EXPECT_EQ(value_error([&] { schedule.step_to(2); }),
            "RoundedLR: the learning rate of group 0 would be -0.001 at t = 2; it must be finite and at least 0");
}

TEST(ScheduleToZero, AnnealingEndsExactlyWhereItShould) {
  for (int steps = 2; steps <= 400; ++steps)
    for (const Anneal way : {Anneal::cos, Anneal::linear}) {
      const Curve curve = OneCycleLR::curve({.max_lr = 0.3, .total_steps = steps, .pct_start = 0.3 + 1e-9, .anneal_strategy = way});
      ASSERT_EQ(curve.lr(1, steps - 1), 0.3 / 25 / 1e4) << steps;
    }
}

}  // namespace gradus::optim::testing::schedule_zero_test
