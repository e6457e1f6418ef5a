// The shell around schedules: its contract, resuming, bad input, and the traps. What holds for all schedules is in schedule_table_test.cpp.
#include <cmath>

#include <gtest/gtest.h>
#include <optim/schedules/schedule_table.h>

#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adagrad.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/schedules.h>

namespace gradus::optim::testing::schedule_test {

TEST(Schedule, StepLROnTheExactBoundary) {
  const Curve steps = StepLR::curve({.step_size = 3});
  EXPECT_EQ(steps.lr(1, 2), 1);
  EXPECT_EQ(steps.lr(1, 3), 0.1);                                  // on the boundary, not after it
  const Curve milestones = MultiStepLR::curve({.milestones = {3, 3, 5}});
  EXPECT_EQ(milestones.lr(1, 2), 1);
  EXPECT_EQ(milestones.lr(1, 3), std::pow(0.1, 2));                // twice counts twice
  EXPECT_EQ(milestones.lr(1, 5), std::pow(0.1, 3));
  EXPECT_EQ(PiecewiseLR::curve({.at = {0, 3}, .factor = {1, 0.5}}).lr(1, 3), 0.5);
}

TEST(Schedule, LinearAndPolynomialAtZeroAndOneAreNotAsPyTorchsDocstringsSay) {
  const Curve linear = LinearLR::curve({.start_factor = 0.5, .total_iters = 4}), polynomial = PolynomialLR::curve({.total_iters = 4});
  for (int t = 0; t <= 4; ++t) {
    EXPECT_EQ(linear.lr(0.05, t), 0.05 * (0.5 + 0.125 * t));
    EXPECT_EQ(polynomial.lr(1, t), 1 - 0.25 * t);
  }
  EXPECT_EQ(polynomial.lr(1, 5), 0);                               // exactly
}

TEST(Schedule, CosineRisesAgainAfterItsEnd) {
  const Curve cosine = CosineAnnealingLR::curve({.t_max = 4, .eta_min = 0.5});
  EXPECT_NEAR(cosine.lr(1, 2), 0.75, 1e-15);
  EXPECT_EQ(cosine.lr(1, 4), 0.5);
  EXPECT_EQ(cosine.lr(1, 8), 1);
}

TEST(Schedule, WarmRestartsFallOnTheExactEpoch) {
  // PyTorch finds the cycle of step(epoch) by a logarithm, whose rounding can miss the restart: then the rate is eta_min for an epoch.
  for (const std::int64_t factor : {2, 3, 5, 7}) {
    const Curve restarts = CosineAnnealingWarmRestarts::curve({.t_0 = 1, .t_mult = factor});
    double begin = 0;
    for (double length = 1; length < 1e12; begin += length, length *= static_cast<double>(factor))
      EXPECT_EQ(restarts.lr(1, begin), 1) << begin;
  }
}

TEST(Schedule, InsideAnEpochFunctionsAndStairsHaveTheValueOfItsBeginning) {
  const auto factor = [](std::int64_t e) { return 1 / static_cast<double>(e + 1); };
  const Curve exponential = ExponentialLR::curve({.gamma = 0.5});
  const Curve halves[] = {StepLR::curve({.step_size = 1, .gamma = 0.5}), MultiStepLR::curve({.milestones = {1, 2, 3}, .gamma = 0.5}),
                          StaircaseLR::curve({.every = 1, .of = exponential}),
                          MultiplicativeLR::curve({.lr_lambda = [](std::int64_t) { return 0.5; }})};
  for (const double t : {2., 2.25, 2.75}) {
    for (const Curve& curve : halves) EXPECT_EQ(curve.lr(1, t), 0.25) << curve.name();
    EXPECT_EQ(LambdaLR::curve({.lr_lambda = factor}).lr(1, t), 1. / 3);
    EXPECT_EQ(exponential.lr(1, t), std::pow(0.5, t));
    EXPECT_NEAR(ChainedScheduler::curve({.schedules = {halves[0], exponential}}).lr(1, t), 0.25 * std::pow(0.5, t), 1e-16);
  }
}

// E6, E7, E8: relations between the lecture's decays and PyTorch's schedules.

TEST(Schedule, E6_InverseSqrtIsLambdaLR) {
  const auto one = two_groups(), two = two_groups();
  InverseSqrtLR ours(*one);
  LambdaLR lambda(*two, {.lr_lambda = [](std::int64_t e) { return 1 / std::sqrt(static_cast<double>(e + 1)); }});
  for (int t = 0; t < 60; ++t, ours.step(), lambda.step()) ASSERT_NEAR(one->lr(), two->lr(), 1e-17);
  EXPECT_EQ(ours.lr(1, 8), 1. / 3);                                // η₀/√t with t from 1
}

TEST(Schedule, E7_ExponentialOfKIsExponentialLR) {
  const double k = 0.07;
  const auto one = two_groups(), two = two_groups();
  ExponentialLR ours = ExponentialLR::from_k(*one, k);
  ExponentialLR theirs(*two, {.gamma = std::exp(-k)});
  EXPECT_EQ(ours.unit(), Unit::step);
  const Array& golden = schedule_golden("ExponentialLR_from_k");
  double product = 0.1;                                            // PyTorch's running product drifts by about t·2⁻⁵³
  for (int t = 0; t <= 60; ++t, ours.step(), theirs.step(), product *= std::exp(-k)) {
    ASSERT_EQ(one->lr(), two->lr());
    ASSERT_NEAR(one->lr(), golden.at({t, 0}), 1e-15);
    ASSERT_NEAR(one->lr(), 0.1 * std::exp(-k * t), 0.1 * std::exp(-k * t) * (t + 2) * 0x1p-53);
    ASSERT_NEAR(one->lr(), product, product * (2 * t + 2) * 0x1p-53);
  }
}

TEST(Schedule, E8_AStaircaseOfExponentialLRIsStepLR) {
  const Curve stairs = StaircaseLR::curve({.every = 7, .of = ExponentialLR::curve({.gamma = 0.3})}),
              steps = StepLR::curve({.step_size = 7, .gamma = 0.3});
  const Curve roots = StaircaseLR::curve({.every = 7, .of = InverseSqrtLR::curve()}), root = InverseSqrtLR::curve();
  for (int t = 0; t < 60; ++t) {
    ASSERT_EQ(stairs.lr(0.1, t), steps.lr(0.1, t));
    ASSERT_EQ(roots.lr(0.1, t), root.lr(0.1, t / 7));              // and so of any decay
  }
}

TEST(Schedule, NoamIsThePapersFormulaForBaseOne) {
  const Curve noam = NoamLR::curve({.d_model = 512, .warmup = 4000});
  EXPECT_NEAR(noam.lr(1, 3999), 1 / std::sqrt(512. * 4000), 1e-18);   // the peak
  EXPECT_LT(noam.lr(1, 3998), noam.lr(1, 3999));
  EXPECT_LT(noam.lr(1, 4000), noam.lr(1, 3999));
}

// Resuming.

TEST(Schedule, ConstructedOnResumeDoesNotDecayTwice) {
  const auto one = two_groups();
  StepLR schedule(*one, {.step_size = 2});
  for (int epoch = 0; epoch < 6; ++epoch) schedule.step();
  ASSERT_EQ(one->lr(), 0.1 * std::pow(0.1, 3));
  const State saved = one->state();
  EXPECT_EQ(saved.values.at("group.0.initial_lr"), "0.1");

  const auto fresh = two_groups();                // over a loaded optimizer a new schedule goes on from the learning rate that it finds
  fresh->load_state(saved);
  StepLR later(*fresh, {.step_size = 2});
  EXPECT_EQ(fresh->lr(), one->lr());
  later.load_state(schedule.state());             // and its state says where it is
  EXPECT_EQ(fresh->lr(), one->lr());
  EXPECT_EQ(later.last_epoch(), 6);

  const auto told = two_groups();                 // told where it was, it steps to t = 6, as PyTorch's does, and decays nothing on the way
  told->load_state(saved);
  StepLR resumed(*told, {.step_size = 2}, 5);
  EXPECT_EQ(told->lr(), one->lr());

  for (int epoch = 0; epoch < 9; ++epoch) {
    for (StepLR* each : {&schedule, &later, &resumed}) each->step();
    EXPECT_EQ(fresh->lr(), one->lr());
    EXPECT_EQ(told->lr(), one->lr());
  }
}

TEST(Schedule, TakesItsNumbersButNotItsUnitFromAState) {
  const auto optimizer = two_groups();
  StepLR steps(*optimizer, {.step_size = 2, .gamma = 0.5}), others(*optimizer, {.step_size = 9});
  others.load_state(steps.state());
  EXPECT_EQ(others.describe(), "StepLR(step_size=2, gamma=0.5, per=epoch)");
  StepLR per_step(*optimizer, {.step_size = 2, .per = Unit::step});
  EXPECT_EQ(value_error([&] { per_step.load_state(steps.state()); }),
            "StepLR: the state does not fit this schedule:\n  per: the state counts epochs, this schedule steps; construct it with the "
            "other .per");
  WarmupLR warm(*optimizer, {.steps = 3, .then = StepLR::curve({.step_size = 2})}),
      other(*optimizer, {.steps = 5, .then = ExponentialLR::curve({.gamma = 0.5})});
  EXPECT_EQ(value_error([&] { other.load_state(warm.state()); }),
            "WarmupLR: the state does not fit this schedule:\n  then.schedule is StepLR in the state but ExponentialLR here");
}

TEST(Schedule, MayBeAnyCurve) {
  const auto optimizer = two_groups();
  const Curve curve = WarmupLR::curve({.steps = 2, .then = SequentialLR::curve({.schedules = {InverseSqrtLR::curve(),
      NoamLR::curve({.d_model = 1, .warmup = 1})},
                                                                                .milestones = {2}})});
  EXPECT_EQ(curve.unit(), Unit::step);
  LRScheduler schedule(*optimizer, curve);
  EXPECT_EQ(optimizer->lr(), 0);
  for (const double factor : {0.5, 1., 1 / std::sqrt(2.), 1., 1 / std::sqrt(2.)}) {
    schedule.step();
    EXPECT_EQ(optimizer->lr(), 0.1 * factor);
  }
}

// Momentum.

TEST(Schedule, MovesMomentumOrTheFirstBeta) {
  const auto sgd = two_groups(), adam = two_groups(Kind::adam);
  OneCycleLR one(*sgd, {.max_lr = 0.1, .total_steps = 10}), two(*adam, {.max_lr = 0.1, .total_steps = 10});
  EXPECT_EQ(sgd->option("momentum"), 0.95);
  EXPECT_EQ(adam->option("betas.0"), 0.95);
  EXPECT_EQ(adam->option("betas.1"), 0.999);
  EXPECT_EQ(sgd->initial_lr(0), 0.1 / 25);
}

TEST(Schedule, RefusesToMoveMomentumThatIsNotThere) {
  const Parameters p = table_parameters();
  Adagrad optimizer(p, {.lr = 0.1});
  EXPECT_EQ(value_error([&] { OneCycleLR(optimizer, {.max_lr = 1, .total_steps = 9}); }),
            "OneCycleLR: Adagrad has neither momentum nor betas to move; set .cycle_momentum = false");
  EXPECT_EQ(optimizer.lr(), 0.1);
  EXPECT_FALSE(optimizer.initial_lr(0));
  OneCycleLR(optimizer, {.max_lr = 1, .total_steps = 9, .cycle_momentum = false});
  EXPECT_NEAR(optimizer.lr(), 1 / 25., 1e-15);
}

TEST(Schedule, AMomentumThatTheOptimizerRefusesChangesNothing) {
  const Parameters p = table_parameters();
  SGD sgd({{.params = {p[0]}, .options = {.lr = 0.1, .momentum = 0.5}},
           {.params = {p[1]}, .options = {.lr = 0.1, .momentum = 0.5, .nesterov = true}}});
  EXPECT_NE(value_error([&] { CyclicLR(sgd, {.base_lr = 1, .max_lr = 2, .max_momentum = 0}); }), "accepted");   // Nesterov needs momentum
  for (int group = 0; group < 2; ++group) {
    EXPECT_EQ(sgd.lr(group), 0.1);
    EXPECT_EQ(sgd.option("momentum", group), 0.5);
    EXPECT_FALSE(sgd.initial_lr(group));
  }
}

// Bad input.

TEST(Schedule, OneCycleEndsAtItsEnd) {
  const auto optimizer = two_groups();
  OneCycleLR schedule(*optimizer, {.max_lr = 0.25, .total_steps = 10, .anneal_strategy = Anneal::linear});
  for (int t = 1; t <= 9; ++t) schedule.step();
  EXPECT_NEAR(optimizer->lr(), 0.01 / 1e4, 1e-17);
  const double last = optimizer->lr();
  schedule.step();                                // after the last batch; PyTorch goes on to a negative learning rate here
  EXPECT_EQ(optimizer->lr(), last);
  EXPECT_EQ(value_error([&] { schedule.step(); }), "OneCycleLR: t = 11 is past its end, which is t = 10");
  EXPECT_EQ(schedule.last_epoch(), 10);
  EXPECT_EQ(optimizer->lr(), last);
  State state = schedule.state();
  state.values["last_epoch"] = "11";
  EXPECT_EQ(value_error([&] { schedule.load_state(state); }),
            "OneCycleLR: the state does not fit this schedule:\n  last_epoch is 11, past the end of this schedule");
}

TEST(Schedule, OneCycleWithARiseOfNoStepsIsAnError) {
  const auto optimizer = two_groups();
  EXPECT_EQ(value_error([&] { OneCycleLR(*optimizer, {.max_lr = 0.1, .total_steps = 10, .pct_start = 0.1}); }),
            "OneCycleLR: pct_start·total_steps must not be 1, for a rise that takes no step: pct_start is 0.1, total_steps 10; "
            "pct_start = 0 begins at the peak");
  EXPECT_EQ(optimizer->lr(), 0.1);
  EXPECT_FALSE(optimizer->initial_lr(0));
}

TEST(Schedule, RejectsWhatItCannotMean) {
  const auto optimizer = two_groups();
  const auto rejects = [&]<class S>(std::type_identity<S>, const typename S::Options& options) {
    return value_error([&] { S(*optimizer, options); });
  };
  constexpr std::type_identity<StepLR> step;
  constexpr std::type_identity<PiecewiseLR> piecewise;
  constexpr std::type_identity<CyclicLR> cyclic;
  constexpr std::type_identity<OneCycleLR> one_cycle;
  constexpr std::type_identity<SequentialLR> sequential;
  EXPECT_EQ(rejects(step, {}), "StepLR: step_size must be given, at least 1");
  EXPECT_EQ(rejects(step, {.step_size = 1, .gamma = -1}), "StepLR: gamma must be finite and at least 0, not -1");
  EXPECT_EQ(rejects(step, {.step_size = 1, .gamma = NAN}), "StepLR: gamma must be finite and at least 0, not nan");
  EXPECT_EQ(rejects(std::type_identity<MultiStepLR>{}, {.milestones = {3, -1}}),
            "MultiStepLR: each of milestones must be at least 0, not -1");
  EXPECT_EQ(rejects(std::type_identity<ConstantLR>{}, {.factor = 0}), "ConstantLR: factor must lie in (0, 1], not 0");
  EXPECT_EQ(rejects(std::type_identity<LinearLR>{}, {.start_factor = 0}), "LinearLR: start_factor must lie in (0, 1], not 0");
  EXPECT_EQ(rejects(std::type_identity<LinearLR>{}, {.end_factor = 2}), "LinearLR: end_factor must lie in [0, 1], not 2");
  EXPECT_EQ(rejects(std::type_identity<LinearLR>{}, {.total_iters = 0}), "LinearLR: total_iters must be at least 1, not 0");
  EXPECT_EQ(rejects(std::type_identity<ExponentialLR>{}, {}), "ExponentialLR: gamma must be given, finite and at least 0");
  EXPECT_EQ(rejects(std::type_identity<PolynomialLR>{}, {.power = 0}), "PolynomialLR: power must be finite and above 0, not 0");
  EXPECT_EQ(rejects(std::type_identity<CosineAnnealingLR>{}, {}), "CosineAnnealingLR: t_max must be given, at least 1");
  EXPECT_EQ(rejects(std::type_identity<CosineAnnealingLR>{}, {.t_max = 3, .eta_min = NAN}),
            "CosineAnnealingLR: eta_min must be finite and at least 0, not nan");
  EXPECT_EQ(rejects(std::type_identity<CosineAnnealingWarmRestarts>{}, {.t_0 = 1, .t_mult = 0}),
            "CosineAnnealingWarmRestarts: t_mult must be at least 1, not 0");
  EXPECT_EQ(rejects(std::type_identity<LambdaLR>{}, {}), "LambdaLR: lr_lambda must be given");
  EXPECT_EQ(rejects(std::type_identity<LambdaLR>{}, {.lr_lambda = Factor{}}), "LambdaLR: lr_lambda must not be an empty function");
  EXPECT_EQ(rejects(std::type_identity<SWALR>{}, {}), "SWALR: swa_lr must be given");
  EXPECT_EQ(rejects(std::type_identity<SWALR>{}, {.swa_lr = {1, 2, 3}}),
            "SWALR: swa_lr must be one value or one for each group, of which there are 2, not 3 values");
  EXPECT_EQ(rejects(cyclic, {.base_lr = 0.1}), "CyclicLR: max_lr must be given");
  EXPECT_EQ(rejects(cyclic, {.base_lr = 0.1, .max_lr = 0.2, .max_momentum = 1}), "CyclicLR: max_momentum must lie in [0, 1), not 1");
  EXPECT_EQ(rejects(one_cycle, {.max_lr = 0.1}), "OneCycleLR: total_steps, or epochs and steps_per_epoch, must be given");
  EXPECT_EQ(rejects(one_cycle, {.max_lr = 0.1, .total_steps = 9, .pct_start = 1.5}), "OneCycleLR: pct_start must lie in [0, 1], not 1.5");
  EXPECT_EQ(rejects(one_cycle, {.max_lr = 0.1, .total_steps = 9, .pct_start = 0.75, .three_phase = true}),
            "OneCycleLR: pct_start must lie in [0, 0.5] with three phases, not 0.75");
  EXPECT_EQ(rejects(one_cycle, {.max_lr = 0.1, .total_steps = 9, .div_factor = 0}),
            "OneCycleLR: div_factor must be finite and above 0, not 0");
  EXPECT_EQ(rejects(sequential, {}), "SequentialLR: schedules must have at least one schedule");
  EXPECT_EQ(rejects(sequential, {.schedules = {InverseSqrtLR::curve(), InverseSqrtLR::curve()}}),
            "SequentialLR: milestones must be one fewer than the 2 schedules, not 0");
  EXPECT_EQ(rejects(sequential, {.schedules = {InverseSqrtLR::curve(), StepLR::curve({.step_size = 1})}, .milestones = {1}}),
            "SequentialLR: schedules must all count steps or all count epochs; InverseSqrtLR counts steps, StepLR epochs; set .per");
  EXPECT_EQ(rejects(std::type_identity<ChainedScheduler>{}, {.schedules = {Curve{}}}), "ChainedScheduler: each of schedules must be given");
  EXPECT_EQ(rejects(std::type_identity<WarmupLR>{}, {.steps = 3}), "WarmupLR: then must be given");
  EXPECT_EQ(rejects(std::type_identity<StaircaseLR>{}, {.of = InverseSqrtLR::curve()}), "StaircaseLR: every must be given, at least 1");
  EXPECT_EQ(rejects(std::type_identity<InverseTimeLR>{}, {.decay_rate = -1}),
            "InverseTimeLR: decay_rate must be finite and at least 0, not -1");
  EXPECT_EQ(rejects(std::type_identity<NoamLR>{}, {}), "NoamLR: d_model must be given, at least 1");
  EXPECT_EQ(rejects(std::type_identity<WSDLR>{}, {}), "WSDLR: decay must be given, at least 1");
  EXPECT_EQ(rejects(piecewise, {.at = {1, 2}, .factor = {1}}),
            "PiecewiseLR: at and factor must be as long as each other and not empty, not 2 and 1");
  EXPECT_EQ(rejects(piecewise, {.at = {2, 1}, .factor = {1, 1}}), "PiecewiseLR: at must ascend; after 2 comes 1");
  EXPECT_EQ(value_error([&] { StepLR(*optimizer, {.step_size = 1}, 3); }),
            "StepLR: last_epoch = 3 resumes a schedule, but group 0 has no initial_lr: load the optimizer's state first");
  EXPECT_EQ(value_error([&] { StepLR(*optimizer, {.step_size = 1}, -2); }), "StepLR: last_epoch must be at least -1, not -2");
  EXPECT_EQ(value_error([&] { LRScheduler(*optimizer, {}); }), "LRScheduler: the curve must be given");
  EXPECT_EQ(lrs(*optimizer), (std::vector<double>{0.1, 0.5}));
  EXPECT_FALSE(optimizer->initial_lr(0));
}

TEST(Schedule, ALearningRateThatIsNoneIsAnErrorBeforeItIsSet) {
  const auto optimizer = two_groups();
  LambdaLR schedule(*optimizer, {.lr_lambda = {[](std::int64_t) { return 1.; }, [](std::int64_t e) { return e == 2 ? NAN : 0.5; }}});
  schedule.step();
  EXPECT_EQ(value_error([&] { schedule.step(); }),
            "LambdaLR: the learning rate of group 1 would be nan at t = 2; it must be finite and at least 0");
  EXPECT_EQ(schedule.last_epoch(), 1);
  EXPECT_EQ(lrs(*optimizer), (std::vector<double>{0.1, 0.25}));
  EXPECT_EQ(value_error([&] { schedule.step_to(-1); }), "LambdaLR: t must be at least 0, not -1");
  EXPECT_EQ(value_error([&] { schedule.step_to(NAN); }), "LambdaLR: t must be at least 0, not nan");
}

TEST(Schedule, RejectsStatesThatAreNotItsOwn) {
  const auto optimizer = two_groups();
  StepLR steps(*optimizer, {.step_size = 2});
  const auto edited = [&](const char* key, const char* value) {
    State state = steps.state();
    state.values[key] = value;
    const std::string error = value_error([&] { steps.load_state(state); }), begin = "StepLR: the state does not fit this schedule:\n  ";
    return error.starts_with(begin) ? error.substr(begin.size()) : "begins otherwise: " + error;
  };
  EXPECT_EQ(
      value_error([&] { steps.load_state({}); }),
      "StepLR: the state does not fit this schedule:\n  missing schedule\n  missing last_epoch\n  missing base_lr.0\n  missing last_lr.0\n"
      "  missing lr.0\n  missing base_lr.1\n  missing last_lr.1\n  missing lr.1");
  EXPECT_EQ(edited("step_size", "2.5"), "step_size is \"2.5\", which is no value of this option");
  EXPECT_EQ(edited("step_size", "0"), "StepLR: step_size must be given, at least 1");
  EXPECT_EQ(edited("per", "year"), "per is \"year\", which is no value of this option");
  EXPECT_EQ(edited("last_epoch", "-1"), "last_epoch is \"-1\", which is not a finite number of at least 0");
  EXPECT_EQ(edited("lr.0", "nan"), "lr.0 is \"nan\", which is not a finite number of at least 0");
  EXPECT_EQ(edited("base_lr.1", "-1"), "base_lr.1 = -1 gives the learning rate -1");
  EXPECT_EQ(edited("base_lr.2", "1"), "unexpected base_lr.2: the optimizer has 2 groups");
  EXPECT_EQ(steps.last_epoch(), 0);
  EXPECT_EQ(steps.lr(1, 2), 0.1);
}

TEST(Schedule, WarnsOnceWhenSteppedBeforeTheOptimizer) {
  SGD sgd(table_parameters(), {.lr = 0.1});
  StepLR schedule(sgd, {.step_size = 2});
  ::testing::internal::CaptureStderr();
  schedule.step();
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "StepLR: step() was called before the optimizer's first step, so the first learning rate of the "
            "schedule is skipped: call optimizer.step() first\n");
  ::testing::internal::CaptureStderr();
  schedule.step();
  StepLR second(sgd, {.step_size = 2});
  sgd.step();
  second.step();
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Schedule, TakesOverGroupsAddedLater) {
  const Parameters p = table_parameters();
  SGD sgd({p[0]}, {.lr = 0.1});
  sgd.step();
  StepLR schedule(sgd, {.step_size = 1});
  sgd.add_param_group({.params = {p[2]}, .options = {.lr = 1}});
  schedule.step();
  EXPECT_EQ(schedule.get_last_lr(), (std::vector<double>{0.1 * 0.1, 0.1}));
  EXPECT_EQ(sgd.initial_lr(1), 1);
}

}  // namespace gradus::optim::testing::schedule_test
