// Choices between formulas: set by name, saved by name, printed, and never mixed by loading a state.
#include <gtest/gtest.h>
#include <optim/rules/table.h>

#include <gradus/optim/rules/adadelta.h>
#include <gradus/optim/rules/adagrad.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/adamax.h>
#include <gradus/optim/rules/asgd.h>
#include <gradus/optim/rules/conventions.h>
#include <gradus/optim/rules/lion.h>
#include <gradus/optim/rules/nadam.h>
#include <gradus/optim/rules/presets.h>
#include <gradus/optim/rules/radam.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/rprop.h>
#include <gradus/optim/rules/sgd.h>

namespace gradus::optim::testing::conventions_test {

template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const ValueError& e) {
    return e.what();
  }
  return "no error";
}

TEST(Convention, IsPartOfTheState) {
  const Parameters p = table_parameters();
  SGD sgd(p, lecture::momentum(0.1));
  EXPECT_EQ(sgd.state().values.at("group.0.form"), "ema");
  SGD same(p, lecture::momentum(0.5, 0.5));
  same.load_state(sgd.state());
  EXPECT_EQ(same.lr(), 0.1);
  EXPECT_EQ(same.options().form, Momentum::ema);
}

TEST(Convention, OfAStateMustBeTheOptimizers) {
  const Parameters p = table_parameters();
  Adam lectures(p, lecture::adam(0.01)), pytorchs(p);
  run(lectures, p, 0, 2);
  EXPECT_EQ(error_of([&] { pytorchs.load_state(lectures.state()); }),
            "Adam: the state does not fit this optimizer:\n"
            "  group.0.bias_correction is false in the state but true here: construct it with .bias_correction = false\n"
            "  group.0.eps_at is inside in the state but outside here: construct it with .eps_at = Eps::inside");
  EXPECT_TRUE(pytorchs.state().arrays.empty());
  SGD keras(p, keras::sgd(0.1, 0.9)), torch(p, {.lr = 0.1, .momentum = 0.9});
  EXPECT_EQ(error_of([&] { keras.load_state(torch.state()); }),
            "SGD: the state does not fit this optimizer:\n"
            "  group.0.form is classic in the state but lr_inside here: construct it with .form = Momentum::classic");
  State odd = torch.state();
  odd.values["group.0.form"] = "heavy";
  EXPECT_EQ(error_of([&] { torch.load_state(odd); }),
            "SGD: the state does not fit this optimizer:\n  group.0.form is \"heavy\", which is no value of this option");
}

TEST(Convention, IsAnOptionByItsNumber) {
  const Parameters p = table_parameters();
  Adam adam(p);
  EXPECT_EQ(adam.option("eps_at"), 0);
  adam.set_option("eps_at", 2);
  EXPECT_EQ(adam.options().eps_at, Eps::scaled_hat);
  for (double bad : {-1., 3., 0.5, 1e10, static_cast<double>(NAN)})
    EXPECT_EQ(error_of([&] { adam.set_option("eps_at", bad); }), "Adam: eps_at must be one of Eps::outside, Eps::inside, Eps::scaled_hat");
  EXPECT_EQ(adam.options().eps_at, Eps::scaled_hat);
}

TEST(Convention, ThatARuleLacksIsAnError) {
  const Parameters p = table_parameters();
  EXPECT_EQ(error_of([&] { RMSprop(p, {.eps_at = Eps::scaled_hat}); }), "RMSprop: eps_at must be one of Eps::outside, Eps::inside");
  EXPECT_EQ(error_of([&] { RMSprop(p, {.form = Momentum::ema}); }), "RMSprop: form must be one of Momentum::classic, Momentum::lr_inside");
  EXPECT_EQ(error_of([&] { Adagrad(p, {.eps_at = Eps::scaled_hat}); }), "Adagrad: eps_at must be one of Eps::outside, Eps::inside");
  EXPECT_EQ(error_of([&] { SGD(p, {.momentum = 0.9, .dampening = 0.5, .form = Momentum::ema}); }),
            "SGD: dampening belongs to Momentum::classic; it must be 0 here, not 0.5");
  EXPECT_EQ(error_of([&] { SGD(p, {.momentum = 1, .form = Momentum::ema_debiased}); }),
            "SGD: the momentum of an average must lie in [0, 1), not 1");
  EXPECT_EQ(error_of([&] { SGD(p, {.momentum = 0.9, .nesterov = true, .form = Momentum::ema_debiased}); }),
            "SGD: nesterov is not defined for Momentum::ema_debiased");
}

TEST(Convention, OfMomentumMeansNothingWithoutMomentum) {
  for (Momentum form : {Momentum::classic, Momentum::lr_inside, Momentum::ema, Momentum::ema_debiased}) {
    const Parameters p = single(f64s({1}), f64s({2}));
    SGD(p, {.lr = 0.25, .form = form}).step();
    EXPECT_EQ(values(p)[0], 0.5);
  }
}

// The formula as describe() prints it.
template <class O>
std::string formula(typename O::Options options) {
  const std::string all = O(single(f64s({1})), options).describe();
  return all.substr(all.rfind("    ") + 4);
}

