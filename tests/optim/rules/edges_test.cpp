// The edges of single rules: where PyTorch's formula has a turn that a walk along the table might pass by.
#include <algorithm>
#include <cfenv>
#include <cmath>

#include <gtest/gtest.h>
#include <optim/rules/list.h>
#include <optim/rules/table.h>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/optim/rules/adadelta.h>
#include <gradus/optim/rules/adafactor.h>
#include <gradus/optim/rules/adagrad.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/adamax.h>
#include <gradus/optim/rules/rules.h>
#include <gradus/optim/rules/asgd.h>
#include <gradus/optim/rules/conventions.h>
#include <gradus/optim/rules/ftrl.h>
#include <gradus/optim/rules/lamb.h>
#include <gradus/optim/rules/lion.h>
#include <gradus/optim/rules/muon.h>
#include <gradus/optim/rules/nadam.h>
#include <gradus/optim/rules/radam.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/rprop.h>
#include <gradus/optim/rules/schedule_free_adamw.h>
#include <gradus/optim/rules/sgd.h>

namespace gradus::optim::testing::edges_test {

// The weight after each step under these gradients, from 0.
template <class O>
std::vector<double> walk(typename O::Options options, std::initializer_list<double> gradients) {
  const Parameters p = single(f64s({0}));
  O optimizer(p, options);
  std::vector<double> out;
  for (double g : gradients) {
    p[0].leaf->grad = f64s({g});
    optimizer.step();
    out.push_back(values(p)[0]);
  }
  return out;
}

TEST(RAdam, IsMomentumForFiveStepsAndAdaptsFromTheSixth) {
  const std::vector<double> small = walk<RAdam>({.lr = 1}, {1, 1, 1, 1, 1, 1}), large = walk<RAdam>({.lr = 1}, {9, 9, 9, 9, 9, 9});
  for (int t = 0; t < 5; ++t) {
    EXPECT_NEAR(small[t], -(t + 1), 1e-12);
    EXPECT_NEAR(large[t], -9 * (t + 1), 1e-12);
  }
  EXPECT_NEAR(large[5] - large[4], small[5] - small[4], 1e-6);   // from here on the size of gradients does not matter
  EXPECT_LT(small[4] - small[5], 0.1);
}

TEST(RAdam, NeverAdaptsWhenBeta2IsSmall) {
  const std::vector<double> w = walk<RAdam>({.lr = 1, .betas = {0.9, 0.5}}, {9, 9, 9, 9, 9, 9, 9, 9, 9, 9});
  EXPECT_NEAR(w[9], -90, 1e-12);
}

TEST(Adamax, HasEpsilonInsideTheMaximum) {
  EXPECT_NEAR(walk<Adamax>({.lr = 1, .eps = 0.5}, {0.5})[0], -0.5, 1e-15);                          // over |g| + ε
  EXPECT_NEAR(walk<Adamax>({.lr = 1, .betas = {0, 0.9}, .eps = 0.5}, {9.5, 8.5})[1], -0.95 - 8.5 / 9, 1e-15);   // u = max(0.9·10, 9)
  EXPECT_NEAR(walk<Adamax>({.lr = 1, .betas = {0, 0.5}, .eps = 1}, {0, 0})[1], 0, 0);
}

TEST(NAdam, KeepsTheProductOfItsMomentaInTheState) {
  const Parameters p = single(f64s({0}), f64s({1}));
  NAdam nadam(p);
  double product = 1;
  for (int t = 1; t <= 3; ++t) {
    nadam.step();
    product *= 0.9 * (1 - 0.5 * std::pow(0.96, t * 4e-3));
    const Array saved = nadam.state().arrays.at("w.mu_product");
    EXPECT_EQ(saved.dtype(), f64);
    EXPECT_NEAR(saved.item(), product, 1e-15);
  }
}

TEST(ASGD, AveragesFromStepT0On) {
  const Parameters p = single(f64s({3}));
  ASGD asgd(p, {.lr = 0.1, .t0 = 4});
  double sum = 0;
  for (int t = 1; t <= 12; ++t) {
    p[0].leaf->grad = f64s({values(p)[0] + (t % 2 ? 1 : -1)});
    asgd.step();
    const double w = values(p)[0], average = asgd.state().arrays.at("w.ax").item();
    if (t <= 6) sum = w;                          // μ, one step late, is 1 up to here: the sum begins anew
    else sum += w;
    EXPECT_NEAR(average, sum / std::max(1, t - 5), 1e-14) << t;
  }
  EXPECT_NEAR(asgd.state().arrays.at("w.mu").item(), 1. / 8, 1e-16);
  EXPECT_NEAR(asgd.state().arrays.at("w.eta").item(), 0.1 / std::pow(1 + 1e-4 * 0.1 * 12, 0.75), 1e-16);
}

TEST(Adagrad, StartsFromItsAccumulatorAndDecaysFromItsSecondStep) {
  EXPECT_NEAR(walk<Adagrad>({.lr = 1, .initial_accumulator_value = 3, .eps = 0}, {1})[0], -0.5, 1e-15);
  const std::vector<double> w = walk<Adagrad>({.lr = 1, .lr_decay = 1, .eps = 0}, {1, 0, std::sqrt(3.)});
  EXPECT_NEAR(w[0], -1, 1e-15);
  EXPECT_NEAR(w[2] - w[1], -1. / 3 * std::sqrt(3.) / 2, 1e-15);
}

TEST(Rprop, HalvesAndWaitsWhereTheGradientTurns) {
  const std::vector<double> w = walk<Rprop>({.lr = 1}, {5, 0.1, -7, -7, -1, 0});
  EXPECT_NEAR(w[0], -1, 1e-15);
  EXPECT_NEAR(w[1], -2.2, 1e-15);            // 1.2 times as far
  EXPECT_NEAR(w[2], -2.2, 1e-15);            // turned: 0.6, and no step
  EXPECT_NEAR(w[3], -1.6, 1e-15);            // the turn is forgotten
  EXPECT_NEAR(w[4], -0.88, 1e-15);
  EXPECT_NEAR(w[5], -0.88, 1e-15);
}

TEST(Rprop, KeepsItsSizesInTheirBounds) {
  const std::vector<double> w = walk<Rprop>({.lr = 1, .step_sizes = {0.9, 1.1}}, {1, 1, -1, -1});
  EXPECT_NEAR(w[1], -2.1, 1e-15);
  EXPECT_NEAR(w[3], -1.2, 1e-15);
  EXPECT_NEAR(walk<Rprop>({.lr = 100}, {1})[0], -50, 0);
}

TEST(Lion, GoesBothWaysAlikeAndStaysAtZero) {
  EXPECT_EQ(walk<Lion>({.lr = 0.5}, {1e-9, 0, -3, -1e-3}), (std::vector<double>{-0.5, -1, -0.5, 0}));
  EXPECT_EQ(walk<Lion>({.lr = 0.5}, {0})[0], 0);
}

TEST(NaN, StaysVisibleUnderRulesOfSigns) {
  EXPECT_TRUE(std::isnan(walk<Lion>({}, {1, NAN})[1]));
  EXPECT_TRUE(std::isnan(walk<Adamax>({}, {1, NAN})[1]));
}

TEST(Rprop, GoesOnAfterANaNAsPyTorchDoes) {
  const std::vector<double> w = walk<Rprop>({.lr = 1}, {1, NAN, 1, 1, -1});
  const double expected[] = {-1, -1, -2, -3.2, -3.2};        // NaN has no sign: no step, and the size stays
  for (int t = 0; t < 5; ++t) EXPECT_NEAR(w[t], expected[t], 1e-15);
}

TEST(Rprop, SeesTheSignsOfGradientsWhoseProductVanishes) {
  const std::vector<double> w = walk<Rprop>({.lr = 1}, {1e-200, 1e-200, -1e-200});
  EXPECT_NEAR(w[1], -2.2, 1e-15);
  EXPECT_NEAR(w[2], -2.2, 1e-15);
}

TEST(Ftrl, MakesWeightsExactlyZeroUnderAnL1Penalty) {
  const std::vector<double> w = walk<Ftrl>({.lr = 1, .l1_regularization_strength = 2}, {1, 0.5, 3, -2.5});
  EXPECT_EQ(w[0], 0);
  EXPECT_EQ(w[1], 0);
  EXPECT_NEAR(w[2], -2.5 / std::sqrt(0.1 + 1 + 0.25 + 9), 1e-15);
  EXPECT_EQ(walk<Ftrl>({.lr = 1, .initial_accumulator_value = 0}, {0})[0], 0);     // 0/0 would be NaN
}

TEST(Ftrl, LeavesAWeightThatHasSeenNothingWhereAllIsZero) {
  const Parameters p = single(f64s({3}), f64s({0}));
  Ftrl(p, {.initial_accumulator_value = 0}).step();
  EXPECT_EQ(values(p)[0], 3);
}

// Squares of these leave the range of double; a step relative to the weights, or along a direction of length 1, does not.
TEST(WholeRules, StepTheSameWhereSquaresLeaveTheRange) {
  const auto step = []<class O>(std::type_identity<O>, double scale, typename O::Options options) {
    const Parameters p = single(filled({3, 4}, f64, [&](auto i) { return scale * static_cast<double>(i + 1); }),
                                Tensor(filled({3, 4}, f64, [](auto i) { return i % 3 ? 1. : -2.; })));
    O(p, options).step();
    std::vector<double> out = values(p);
    for (double& w : out) w /= scale;
    return out;
  };
  const auto near = [](const std::vector<double>& a, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-12 * std::abs(b[i])) << i;
  };
  const LAMBOptions lamb{.lr = 0.1};
  const AdafactorOptions adafactor{.lr = 0.1};
  for (const double scale : {0x1p600, 0x1p-600})
    near(step(std::type_identity<LAMB>{}, scale, lamb), step(std::type_identity<LAMB>{}, 1, lamb));
  near(step(std::type_identity<Adafactor>{}, 0x1p600, adafactor), step(std::type_identity<Adafactor>{}, 1, adafactor));
  const auto muon = [](double scale) {
    const Parameters p =
        single(Array::zeros({3, 4}, f64), Tensor(filled({3, 4}, f64, [&](auto i) { return scale * static_cast<double>(i % 5 - 2); })));
    Muon(p).step();
    return values(p);
  };
  near(muon(0x1p600), muon(1));
}

