// Several schedules on one optimizer, each stepped by itself: they compose as PyTorch's chainable forms do.
#include <cmath>

#include <gtest/gtest.h>
#include <optim/schedules/schedule_table.h>

#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/lr_scheduler/reduce_lr_on_plateau.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/schedules.h>

namespace gradus::optim::testing::schedule_chain_test {

using Schedules = std::vector<std::unique_ptr<LRScheduler>>;

Schedules schedules(Optimizer& optimizer, const std::vector<Curve>& curves) {
  Schedules out;
  for (const Curve& curve : curves) out.push_back(std::make_unique<LRScheduler>(optimizer, curve));
  return out;
}

void step(Schedules& all) {
  for (const auto& each : all) each->step();
}

void expect_golden(const std::string& name, int step, const Optimizer& optimizer) {
  for (int group = 0; group < 2; ++group)
    ASSERT_NEAR(optimizer.lr(group), schedule_golden(name).at({step, group}), 1e-12) << name << ", step " << step << ", group " << group;
}

// The parts of the ChainedScheduler rows: PyTorch made both sequences of the same schedulers.
std::vector<Curve> parts(const std::string& name) {
  const Curve by_lambda = LambdaLR::curve({.lr_lambda = [](std::int64_t e) { return 1 / (1 + static_cast<double>(e)); }});
  if (name == "constant_exponential") return {ConstantLR::curve({.factor = 0.1, .total_iters = 20}), ExponentialLR::curve({.gamma = 0.95})};
  if (name == "linear_cosine")
    return {LinearLR::curve({.start_factor = 0.2, .total_iters = 10}), CosineAnnealingLR::curve({.t_max = 60, .eta_min = 0.001})};
  if (name == "four")
    return {LinearLR::curve({.start_factor = 0.5, .end_factor = 0.7, .total_iters = 30}),
            MultiStepLR::curve({.milestones = {10, 11, 50}, .gamma = 0.5}), StepLR::curve({.step_size = 9, .gamma = 0.9}),
            MultiplicativeLR::curve({.lr_lambda = [](std::int64_t e) { return e % 2 ? 0.99 : 1.01; }})};
  if (name == "polynomial_step")
    return {PolynomialLR::curve({.total_iters = 70, .power = 2}), StepLR::curve({.step_size = 13, .gamma = 0.5})};
  if (name == "lambda_last") return {ExponentialLR::curve({.gamma = 0.9}), by_lambda};
  if (name == "lambda_first") return {by_lambda, StepLR::curve({.step_size = 10, .gamma = 0.5})};
  const auto cosine = [](std::int64_t t_max, double eta_min = 0) { return CosineAnnealingLR::curve({.t_max = t_max, .eta_min = eta_min}); };
  const auto polynomial = [](std::int64_t n, double power = 1) { return PolynomialLR::curve({.total_iters = n, .power = power}); };
  if (name == "cosine_past_its_end") return {ExponentialLR::curve({.gamma = 0.9}), cosine(20)};
  if (name == "cosine_before_another") return {cosine(13), StepLR::curve({.step_size = 10, .gamma = 0.5})};
  if (name == "cosine_after_a_warm_up") return {LinearLR::curve({.start_factor = 0.2, .total_iters = 10}), cosine(12)};
  if (name == "two_cosines") return {cosine(9), cosine(14)};
  if (name == "cosine_of_one") return {cosine(1), ExponentialLR::curve({.gamma = 0.95})};
  if (name == "polynomial_past_its_end") return {polynomial(15, 2), cosine(20, 0.01)};
  if (name == "cosine_lifts_a_polynomial") return {cosine(20), polynomial(15)};
  if (name == "linear_to_zero") return {LinearLR::curve({.start_factor = 0.9, .end_factor = 0, .total_iters = 12}), cosine(9)};
  if (name == "swa_lifts_a_polynomial") return {polynomial(10), SWALR::curve({.swa_lr = 0.02, .anneal_epochs = 30})};
  return {ExponentialLR::curve({.gamma = 0.99}), SWALR::curve({.swa_lr = 0.02, .anneal_epochs = 20})};
}
const char* const chains[] = {"constant_exponential", "linear_cosine", "four", "polynomial_step", "lambda_last", "lambda_first", "swa",
                              // past a cosine's trough, and after what ends at 0
                              "cosine_past_its_end", "cosine_before_another", "cosine_after_a_warm_up", "two_cosines", "cosine_of_one",
                              "polynomial_past_its_end", "cosine_lifts_a_polynomial", "linear_to_zero", "swa_lifts_a_polynomial"};

TEST(ScheduleChain, HasPyTorchsNumbers) {
  for (const std::string name : chains) {
    const auto pair = two_groups(), one = two_groups();
    Schedules all = schedules(*pair, parts(name));
    LRScheduler chained(*one, ChainedScheduler::curve({.schedules = parts(name)}));
    for (int t = 0; t <= 60; ++t, step(all), chained.step()) {
      expect_golden("chain_" + name, t, *pair);
      expect_golden("ChainedScheduler_" + name, t, *one);
    }
  }
}

TEST(ScheduleChain, OfOneIsTheScheduleItself) {
  const auto one = two_groups(), two = two_groups();
  const Curve cosine = CosineAnnealingLR::curve({.t_max = 25, .eta_min = 0.01});
  LRScheduler alone(*one, cosine), chained(*two, ChainedScheduler::curve({.schedules = {cosine}}));
  for (int t = 0; t < 60; ++t, alone.step(), chained.step()) ASSERT_NEAR(one->lr(), two->lr(), 1e-16) << t;
}

TEST(ScheduleChain, AScheduleThatRestsKeepsWhatTheOtherDid) {
  const auto optimizer = two_groups();            // between its milestones StepLR finds the rate that it set:
                                                  // the other's decay must not be lost
  StepLR steps(*optimizer, {.step_size = 3, .gamma = 0.1});
  StepLR others(*optimizer, {.step_size = 2, .gamma = 0.5});
  for (int t = 1; t <= 12; ++t) {
    steps.step();
    others.step();
    ASSERT_NEAR(optimizer->lr(), 0.1 * std::pow(0.1, t / 3) * std::pow(0.5, t / 2), 1e-16) << t;
  }
}

TEST(ScheduleChain, SWALRBeginsWhereTheOtherEnded) {
  const auto optimizer = two_groups();
  StepLR steps(*optimizer, {.step_size = 10, .gamma = 0.5});
  SWALR averaging(*optimizer, {.swa_lr = 0.05, .anneal_epochs = 20, .anneal_strategy = Anneal::linear});
  for (int t = 0; t <= 60; ++t) {
    expect_golden("swa_from_30", t, *optimizer);
    if (t < 30) steps.step();
    else averaging.step();
  }
}

TEST(ScheduleChain, ALearningRateSetByHandIsTheNewBeginning) {
  const auto optimizer = two_groups();
  ExponentialLR schedule(*optimizer, {.gamma = 0.95});
  for (int t = 0; t <= 60; ++t) {
    expect_golden("by_hand", t, *optimizer);
    if (t == 19) optimizer->set_lr(0.03, 0);
    schedule.step();
  }
}

TEST(ScheduleChain, AScheduleThatHasEndedAtZeroLeavesALearningRateSetByHand) {
  const auto optimizer = two_groups();
  PolynomialLR schedule(*optimizer, {.total_iters = 10});
  for (int t = 0; t <= 60; ++t) {
    expect_golden("by_hand_after_the_end", t, *optimizer);
    if (t == 19) optimizer->set_lr(0.03, 0);
    schedule.step();
  }
}

TEST(ScheduleChain, ALearningRateThatACosineBringsBelowZeroIsAnError) {
  const auto optimizer = two_groups();            // found below eta_min, PyTorch's form multiplies what is missing to it on the way up
  CosineAnnealingLR cosine(*optimizer, {.t_max = 10, .eta_min = 0.01});
  for (int t = 1; t <= 12; ++t) cosine.step();
  for (int group = 0; group < 2; ++group) optimizer->set_lr(0.001, group);
  EXPECT_NE(value_error([&] { cosine.step(); }).find("CosineAnnealingLR: the learning rate of group 0 would be -"), std::string::npos);
  EXPECT_EQ(cosine.last_epoch(), 12);
  EXPECT_EQ(optimizer->lr(), 0.001);
}

TEST(ScheduleChain, GoesOnFromItsStatesLoadedInAnyOrder) {
  for (const std::string name : {"linear_cosine", "four", "swa", "cosine_past_its_end", "swa_lifts_a_polynomial"})
    for (const bool backwards : {false, true}) {
      const auto optimizer = two_groups(), fresh = two_groups();
      Schedules all = schedules(*optimizer, parts(name)), resumed = schedules(*fresh, parts(name));
      for (int t = 0; t < 23; ++t) step(all);
      if (!backwards) fresh->load_state(optimizer->state());
      for (std::size_t i = 0; i < all.size(); ++i) {
        const std::size_t k = backwards ? all.size() - 1 - i : i;
        resumed[k]->load_state(all[k]->state());
      }
      for (int t = 23; t < 60; ++t) {
        ASSERT_EQ(lrs(*fresh), lrs(*optimizer)) << name << " " << t;
        step(all);
        step(resumed);
      }
    }
}

TEST(ScheduleChain, PlateauActsOnWhatAScheduleMade) {
  const auto optimizer = two_groups();
  ExponentialLR decay(*optimizer, {.gamma = 0.9});
  ReduceLROnPlateau plateau(*optimizer, {.factor = 0.5, .patience = 0});
  plateau.step(1);
  for (int t = 1; t <= 5; ++t) {
    decay.step();
    plateau.step(1);
    ASSERT_NEAR(optimizer->lr(), 0.1 * std::pow(0.9 * 0.5, t), 1e-16);
  }
}

TEST(ScheduleChain, AGroupAddedLaterGoesOnFromItsOwnLearningRate) {
  const Parameters p = table_parameters();
  SGD sgd({p[0]}, {.lr = 0.1});
  sgd.step();
  CosineAnnealingLR schedule(sgd, {.t_max = 10});
  for (int t = 0; t < 5; ++t) schedule.step();
  sgd.add_param_group({.params = {p[1]}, .options = {.lr = 1}});
  const State saved = schedule.state();           // before the schedule has met the new group
  schedule.step();
  EXPECT_NEAR(sgd.lr(1), (1 + std::cos(M_PI * 0.6)) / (1 + std::cos(M_PI * 0.5)), 1e-15);
  EXPECT_NEAR(*sgd.initial_lr(1), 2, 1e-15);      // what would have led here
  const std::vector<double> next = lrs(sgd);
  schedule.load_state(saved);
  EXPECT_EQ(sgd.lr(1), 1);
  schedule.step();
  EXPECT_EQ(lrs(sgd), next);
  EXPECT_EQ(schedule.get_last_lr().size(), 2u);
}

}  // namespace gradus::optim::testing::schedule_chain_test
