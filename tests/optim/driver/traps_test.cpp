// Traps that other libraries have fallen into, each by its name. Those of schedules are in schedule_test.cpp and plateau_test.cpp, of
// clipping in clip_test.cpp, of accumulation in accumulation_test.cpp, of single steps in step_test.cpp.
#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optim/rules/list.h>
#include <optim/schedules/schedule_table.h>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/around/accumulation.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/rules.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/chained_scheduler.h>
#include <gradus/optim/schedules/cosine_annealing_lr.h>
#include <gradus/optim/schedules/exponential_lr.h>
#include <gradus/optim/schedules/one_cycle_lr.h>
#include <gradus/optim/lr_scheduler/preview.h>
#include <gradus/optim/second_order/lbfgs.h>

namespace gradus::optim::testing::traps_test {

using ::testing::HasSubstr;

template <class... Rules, class F>
void for_each(RuleList<Rules...>, F&& f) {
  (f(std::type_identity<OptimizerOf<Rules>>{}), ...);
}
template <class F>
void for_each_optimizer(F&& f) {
  for_each(AllRules{}, f);
  for_each(WholeRules{}, f);
  for_each(RowRules{}, f);
}

// Matrices, which every rule takes.
Parameters two_matrices() {
  Parameters out;
  for (const char* name : {"one", "two"}) out.push_back(single(Array::full({2, 3}, 1, f64), {}, name)[0]);
  return out;
}

TEST(Trap, ANegativeOrNaNLearningRateIsAnErrorOfEveryRuleBeforeAnythingChanges) {
  const Parameters p = two_matrices();
  for_each_optimizer([&]<class O>(std::type_identity<O>) {
    for (const auto& [lr, written] : {std::pair{-1., "-1"}, {double{NAN}, "nan"}, {HUGE_VAL, "inf"}}) {
      typename O::Options bad;
      bad.lr = lr;
      O optimizer(Parameters{p[0]});
      const std::string expected = text(optimizer.name(), ": lr must be finite and at least 0, not ", written);
      EXPECT_EQ(value_error([&] { O(p, bad); }), expected);
      EXPECT_EQ(value_error([&] { optimizer.add_param_group({.params = {p[1]}, .options = bad}); }), expected);
      const State before = optimizer.state();
      EXPECT_EQ(value_error([&, rate = lr] { optimizer.set_lr(rate); }), expected);
      EXPECT_EQ(value_error([&] { optimizer.set_options(bad); }), expected);
      EXPECT_EQ(optimizer.state().values, before.values);
      EXPECT_EQ(optimizer.groups(), 1);
    }
  });
  LBFGSOptions bad;
  bad.lr = NAN;
  EXPECT_THAT(value_error([&] { LBFGS(p, bad); }), HasSubstr("LBFGS: lr must be finite and at least 0, not nan"));
}

TEST(Trap, BetasOutsideZeroToOneAreAnErrorOfEveryRuleThatHasThem) {
  const Parameters p = two_matrices();
  int rules = 0;
  for_each_optimizer([&]<class O>(std::type_identity<O>) {
    O optimizer(p);
    if (!optimizer.has_option("betas.0")) return;
    ++rules;
    const State before = optimizer.state();
    for (const char* beta : {"betas.0", "betas.1"})
      for (const auto& [value, written] : {std::pair{1., "1"}, {-0.1, "-0.1"}, {double{NAN}, "nan"}}) {
        const std::string error = value_error([&, to = value] { optimizer.set_option(beta, to); });
        EXPECT_THAT(error, HasSubstr(text(optimizer.name(), ": ", beta, " must lie in ")));
        EXPECT_THAT(error, HasSubstr(text(", not ", written)));
      }
    EXPECT_EQ(optimizer.state().values, before.values);
  });
  EXPECT_GE(rules, 9);
}

TEST(Trap, AnEmptyParameterListIsAnErrorOfEveryRule) {
  const Parameters p = two_matrices();
  for_each_optimizer([&]<class O>(std::type_identity<O>) {
    O optimizer(p);
    const std::string name(optimizer.name());
    EXPECT_EQ(value_error([] { O(Parameters{}); }), name + ": group 0 has no parameters; did a name pattern match nothing?");
    EXPECT_EQ(value_error([] { O(std::vector<typename O::Group>{}); }), name + ": needs at least one group of parameters");
    EXPECT_EQ(value_error([&] { optimizer.add_param_group({.params = matching(p, "nothing*")}); }),
              name + ": group 1 has no parameters; did a name pattern match nothing?");
    EXPECT_EQ(optimizer.groups(), 1);
  });
  EXPECT_THAT(value_error([] { LBFGS(Parameters{}); }), HasSubstr("LBFGS: "));
}

TEST(Trap, AParameterInTwoGroupsIsAnErrorThatNamesItOfEveryRule) {
  const Parameters p = two_matrices();
  for_each_optimizer([&]<class O>(std::type_identity<O>) {
    O optimizer(p);
    const std::string name(optimizer.name());
    EXPECT_EQ(value_error([&] {
                O({{.params = p}, {.params = {p[1]}}});
              }),
              name + ": parameter two is given twice (again in group 1); each belongs to one group");
    EXPECT_EQ(value_error([&] { optimizer.add_param_group({.params = {p[0]}}); }),
              name + ": parameter one is given twice (again in group 1); each belongs to one group");
    EXPECT_EQ(optimizer.groups(), 1);
    EXPECT_EQ(optimizer.parameters().size(), 2u);
  });
}

TEST(Trap, NesterovWithoutMomentumIsAnErrorHoweverItComesAbout) {
  const Parameters p = two_matrices();
  const std::string error = "SGD: nesterov needs momentum > 0 and dampening 0, not momentum 0 and dampening 0";
  EXPECT_EQ(value_error([&] { SGD(p, {.nesterov = true}); }), error);
  SGD plain(p), nesterov(p, {.momentum = 0.9, .nesterov = true});
  EXPECT_EQ(value_error([&] { plain.set_option("nesterov", 1); }), error);
  EXPECT_EQ(value_error([&] { nesterov.set_option("momentum", 0); }), error);
  EXPECT_EQ(plain.option("nesterov"), 0);
  EXPECT_EQ(nesterov.option("momentum"), 0.9);
}

TEST(Trap, OneCyclePastItsEndIsAnErrorThatChangesNothing) {
  const Parameters p = two_matrices();
  Adam adam(p);
  adam.step();
  OneCycleLR schedule(adam, {.max_lr = 0.1, .total_steps = 5});
  for (int t = 1; t <= 5; ++t) schedule.step();       // one for each batch
  const State before = adam.state(), times = schedule.state();
  EXPECT_EQ(value_error([&] { schedule.step(); }), "OneCycleLR: t = 6 is past its end, which is t = 5");
  EXPECT_EQ(adam.state().values, before.values);
  EXPECT_EQ(schedule.state().values, times.values);
}

TEST(Trap, BiasCorrectionCountsAParametersStepsNotTheTensorsInTheModel) {   // in tiny-dnn the powers of β advance with every tensor
  const auto walk = [](std::size_t tensors) {
    Parameters p;
    for (std::size_t i = 0; i < tensors; ++i) p.push_back(single(f64s({1}), {}, text("w", i))[0]);
    Adam adam(p, {.lr = 0.1});
    for (int step = 0; step < 5; ++step) {
      for (const NamedParameter& each : p) each.leaf->grad = f64s({1. + step});
      adam.step();
    }
    return values(p);
  };
  const double alone = walk(1)[0];
  for (double w : walk(7)) EXPECT_EQ(w, alone);
}

TEST(Trap, AmsgradKeepsTheLargestOfRawAveragesAndCorrectsAfterwards) {
  const Parameters p = single(f64s({0}));
  Adam adam(p, {.lr = 1, .betas = {0, 0.5}, .eps = 0, .amsgrad = true});
  const double gradients[] = {1, 0.1, 0.1};
  double v = 0, largest = 0, w = 0;
  for (int t = 1; t <= 3; ++t) {
    p[0].leaf->grad = f64s({gradients[t - 1]});
    adam.step();
    v = 0.5 * v + 0.5 * gradients[t - 1] * gradients[t - 1];
    largest = std::max(largest, v);                   // 0.5 throughout; corrected averages would have kept 1, that of the first step
    w -= gradients[t - 1] / std::sqrt(largest / (1 - std::pow(0.5, t)));
    EXPECT_NEAR(adam.state().arrays.at("w.max_exp_avg_sq").item(), 0.5, 1e-16);
    EXPECT_NEAR(values(p)[0], w, 1e-15);
  }
  EXPECT_GT(std::abs(w + 1 + 0.1 + 0.1), 1e-2);       // what the other reading would give
}

TEST(Trap, TheFirstMomentumStepIsNotDampened) {
  const Parameters p = single(f64s({0}), f64s({1}));
  SGD sgd(p, {.lr = 1, .momentum = 0.5, .dampening = 0.75});
  sgd.step();
  EXPECT_EQ(values(p)[0], -1);                        // b = g, not g/4
  sgd.step();
  EXPECT_EQ(values(p)[0], -1.75);                     // b = 0.5 + 0.25
}

TEST(Trap, TheMeanOfALastShortBatchIsOverItsOwnSamples) {
  const auto gradient = [](std::int64_t begin, std::int64_t end) {
    const Tensor w = variable(Tensor(f64s({2})));
    const Tensor x(filled({end - begin, 1}, f64, [&](auto i) { return static_cast<double>(begin + i); }));
    mean(x * w).backward();
    return w.grad().value().item();
  };
  EXPECT_NEAR(gradient(0, 4), 1.5, 1e-15);
  EXPECT_NEAR(gradient(4, 5), 4, 1e-15);              // the last of five in batches of four: neither 4/4 nor the mean of both batches
  const Parameters p = single(f64s({2}));
  GradientAccumulation both(p, {.batches = 2});
  for (const auto& [begin, end] : {std::pair<std::int64_t, std::int64_t>{0, 4}, {4, 5}}) {
    const Tensor x(filled({end - begin, 1}, f64, [from = begin](auto i) { return static_cast<double>(from + i); }));
    both.backward(mean(x * Tensor(p[0].leaf->value, p[0].leaf)), end - begin);
  }
  EXPECT_NEAR(p[0].leaf->grad.value().item(), 2, 1e-15);   // of 0, 1, 2, 3, 4; the mean of the batches' means would be 2.75
}

struct Net {
  nn::Linear hidden{3, 4}, output{4, 2};
};

TEST(Trap, NamesAfterCopyingAModelAreTheSameAndStateFollowsThem) {
  Net net;
  const Parameters p = nn::parameters(net);
  const auto slope = [](const Parameters& all, int step) {
    for (std::size_t t = 0; t < all.size(); ++t)
      all[t].leaf->grad = filled(all[t].leaf->value.shape(), f32, [&](auto i) { return table_gradient(step, static_cast<int>(t) + 2, i); });
  };
  Adam adam(p);
  for (int step = 0; step < 3; ++step) slope(p, step), adam.step();
  Net copy = net;
  const Parameters q = nn::parameters(copy);
  ASSERT_EQ(q.size(), p.size());
  for (std::size_t t = 0; t < p.size(); ++t) {
    EXPECT_EQ(q[t].name, p[t].name);
    EXPECT_NE(q[t].leaf.get(), p[t].leaf.get());
    EXPECT_FALSE(q[t].leaf->grad.defined());
  }
  Adam of_copy(q);
  of_copy.load_state(adam.state());
  for (int step = 3; step < 6; ++step) {
    slope(p, step), adam.step();
    slope(q, step), of_copy.step();
  }
  EXPECT_EQ(values(p), values(q));
}

TEST(Trap, ACosineWithAFloorUnderAnotherDecayPastItsEndIsAnErrorInsteadOfANegativeRate) {
  // What the exponential took from the rate, the cosine near its floor can explain by a base far below zero only; when it rises again the
  // rate follows that base. PyTorch's goes to −0.0187 at t = 22 and trains uphill; here nothing is set, and preview() tells in advance.
  const Parameters p = two_matrices();
  SGD sgd(p, {.lr = 0.1});
  sgd.step();
  ExponentialLR decay(sgd, {.gamma = 0.5});
  CosineAnnealingLR cosine(sgd, {.t_max = 20, .eta_min = 0.01});
  double lowest = 1;
  for (int t = 1; t <= 20; ++t) {
    decay.step();
    cosine.step();
    lowest = std::min(lowest, sgd.lr());
  }
  EXPECT_NEAR(sgd.lr(), 0.01, 1e-15);
  EXPECT_NEAR(lowest, 0.001859, 1e-6);                // below the floor on the way, as in PyTorch: the floor is the cosine's own
  std::string error = "accepted";
  int t = 21;
  for (; t <= 30 && error == "accepted"; ++t) {
    decay.step();
    const double before = sgd.lr();
    error = value_error([&] { cosine.step(); });
    EXPECT_TRUE(error == "accepted" || sgd.lr() == before);
    EXPECT_GE(sgd.lr(), 0);
  }
  EXPECT_EQ(t, 23);                                   // it was at t = 22
  EXPECT_EQ(cosine.last_epoch(), 21);
  EXPECT_THAT(error, HasSubstr("CosineAnnealingLR: the learning rate of group 0 would be -0.0"));
  EXPECT_THAT(error, HasSubstr("at t = 22; it must be finite and at least 0"));
  const Curve chain = ChainedScheduler::curve({.schedules = {decay.function(), cosine.function()}});
  EXPECT_EQ(preview(chain, 22, 0.1).lr[0].size(), 22u);
  EXPECT_THAT(value_error([&] { preview(chain, 23, 0.1); }),
              HasSubstr("ChainedScheduler: the learning rate at t = 22 must be finite and at least 0, not -0.0"));
}

}  // namespace gradus::optim::testing::traps_test