TEST(RMSprop, StopsWhereItsAverageOfSquaresIsInfinite) {
  const std::vector<double> w = walk<RMSprop>({.centered = true}, {1, 1e200, 1, -1});   // and is not ∞ − ∞
  for (int t = 1; t < 4; ++t) EXPECT_EQ(w[t], w[0]) << t;
  for (const std::int64_t n : {1, 3, 37}) {
    const Parameters p = single(Array::full({n}, 2., f32), Tensor(Array::full({n}, 1e25, f32)));
    RMSprop rmsprop(p, {.momentum = 0.5, .centered = true});
    for (int t = 0; t < 3; ++t) rmsprop.step();
    for (const double x : values(p)) EXPECT_EQ(x, 2) << n;
  }
}

// A host may trap these; the last few elements are no excuse.
template <class O>
void expect_no_flag(typename O::Options options) {
  for (const Dtype dtype : {f32, f64})
    for (std::int64_t n = 1; n <= 40; ++n) {
      const auto number = [](auto i) { return 0.5 + static_cast<double>(i % 7); };
      const Parameters p = single(filled({n}, dtype, number), Tensor(filled({n}, dtype, [&](auto i) { return number(i + 3) - 1; })));
      O optimizer(p, options);
      std::feclearexcept(FE_ALL_EXCEPT);
      for (int t = 0; t < 3; ++t) optimizer.step();
      EXPECT_FALSE(std::fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW)) << optimizer.describe() << " of " << n << " in " << dtype;
    }
}