TEST(Describe, PrintsTheConventionInUse) {
  EXPECT_EQ(formula<SGD>(lecture::gradient_descent(0.1)), "w ← w − 0.1·g");
  EXPECT_EQ(formula<SGD>(lecture::momentum(0.1)), "b ← 0.9·b + 0.1·g;  w ← w − 0.1·b");
  EXPECT_EQ(formula<SGD>({.lr = 0.1, .momentum = 0.8, .nesterov = true, .form = Momentum::ema}),
            "b ← 0.8·b + 0.2·g;  w ← w − 0.1·(0.2·g + 0.8·b)");
  EXPECT_EQ(formula<SGD>({.lr = 0.1, .momentum = 0.9, .form = Momentum::ema_debiased}), "b ← 0.9·b + 0.1·g;  w ← w − 0.1/(1 − 0.9ᵗ)·b");
  EXPECT_EQ(formula<SGD>(keras::sgd(0.01, 0.9)), "b ← 0.9·b + 0.01·g;  w ← w − b");
  EXPECT_EQ(formula<SGD>(keras::sgd(0.01, 0.9, true)), "b ← 0.9·b + 0.01·g;  w ← w − (0.01·g + 0.9·b)");
  EXPECT_EQ(formula<RMSprop>(lecture::rmsprop(0.01)), "v ← 0.9·v + 0.1·g²;  w ← w − 0.01·g/√(v + 1e-08)");
  EXPECT_EQ(formula<RMSprop>(keras::rmsprop(0.01, 0.9, 0.5)), "v ← 0.9·v + 0.1·g²;  b ← 0.5·b + 0.01·g/√(v + 1e-07);  w ← w − b");
  EXPECT_EQ(formula<Adam>(lecture::adam(0.01)), "m ← 0.9·m + 0.1·g;  v ← 0.999·v + 0.001·g²;  w ← w − 0.01 · m/√(v + 1e-08)");
  EXPECT_EQ(formula<Adam>({.bias_correction = false}), "m ← 0.9·m + 0.1·g;  v ← 0.999·v + 0.001·g²;  w ← w − 0.001 · m/(√v + 1e-08)");
  EXPECT_EQ(formula<Adam>({.eps_at = Eps::inside}),
            "m ← 0.9·m + 0.1·g;  v ← 0.999·v + 0.001·g²;  w ← w − 0.001/(1 − 0.9ᵗ) · m/√(v/(1 − 0.999ᵗ) + 1e-08)");
  EXPECT_EQ(formula<Adam>(keras::adam()),
            "m ← 0.9·m + 0.1·g;  v ← 0.999·v + 0.001·g²;  w ← w − 0.001·√(1 − 0.999ᵗ)/(1 − 0.9ᵗ) · m/(√v + 1e-07)");
}

TEST(Describe, PrintsEveryRule) {
  EXPECT_EQ(formula<Adagrad>({.lr = 0.1, .lr_decay = 0.5}), "s ← s + g² (from 0);  w ← w − 0.1/(1 + 0.5·(t − 1)) · g/(√s + 1e-10)");
  EXPECT_EQ(formula<Adagrad>(optax::adagrad(0.1)), "s ← s + g² (from 0.1);  w ← w − 0.1 · g/√(s + 1e-07)");
  EXPECT_EQ(formula<Adadelta>({}), "s ← 0.9·s + 0.1·g²;  d ← √(a + 1e-06)/√(s + 1e-06)·g;  a ← 0.9·a + 0.1·d²;  w ← w − 1·d");
  EXPECT_EQ(formula<Adamax>({.maximize = true}),
            "g ← −g;  m ← 0.9·m + 0.1·g;  u ← max(0.999·u, |g| + 1e-08);  w ← w − 0.002/(1 − 0.9ᵗ) · m/u");
  EXPECT_EQ(formula<NAdam>({.weight_decay = 0.5, .decoupled_weight_decay = true}),
            "w ← w − 0.002·0.5·w;  μₜ = 0.9·(1 − ½·0.96^(0.004·t));  Πₜ = μ₁·…·μₜ;  m ← 0.9·m + 0.1·g;  v ← 0.999·v + 0.001·g²;  "
            "w ← w − 0.002·((1 − μₜ)/(1 − Πₜ)·g + μₜ₊₁/(1 − Πₜ·μₜ₊₁)·m)/(√(v/(1 − 0.999ᵗ)) + 1e-08)");
  EXPECT_EQ(formula<RAdam>({.weight_decay = 0.5}),
            "g ← g + 0.5·w;  m ← 0.9·m + 0.1·g;  v ← 0.999·v + 0.001·g²;  w ← w − 0.001/(1 − 0.9ᵗ)·m, and after step 5 "
            "w ← w − 0.001/(1 − 0.9ᵗ)·r·√(1 − 0.999ᵗ) · m/(√v + 1e-08)");
  EXPECT_EQ(formula<ASGD>({.lr = 0.5}),
            "w ← w − η·0.0001·w − η·g;  ax ← ax + μ·(w − ax);  η ← 0.5/(1 + 5e-05·t)^0.75;  μ ← 1/max(1, t − 1e+06)");
  EXPECT_EQ(formula<Rprop>({}),
            "where g·g₋₁ > 0: s ← min(1.2·s, 50);  where < 0: s ← max(0.5·s, 1e-06), g ← 0;  w ← w − s·sign(g) (s from 0.01)");
  EXPECT_EQ(formula<Lion>(optax::lion(0.1, 0.5)), "w ← w − 0.1·0.5·w;  w ← w − 0.1·sign(0.9·m + 0.1·g);  m ← 0.99·m + 0.01·g");
}

}  // namespace gradus::optim::testing::conventions_test
