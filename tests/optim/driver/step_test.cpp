// What every rule inherits from the driver: which parameters a step touches, what it writes into, what it leaves alone.
#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <optim/rules/table.h>

#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/step_lr.h>

namespace gradus::optim::testing::step_test {

TEST(Step, PassesOverUndefinedGradientsAndCountsZeroOnes) {
  const Parameters p = table_parameters();
  p[0].leaf->grad = Array::zeros({1}, f64);
  Adam adam(p, {.weight_decay = 0.5});
  const std::vector<double> untouched = p[1].leaf->value.to_vector();
  const double before = p[0].leaf->value.item();
  adam.step();
  EXPECT_NE(p[0].leaf->value.item(), before);                       // decays under a gradient of zero
  EXPECT_EQ(p[1].leaf->value.to_vector(), untouched);               // no gradient: no decay
  const State state = adam.state();
  EXPECT_EQ(state.arrays.size(), 3u);                               // a.step, a.exp_avg, a.exp_avg_sq: the others have no state
  EXPECT_EQ(state.arrays.at("a.step").item(), 1);
}

TEST(Step, MomentumGoesOnUnderZeroGradients) {
  const Parameters p = single(f64s({1}), f64s({2}));
  SGD sgd(p, {.lr = 1, .momentum = 0.5});
  sgd.step();
  EXPECT_EQ(p[0].leaf->value.item(), -1);
  sgd.zero_grad(false);
  ASSERT_TRUE(p[0].leaf->grad.defined());
  EXPECT_EQ(p[0].leaf->grad.value().item(), 0);
  sgd.step();
  EXPECT_EQ(p[0].leaf->value.item(), -2);
  sgd.zero_grad();
  EXPECT_FALSE(p[0].leaf->grad.defined());
  sgd.step();
  EXPECT_EQ(p[0].leaf->value.item(), -2);
}

TEST(Step, CountsPerParameter) {
  const Parameters p = table_parameters();
  Adam adam(p);
  run(adam, p, 0, 5);   // c lacks a gradient at step 1, d at steps 0 and 1
  const State state = adam.state();
  EXPECT_EQ(state.arrays.at("a.step").item(), 5);
  EXPECT_EQ(state.arrays.at("c.step").item(), 4 - (has_gradient(0, 2) ? 0 : 1));
  EXPECT_EQ(state.arrays.at("d.step").item(), 3);
  EXPECT_EQ(adam.steps(), 5);
}

TEST(Step, FirstStepOfAdamIsLrTimesTheSign) {
  const Parameters p = single(f64s({0, 0, 0}), f64s({1e-3, -5, 1e6}));
  Adam(p, {.lr = 0.1, .eps = 0}).step();
  const std::vector<double> w = p[0].leaf->value.to_vector();
  EXPECT_NEAR(w[0], -0.1, 1e-15);
  EXPECT_NEAR(w[1], 0.1, 1e-15);
  EXPECT_NEAR(w[2], -0.1, 1e-15);
}

TEST(Step, LeavesSnapshotsAlone) {
  const Parameters p = single(f64s({1, 2}), f64s({1, 1}));
  const Array snapshot = p[0].leaf->value;
  SGD sgd(p, {.lr = 1, .momentum = 0.9});
  sgd.step();
  const State state = sgd.state();
  sgd.step();
  EXPECT_EQ(snapshot.to_vector(), (std::vector<double>{1, 2}));
  EXPECT_EQ(state.arrays.at("w.momentum_buffer").to_vector(), (std::vector<double>{1, 1}));
  EXPECT_EQ(p[0].leaf->grad.value().to_vector(), (std::vector<double>{1, 1}));
}

TEST(Step, TakesViewsAsGradientsAndAsValues) {
  const Array table = Array::from({1., 2., 3., 4., 5., 6.}, {2, 3});
  const Parameters p = single(table.transpose(0, 1), Array::from({10., 20.}, {1, 2}).expand({3, 2}));
  SGD(p, {.lr = 1}).step();
  EXPECT_EQ(p[0].leaf->value.to_vector(), (std::vector<double>{-9, -16, -8, -15, -7, -14}));
  EXPECT_EQ(table.to_vector(), (std::vector<double>{1, 2, 3, 4, 5, 6}));
}

TEST(Step, TakesViewsThatNobodyElseShares) {
  const Parameters repeated = single(Array::from({1., 2.}, {1, 2}).expand({3, 2}), Array::from({1., 2., 3., 4., 5., 6.}, {3, 2}));
  SGD(repeated, {.lr = 1}).step();
  EXPECT_EQ(values(repeated), (std::vector<double>{0, 0, -2, -2, -4, -4}));
  const Parameters turned = single(Array::from({1., 2., 3., 4.}, {2, 2}).transpose(0, 1), Array::from({1., 1., 0., 0.}, {2, 2}));
  SGD(turned, {.lr = 1}).step();
  EXPECT_EQ(values(turned), (std::vector<double>{0, 2, 2, 4}));
}

TEST(Step, StartsMomentumAtTheFirstStepThatHasIt) {
  Parameters p = single(f64s({0}), {}, "early");
  p.push_back(single(f64s({0}), {}, "late")[0]);
  SGD sgd(p, {.lr = 1, .momentum = 0.5, .dampening = 0.5});
  p[0].leaf->grad = f64s({1});
  sgd.step();                               // early: b = 1, w = -1
  sgd.zero_grad();
  sgd.set_option("momentum", 0);
  p[1].leaf->grad = f64s({1});
  sgd.step();                               // late: w = -1, no buffer
  sgd.set_option("momentum", 0.5);
  p[0].leaf->grad = f64s({1});
  sgd.step();                               // early: b = 0.5 + 0.5; late: b = 1, undampened
  EXPECT_EQ(values(p), (std::vector<double>{-2, -2}));
  p[0].leaf->grad = p[1].leaf->grad = f64s({3});
  sgd.step();                               // b = 0.5 + 1.5
  EXPECT_EQ(values(p), (std::vector<double>{-4, -4}));
}

TEST(Step, MayTakeTheWeightItselfAsItsGradient) {
  const Array value = f64s({1, -2});
  const Parameters p = single(value, value);
  SGD(p, {.lr = 0.5}).step();
  EXPECT_EQ(p[0].leaf->value.to_vector(), (std::vector<double>{0.5, -1}));
  EXPECT_EQ(p[0].leaf->grad.value().to_vector(), (std::vector<double>{1, -2}));
}

TEST(Step, KeepsItsHoldOnGradientsNoLongerThanItself) {
  const Parameters p = single(f64s({1}), f64s({1}));
  SGD sgd(p);
  sgd.step();
  EXPECT_TRUE(p[0].leaf->grad.value().unique());
  EXPECT_TRUE(p[0].leaf->value.unique());
}

TEST(Step, KeepsNoCopyOfAGradientThatIsAView) {
  const Parameters p = single(Array::zeros({100, 100}, f64), f64s({1}).expand({100, 100}));
  SGD sgd(p);
  const std::int64_t before = pool::live_bytes();
  sgd.step();
  EXPECT_EQ(pool::live_bytes(), before);
}

TEST(Step, TakesEmptyAndScalarParametersAndBothDtypes) {
  Parameters p = single(Array::zeros({0, 3}), Array::zeros({0, 3}), "empty");
  const Parameters scalar = single(Array::scalar(3, f64), Array::scalar(1, f64), "scalar");
  const Parameters narrow = single(Array::full({2}, 3, f32), Array::full({2}, 1, f32), "narrow");
  p.push_back(scalar[0]);
  p.push_back(narrow[0]);
  SGD(p, {.lr = 1}).step();
  EXPECT_EQ(values(p), (std::vector<double>{2, 2, 2}));
}

TEST(Step, KeepsInfinityFromWeightDecayThatIsOff) {
  const double inf = HUGE_VAL;
  const Parameters p = single(f64s({inf, 1}), f64s({1, 1}));
  SGD(p, {.lr = 1}).step();
  EXPECT_EQ(p[0].leaf->value.to_vector(), (std::vector<double>{inf, 0}));
}

TEST(Step, SpreadsNaNNoFurtherThanItsElement) {
  const Parameters p = single(f64s({1, 1, 1}), f64s({1, NAN, 1}));
  Adam(p, {.lr = 0.1}).step();
  const std::vector<double> w = p[0].leaf->value.to_vector();
  EXPECT_TRUE(std::isnan(w[1]));
  EXPECT_NEAR(w[0], 0.9, 1e-6);
  EXPECT_NEAR(w[2], 0.9, 1e-6);
}

TEST(Step, RMSpropCenteredStaysFiniteWhereTheVarianceRoundsBelowZero) {
  const Parameters p = single(Array::full({1000}, 1, f32));
  RMSprop rmsprop(p, {.lr = 1e-3, .alpha = 0.5, .eps = 1e-3, .centered = true});
  for (int step = 0; step < 40; ++step) {   // constant gradients: v − ḡ² tends to 0 from both sides
    p[0].leaf->grad = filled({1000}, f32, [](auto i) { return 1 + i * 1e-3; });
    rmsprop.step();
  }
  for (double w : values(p)) ASSERT_TRUE(std::isfinite(w));
}

TEST(Step, RejectsMisfitGradientsBeforeAnythingChanges) {
  const Parameters p = table_parameters();
  SGD sgd(p, {.lr = 1});
  set_gradients(p, 4);
  p[3].leaf->grad = Array::zeros({6, 4}, f64);
  const std::vector<double> before = values(p);
  try {
    sgd.step();
    FAIL();
  } catch (const ShapeError& e) {
    EXPECT_STREQ(e.what(), "SGD: the gradient of d has shape [6, 4] but the parameter has [4, 6]");
  }
  p[3].leaf->grad = Array::zeros({4, 6}, f32);
  try {
    sgd.step();
    FAIL();
  } catch (const DtypeError& e) {
    EXPECT_STREQ(e.what(), "SGD: the gradient of d is f32 but the parameter is f64");
  }
  EXPECT_EQ(values(p), before);
  EXPECT_TRUE(sgd.state().arrays.empty());
  EXPECT_EQ(sgd.steps(), 0);
}

// ½ Σ cᵢ(wᵢ − 1)² with curvatures from 0.1 to 10.
template <class O>
double distance_after(O& optimizer, const Parameters& p, int steps) {
  const auto curvature = [](std::int64_t i) { return 0.1 * std::pow(100, i / 19.); };
  for (int step = 0; step < steps; ++step) {
    const std::vector<double> w = values(p);
    p[0].leaf->grad = filled({20}, f64, [&](auto i) { return curvature(i) * (w[i] - 1); });
    optimizer.step();
  }
  double farthest = 0;
  for (double w : values(p)) farthest = std::max(farthest, std::abs(w - 1));
  return farthest;
}

TEST(Step, EveryRuleFindsTheMinimumOfAQuadratic) {
  const auto start = [] { return single(filled({20}, f64, [](auto i) { return i % 2 ? 3. : -3.; })); };
  Parameters p = start();
  SGD sgd(p, {.lr = 0.05, .momentum = 0.9});
  EXPECT_LT(distance_after(sgd, p, 1000), 1e-6);
  p = start();
  SGD nesterov(p, {.lr = 0.05, .momentum = 0.9, .nesterov = true});
  EXPECT_LT(distance_after(nesterov, p, 1000), 1e-6);
  p = start();
  RMSprop rmsprop(p, {.lr = 0.1});
  StepLR decay(rmsprop, {.step_size = 1, .gamma = 0.99});
  for (int i = 0; i < 1000; ++i) {
    distance_after(rmsprop, p, 1);
    decay.step();
  }
  EXPECT_LT(distance_after(rmsprop, p, 1), 1e-3);
  p = start();
  Adam adam(p, {.lr = 0.05});
  EXPECT_LT(distance_after(adam, p, 3000), 1e-6);
  p = start();
  AdamW adamw(p, {.lr = 0.05, .weight_decay = 0});
  EXPECT_LT(distance_after(adamw, p, 3000), 1e-6);
}

}  // namespace gradus::optim::testing::step_test