TEST(Rules, RaiseNoFlagAtAnyLength) {
  expect_no_flag<SGD>({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true});
  expect_no_flag<Adam>({.eps = 0, .amsgrad = true});
  expect_no_flag<AdamW>({.eps = 0});
  expect_no_flag<Adagrad>({.eps = 0});
  expect_no_flag<Adadelta>({});
  expect_no_flag<Adamax>({.eps = 0});
  expect_no_flag<NAdam>({.eps = 0});
  expect_no_flag<RAdam>({.eps = 0});
  expect_no_flag<RMSprop>({.eps = 0, .momentum = 0.9});
  expect_no_flag<RMSprop>({.centered = true});
  expect_no_flag<ASGD>({});
  expect_no_flag<Rprop>({});
  expect_no_flag<Lion>({});
  expect_no_flag<Ftrl>({.l1_regularization_strength = 0.1});
  expect_no_flag<ScheduleFreeAdamW>({});
  expect_no_flag<LAMB>({.eps = 0});
  expect_no_flag<Adafactor>({});
}

TEST(SGD, DebiasedAverageOfSteadyGradientsIsTheGradient) {
  const std::vector<double> w = walk<SGD>({.lr = 1, .momentum = 0.9, .form = Momentum::ema_debiased}, {2, 2, 2, 2});
  for (int t = 0; t < 4; ++t) EXPECT_NEAR(w[t], -2 * (t + 1), 1e-13);
}

}  // namespace gradus::optim::testing::edges_test
