// ReduceLROnPlateau: PyTorch's sequences, metrics that are NaN, infinite or negative, resuming, bad input.
#include <cmath>

#include <gtest/gtest.h>
#include <optim/schedules/schedule_table.h>

#include <gradus/optim/lr_scheduler/reduce_lr_on_plateau.h>

namespace gradus::optim::testing::plateau_test {

using Options = ReduceLROnPlateau::Options;

const std::vector<std::pair<std::string, Options>>& table() {
  static const std::vector<std::pair<std::string, Options>> rows{
      {"plateau", {.patience = 1}},
      {"plateau_default", {}},
      {"plateau_groups", {.factor = 0.5, .patience = 1, .cooldown = 3, .min_lr = {0.01, 0.2}}},
      {"plateau_max", {.mode = Mode::max, .factor = 0.7, .patience = 1, .threshold = 0.02}},
      {"plateau_abs", {.factor = 0.6, .patience = 1, .threshold = 0.03, .threshold_mode = ThresholdMode::abs, .cooldown = 1}},
      {"plateau_nan", {.factor = 0.8, .patience = 1}},
      {"plateau_negative_abs", {.factor = 0.6, .patience = 1, .threshold = 0.03, .threshold_mode = ThresholdMode::abs}},
      {"plateau_negative", {.factor = 0.6, .patience = 3, .threshold = 0}},
      {"plateau_max_negative", {.mode = Mode::max, .factor = 0.9, .patience = 2, .threshold = 0}},
      {"plateau_eps", {.patience = 0, .eps = 1e-4}},
  };
  return rows;
}

TEST(Plateau, HasPyTorchsNumbers) {
  for (const auto& [name, options] : table()) {
    const auto optimizer = two_groups();
    ReduceLROnPlateau schedule(*optimizer, options);
    const Array &golden = schedule_golden(name), &metric = schedule_golden(name + ".metric");
    for (int t = 0; t <= 60; ++t) {
      if (t > 0) schedule.step(metric.at({t - 1}));
      ASSERT_EQ(schedule.last_epoch(), t);
      ASSERT_EQ(schedule.get_last_lr(), lrs(*optimizer));
      for (int group = 0; group < 2; ++group) ASSERT_NEAR(optimizer->lr(group), golden.at({t, group}), 1e-12) << name << ", epoch " << t;
    }
    ASSERT_LT(optimizer->lr(0), 0.1) << name << " never reduced";
  }
}

TEST(Plateau, GoesOnFromItsState) {
  for (const auto& [name, options] : table())
    for (const int saved_at : {1, 11, 30}) {
      const auto optimizer = two_groups(), fresh = two_groups();
      ReduceLROnPlateau schedule(*optimizer, options), resumed(*fresh);
      const Array& metric = schedule_golden(name + ".metric");
      for (int t = 0; t < 60; ++t) {
        if (t == saved_at) {
          fresh->load_state(optimizer->state());
          resumed.load_state(schedule.state());
        }
        schedule.step(metric.at({t}));
        if (t < saved_at) continue;
        resumed.step(metric.at({t}));
        ASSERT_EQ(lrs(*fresh), lrs(*optimizer)) << name << ", epoch " << t;
      }
      EXPECT_EQ(resumed.state().values, schedule.state().values);
    }
}

TEST(Plateau, ANegativeBestIsNotFooledByWorseMetrics) {
  // PyTorch asks for metric < best·(1 − threshold), which for best = −1 and threshold 0.1 is −0.9: worse than best.
  const auto optimizer = two_groups();
  ReduceLROnPlateau schedule(*optimizer, {.patience = 3, .threshold = 0.1});
  const Array& metric = schedule_golden("plateau_fault.metric");
  for (int t = 0; t < 5; ++t) schedule.step(metric.at({t}));
  EXPECT_EQ(schedule.best(), -1);
  EXPECT_NEAR(optimizer->lr(), 0.01, 1e-16);
  EXPECT_EQ(schedule_golden("plateau_fault").at({5, 0}), 0.1);   // PyTorch has not noticed
  schedule.step(-1.09);                                          // better, but by less than 10 %
  EXPECT_EQ(schedule.best(), -1);
  schedule.step(-1.11);
  EXPECT_EQ(schedule.best(), -1.11);
}

TEST(Plateau, NaNCountsAsBadAndIsNeverTheBest) {
  for (const Mode mode : {Mode::min, Mode::max}) {
    const auto optimizer = two_groups();
    ReduceLROnPlateau schedule(*optimizer, {.mode = mode, .patience = 1});
    schedule.step(NAN);
    EXPECT_TRUE(std::isinf(schedule.best()));
    EXPECT_EQ(schedule.num_bad_epochs(), 1);
    schedule.step(0.5);
    EXPECT_EQ(schedule.best(), 0.5);
    EXPECT_EQ(schedule.num_bad_epochs(), 0);
    schedule.step(NAN);
    schedule.step(NAN);
    EXPECT_EQ(schedule.best(), 0.5);
    EXPECT_NEAR(optimizer->lr(), 0.01, 1e-16);
  }
}

TEST(Plateau, RejectsWhatItCannotMean) {
  const auto optimizer = two_groups();
  const auto rejects = [&](const Options& options) { return value_error([&] { ReduceLROnPlateau(*optimizer, options); }); };
  EXPECT_EQ(rejects({.factor = 0}), "ReduceLROnPlateau: factor must lie in (0, 1), not 0");
  EXPECT_EQ(rejects({.factor = 1}), "ReduceLROnPlateau: factor must lie in (0, 1), not 1");
  EXPECT_EQ(rejects({.factor = NAN}), "ReduceLROnPlateau: factor must lie in (0, 1), not nan");
  EXPECT_EQ(rejects({.patience = -1}), "ReduceLROnPlateau: patience must be at least 0, not -1");
  EXPECT_EQ(rejects({.threshold = -1}), "ReduceLROnPlateau: threshold must be finite and at least 0, not -1");
  EXPECT_EQ(rejects({.cooldown = -1}), "ReduceLROnPlateau: cooldown must be at least 0, not -1");
  EXPECT_EQ(rejects({.min_lr = -1}), "ReduceLROnPlateau: min_lr must be finite and at least 0, not -1");
  EXPECT_EQ(rejects({.min_lr = {0, 0, 0}}),
            "ReduceLROnPlateau: min_lr must be one value or one for each group, of which there are 2, not 3 values");
  EXPECT_EQ(rejects({.eps = NAN}), "ReduceLROnPlateau: eps must be finite and at least 0, not nan");

  ReduceLROnPlateau schedule(*optimizer, {.patience = 2});
  schedule.step(1);
  const State mine = schedule.state();
  for (const auto& [key, value] : mine.values) {
    State other = mine;
    other.values[key] = "x";
    EXPECT_NE(value_error([&] { schedule.load_state(other); }), "accepted") << key;
    other.values.erase(key);
    EXPECT_EQ(value_error([&] { schedule.load_state(other); }),
              "ReduceLROnPlateau: the state does not fit this schedule:\n  missing " + key);
  }
  EXPECT_EQ(schedule.state().values, mine.values);
  EXPECT_EQ(schedule.describe(),
            "ReduceLROnPlateau(mode=min, factor=0.1, patience=2, threshold=1e-04, threshold_mode=rel, cooldown=0, min_lr=0, eps=1e-08)");
}

}  // namespace gradus::optim::testing::plateau_test
