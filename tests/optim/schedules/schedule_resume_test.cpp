// last_epoch: a schedule that is told where it was goes on as the one that never stopped, whatever else acted on the learning rate.
#include <functional>

#include <gtest/gtest.h>
#include <optim/schedules/schedule_table.h>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/lr_scheduler/reduce_lr_on_plateau.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/schedules.h>

namespace gradus::optim::testing::schedule_resume_test {

// One group, and a second one that joins when it is told.
struct Training {
  Parameters p = table_parameters();
  SGD sgd{Parameters{p[0]}, {.lr = 0.1}};
  void add() { sgd.add_param_group({.params = {p[1]}, .options = {.lr = 1}}); }
};

const std::vector<Curve>& curves() {
  static const std::vector<Curve> all{
      ExponentialLR::curve({.gamma = 0.9}),         StepLR::curve({.step_size = 3, .gamma = 0.5}),
      LinearLR::curve({.total_iters = 20}),         PolynomialLR::curve({.total_iters = 30, .power = 2}),
      InverseSqrtLR::curve({.per = Unit::epoch}),   CosineAnnealingLR::curve({.t_max = 25, .eta_min = 0.001}),
      MultiplicativeLR::curve({.lr_lambda = [](std::int64_t) { return 0.9; }})};
  return all;
}

// Nine steps with `then` after each, and on: the schedule resumed from a state that was saved before or after the step to t agrees.
void expect_resumes(const Curve& curve, bool before, const std::function<void(Training&, int t)>& then, bool two) {
  Training run;
  run.sgd.step();
  LRScheduler schedule(run.sgd, curve);
  for (int t = 1; t <= 9; ++t) {
    schedule.step();
    then(run, t);
  }
  const State saved = run.sgd.state();
  if (before) schedule.step();
  Training other;
  if (two) other.add();
  other.sgd.step();
  other.sgd.load_state(saved);
  LRScheduler resumed(other.sgd, curve, schedule.last_epoch() - 1);
  for (int t = 0; t < 20; ++t, schedule.step(), resumed.step())
    for (int group = 0; group < run.sgd.groups(); ++group) {
      ASSERT_EQ(resumed.last_epoch(), schedule.last_epoch());
      ASSERT_NEAR(other.sgd.lr(group), run.sgd.lr(group), 1e-14) << curve.describe() << ", group " << group << ", " << t << " steps later";
    }
}

TEST(ScheduleResume, GoesOnForAGroupThatWasAddedLate) {
  for (const Curve& curve : curves())
    for (const bool before : {false, true})
      expect_resumes(curve, before, [](Training& run, int t) { if (t == 4) run.add(); }, true);
}

TEST(ScheduleResume, ALateGroupHasOneRecordOfItsBase) {
  for (const Curve& curve : curves()) {
    Training run;
    run.sgd.step();
    LRScheduler schedule(run.sgd, curve);
    for (int t = 0; t < 5; ++t) schedule.step();
    run.add();
    schedule.step();
    EXPECT_EQ(run.sgd.initial_lr(1), schedule.base_lr(1)) << curve.describe();
    EXPECT_NEAR(curve.lr(*run.sgd.initial_lr(1), 6, 1), run.sgd.lr(1), 1e-15) << curve.describe();
  }
}

TEST(ScheduleResume, GoesOnAfterAPlateausCut) {
  for (const int cut : {5, 9})                      // long ago, and between the last step and the saving
    for (const Curve& curve : curves())
      for (const bool before : {false, true})
        expect_resumes(curve, before, [=](Training& run, int t) {
          if (t != cut) return;
          ReduceLROnPlateau plateau(run.sgd, {.factor = 0.3, .patience = 0});
          plateau.step(1);
          plateau.step(1);
        }, false);
}

TEST(ScheduleResume, GoesOnFromALearningRateSetByHand) {
  for (const Curve& curve : curves()) expect_resumes(curve, false, [](Training& run, int t) { if (t == 7) run.sgd.set_lr(0.37); }, false);
}

TEST(ScheduleResume, GoesOnAsAPair) {
  Training run, other;
  run.sgd.step();
  other.sgd.step();
  const Curve one = LinearLR::curve({.start_factor = 0.1, .total_iters = 6}), two = StepLR::curve({.step_size = 4, .gamma = 0.5});
  LRScheduler first(run.sgd, one), second(run.sgd, two);
  for (int t = 0; t < 9; ++t) first.step(), second.step();
  other.sgd.load_state(run.sgd.state());
  LRScheduler third(other.sgd, one, 8), fourth(other.sgd, two, 8);
  for (int t = 0; t < 9; ++t, first.step(), second.step(), third.step(), fourth.step())
    ASSERT_NEAR(other.sgd.lr(), run.sgd.lr(), 1e-16) << t;
}

TEST(ScheduleResume, AFreshOptimizerThatIsToldItsInitialRateIsPutWhereTheScheduleIs) {
  Training run;
  run.sgd.step();
  run.sgd.set_initial_lr(0.1, 0);
  ExponentialLR resumed(run.sgd, {.gamma = 0.5}, 3);
  EXPECT_EQ(run.sgd.lr(), 0.1 * 0.0625);
}

TEST(ScheduleResume, AFileMayNotSendAScheduleOnAnEndlessWay) {
  const auto refused = [](LRScheduler& schedule, const char* t) {
    State state = schedule.state();
    state.values["last_epoch"] = t;
    const std::string before = schedule.state().values.at("last_epoch"), message = value_error([&] { schedule.load_state(state); });
    EXPECT_EQ(schedule.state().values.at("last_epoch"), before);
    return message;
  };
  const Curve power = MultiplicativeLR::curve({.lr_lambda = [](std::int64_t) { return 1.; }}), decay = ExponentialLR::curve({.gamma = 1});
  for (const Curve& curve :
       {power, ChainedScheduler::curve({.schedules = {decay, power}}), StaircaseLR::curve({.every = 2, .of = power}),
        SequentialLR::curve({.schedules = {decay, power}, .milestones = {3}}), WarmupLR::curve({.steps = 2, .then = power})}) {
    Training run;
    LRScheduler schedule(run.sgd, curve);
    EXPECT_NE(refused(schedule, "1000000000000").find("and more than 1e+08 at once would take too long"), std::string::npos)
        << curve.describe();
    EXPECT_NE(value_error([&] { LRScheduler(run.sgd, curve, 1000000000000); }).find("would take too long"), std::string::npos)
        << curve.describe();
  }
  for (const Row& row : schedule_table()) {
    const auto optimizer = two_groups(row.kind);
    LRScheduler schedule(*optimizer, row.curve);
    EXPECT_NE(refused(schedule, "1e308"), "accepted") << row.curve.describe();
  }
  Training run;
  LRScheduler schedule(run.sgd, decay);
  EXPECT_EQ(refused(schedule, "1e308"), "ExponentialLR: t must be at most 2^53, where steps of 1 still count, not 1e+308");
}

TEST(ScheduleResume, TheOptimizersRecordOfTheScheduleIsChecked) {
  Training run;
  ExponentialLR schedule(run.sgd, {.gamma = 0.5});
  State state = run.sgd.state();
  EXPECT_EQ(state.values.at("scheduled_at"), "0");
  state.values["scheduled_at"] = "soon";
  EXPECT_EQ(value_error([&] { run.sgd.load_state(state); }),
            "SGD: the state does not fit this optimizer:\n  scheduled_at is \"soon\", which is no number of at least 0");
  state.values.erase("scheduled_at");             // as in older files
  run.sgd.load_state(state);
  EXPECT_FALSE(run.sgd.scheduled_at());
}

}  // namespace gradus::optim::testing::schedule_resume_test
