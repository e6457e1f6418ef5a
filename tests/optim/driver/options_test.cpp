// Construction: groups, names, and every option out of its range, with the words of its error.
#include <cmath>

#include <gtest/gtest.h>
#include <gradus/optim/driver/internal/checked_parameters.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adadelta.h>
#include <gradus/optim/rules/adafactor.h>
#include <gradus/optim/rules/adagrad.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/adamax.h>
#include <gradus/optim/rules/asgd.h>
#include <gradus/optim/rules/ftrl.h>
#include <gradus/optim/rules/lion.h>
#include <gradus/optim/rules/nadam.h>
#include <gradus/optim/rules/presets.h>
#include <gradus/optim/rules/radam.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/rprop.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/cosine_annealing_lr.h>
#include <gradus/optim/schedules/warmup_lr.h>
#include <optim/rules/table.h>

namespace gradus::optim::testing::options_test {

template <class Kind = ValueError, class F>
void expect_error(F&& f, const std::string& message) {
  try {
    f();
    ADD_FAILURE() << "no error; expected: " << message;
  } catch (const Kind& e) {
    EXPECT_EQ(e.what(), message);
  }
}

TEST(Options, OutOfRangeAreErrors) {
  const Parameters p = table_parameters();
  expect_error([&] { SGD(p, {.lr = -1}); }, "SGD: lr must be finite and at least 0, not -1");
  expect_error([&] { SGD(p, {.lr = NAN}); }, "SGD: lr must be finite and at least 0, not nan");
  expect_error([&] { SGD(p, {.momentum = -0.1}); }, "SGD: momentum must be finite and at least 0, not -0.1");
  expect_error([&] { SGD(p, {.momentum = 0.9, .dampening = NAN}); }, "SGD: dampening must be finite, not nan");
  expect_error([&] { SGD(p, {.weight_decay = -1}); }, "SGD: weight_decay must be finite and at least 0, not -1");
  expect_error([&] { SGD(p, {.nesterov = true}); }, "SGD: nesterov needs momentum > 0 and dampening 0, not momentum 0 and dampening 0");
  expect_error([&] { SGD(p, {.momentum = 0.9, .dampening = 0.5, .nesterov = true}); },
               "SGD: nesterov needs momentum > 0 and dampening 0, not momentum 0.9 and dampening 0.5");
  expect_error([&] { RMSprop(p, {.alpha = 1}); }, "RMSprop: alpha must lie in [0, 1), not 1");
  expect_error([&] { RMSprop(p, {.eps = -1e-8}); }, "RMSprop: eps must be finite and at least 0, not -1e-08");
  expect_error([&] { RMSprop(p, {.lr = HUGE_VAL}); }, "RMSprop: lr must be finite and at least 0, not inf");
  expect_error([&] { RMSprop(p, {.momentum = NAN}); }, "RMSprop: momentum must be finite and at least 0, not nan");
  expect_error([&] { Adam(p, {.betas = {1, 0.9}}); }, "Adam: betas.0 must lie in [0, 1), not 1");
  expect_error([&] { Adam(p, {.betas = {0.9, -0.1}}); }, "Adam: betas.1 must lie in [0, 1), not -0.1");
  expect_error([&] { Adam(p, {.betas = {0.9, NAN}}); }, "Adam: betas.1 must lie in [0, 1), not nan");
  expect_error([&] { AdamW(p, {.eps = -1}); }, "AdamW: eps must be finite and at least 0, not -1");
  expect_error([&] { AdamW(p, {.weight_decay = -1}); }, "AdamW: weight_decay must be finite and at least 0, not -1");
  EXPECT_NO_THROW(SGD(p, {.lr = 0}));
}

TEST(Options, OutOfRangeAreErrorsOfTheOtherRulesToo) {
  const Parameters p = table_parameters();
  expect_error([&] { Adagrad(p, {.lr_decay = -1}); }, "Adagrad: lr_decay must be finite and at least 0, not -1");
  expect_error([&] { Adagrad(p, {.initial_accumulator_value = -1}); },
               "Adagrad: initial_accumulator_value must be finite and at least 0, not -1");
  expect_error([&] { Adadelta(p, {.rho = 1.5}); }, "Adadelta: rho must lie in [0, 1], not 1.5");
  EXPECT_NO_THROW(Adadelta(p, {.rho = 1}));
  expect_error([&] { Adamax(p, {.betas = {0.9, 1}}); }, "Adamax: betas.1 must lie in [0, 1), not 1");
  expect_error([&] { NAdam(p, {.momentum_decay = -1}); }, "NAdam: momentum_decay must be finite and at least 0, not -1");
  expect_error([&] { RAdam(p, {.eps = NAN}); }, "RAdam: eps must be finite and at least 0, not nan");
  expect_error([&] { ASGD(p, {.weight_decay = -1}); }, "ASGD: weight_decay must be finite and at least 0, not -1");
  expect_error([&] { ASGD(p, {.t0 = HUGE_VAL}); }, "ASGD: t0 must be finite, not inf");
  expect_error([&] { Rprop(p, {.etas = {0, 1.2}}); }, "Rprop: etas must be 0 < etas[0] < 1 < etas[1], not 0 and 1.2");
  expect_error([&] { Rprop(p, {.etas = {0.5, 1}}); }, "Rprop: etas must be 0 < etas[0] < 1 < etas[1], not 0.5 and 1");
  expect_error([&] { Rprop(p, {.step_sizes = {2, 1}}); }, "Rprop: step_sizes must be the smallest and the largest, not 2 and 1");
  expect_error([&] { Ftrl(p, {.learning_rate_power = 0.5}); }, "Ftrl: learning_rate_power must be finite and at most 0, not 0.5");
  expect_error([&] { Ftrl(p, {.l1_regularization_strength = -1}); },
               "Ftrl: l1_regularization_strength must be finite and at least 0, not -1");
  EXPECT_NO_THROW(Adafactor(p, {.d = 0.5}));
  expect_error([&] { Adafactor(p, {.d = 0}); }, "Adafactor: d must be finite and above 0, not 0");
  EXPECT_NO_THROW(SGD(p, keras::sgd(0.1, 0, true)));
  expect_error([&] { Lion(p, {.betas = {-0.5, 0.9}}); }, "Lion: betas.0 must lie in [0, 1), not -0.5");
}

TEST(Options, HaveTheDefaultsOfPyTorch) {
  const Parameters p = table_parameters();
  EXPECT_EQ(SGD(p).options().lr, 1e-3);
  const RMSprop rmsprop(p);
  EXPECT_EQ(rmsprop.options().lr, 1e-2);
  EXPECT_EQ(rmsprop.options().alpha, 0.99);
  const Adam adam(p);
  EXPECT_EQ(adam.options().lr, 1e-3);
  EXPECT_EQ(adam.options().betas, (std::array{0.9, 0.999}));
  EXPECT_EQ(adam.options().eps, 1e-8);
  EXPECT_EQ(adam.options().weight_decay, 0);
  EXPECT_EQ(AdamW(p).options().weight_decay, 1e-2);
  const auto options = []<class O>(const O& optimizer) {
    const State state = optimizer.state();
    std::string out;
    for (const auto& [key, value] : state.values)
      if (key.starts_with("group.0.")) out += key.substr(8) + " " + value + ", ";
    return out;
  };
  EXPECT_EQ(options(Adagrad(p)),
            "eps 1e-10, eps_at outside, initial_accumulator_value 0, lr 0.01, lr_decay 0, maximize false, weight_decay 0, ");
  EXPECT_EQ(options(Adadelta(p)), "eps 1e-06, lr 1, maximize false, rho 0.9, weight_decay 0, ");
  EXPECT_EQ(options(Adamax(p)), "betas.0 0.9, betas.1 0.999, eps 1e-08, eps_at inside, lr 0.002, maximize false, weight_decay 0, ");
  EXPECT_EQ(options(NAdam(p)), "betas.0 0.9, betas.1 0.999, decoupled_weight_decay false, eps 1e-08, lr 0.002, maximize false, "
                               "momentum_decay 0.004, weight_decay 0, ");
  EXPECT_EQ(options(RAdam(p)),
            "betas.0 0.9, betas.1 0.999, decoupled_weight_decay false, eps 1e-08, lr 0.001, maximize false, weight_decay 0, ");
  EXPECT_EQ(options(ASGD(p)), "alpha 0.75, lambd 1e-04, lr 0.01, maximize false, t0 1e+06, weight_decay 0, ");
  EXPECT_EQ(options(Rprop(p)), "etas.0 0.5, etas.1 1.2, lr 0.01, maximize false, step_sizes.0 1e-06, step_sizes.1 50, ");
}

TEST(Groups, HaveOptionsOfTheirOwn) {
  const Parameters p = table_parameters();
  SGD sgd({{.params = {p[0]}, .options = {.lr = 0.1}}, {.params = {p[1], p[2]}, .options = {.lr = 0.2, .momentum = 0.9}}});
  sgd.add_param_group({.params = {p[3]}, .options = {.lr = 0.3}});
  ASSERT_EQ(sgd.groups(), 3);
  EXPECT_EQ(sgd.lr(), 0.1);
  EXPECT_EQ(sgd.option("momentum", 1), 0.9);
  EXPECT_EQ(sgd.lr(2), 0.3);
  EXPECT_EQ(sgd.parameters().size(), 4u);
  EXPECT_EQ(sgd.parameters()[3].name, "d");
}

TEST(Groups, ByNamePattern) {
  Parameters p{{"fc1.weight", Counted<Leaf>(new Leaf(f64s({1})))}, {"fc1.bias", Counted<Leaf>(new Leaf(f64s({1})))}};
  for (const NamedParameter& each : p) each.leaf->grad = f64s({0});
  AdamW adamw({{.params = optim::without(p, "*.bias"), .options = {.lr = 0.5, .weight_decay = 1}},
               {.params = optim::matching(p, "*.bias"), .options = {.lr = 0.5, .weight_decay = 0}}});
  adamw.step();
  EXPECT_EQ(values(p), (std::vector<double>{0.5, 1}));
}

TEST(Groups, OfOneElementAreNotMistakenForParameters) {
  const Parameters p = table_parameters();
  const SGD sgd({{.params = p, .options = {.lr = 0.25}}});
  EXPECT_EQ(sgd.lr(), 0.25);
}

TEST(Groups, ThatCannotBeAreErrors) {
  const Parameters p = table_parameters();
  expect_error([] { SGD(Parameters{}); }, "SGD: group 0 has no parameters; did a name pattern match nothing?");
  expect_error([] { SGD(std::vector<SGD::Group>{}); }, "SGD: needs at least one group of parameters");
  expect_error(
      [&] {
        SGD({{.params = p}, {.params = matching(p, "*.bias")}});
      },
      "SGD: group 1 has no parameters; did a name pattern match nothing?");
  expect_error([&] { Adam({{.params = {p[0], p[1]}}, {.params = {p[1]}}}); },
               "Adam: parameter b is given twice (again in group 1); each belongs to one group");
  expect_error([&] { Adam(Parameters{p[0], {"other name", p[0].leaf}}); },
               "Adam: parameter other name is given twice (again in group 0); each belongs to one group");
  expect_error([&] { Adam(Parameters{p[0], {"a", p[1].leaf}}); }, "Adam: " + named_alike("a"));
  expect_error([] { Adam(Parameters{{"w", {}}}); }, "Adam: parameter w is undefined");
  expect_error<DtypeError>([] { Adam(single(Array::zeros({2}, i64), {}, "ids")); },
                           "Adam: parameter ids is i64; only f32 and f64 can be trained");
}

TEST(Groups, ThatFailAreNotAdded) {
  const Parameters p = table_parameters();
  SGD sgd(Parameters{p[0], p[1]});
  EXPECT_THROW(sgd.add_param_group({.params = {p[2], p[0]}}), ValueError);
  EXPECT_THROW(sgd.add_param_group({.params = {p[2]}, .options = {.lr = -1}}), ValueError);
  EXPECT_EQ(sgd.groups(), 1);
  EXPECT_EQ(sgd.parameters().size(), 2u);
  sgd.add_param_group({.params = {p[2]}});
  EXPECT_EQ(sgd.groups(), 2);
}

TEST(Groups, NameTheUnnamedByTheirLeafOrPlace) {
  Adam adam(Parameters{{"", Counted<Leaf>(new Leaf(f64s({1}), "labelled"))}, {"", Counted<Leaf>(new Leaf(f64s({1})))}});
  EXPECT_EQ(adam.parameters()[0].name, "labelled");
  EXPECT_EQ(adam.parameters()[1].name, "parameter.1");
}

TEST(Options, ChangeByNameOrAsAWhole) {
  Adam adam(table_parameters());
  adam.set_lr(0.5);
  adam.set_option("betas.0", 0.5);
  EXPECT_EQ(adam.options().lr, 0.5);
  EXPECT_EQ(adam.options().betas[0], 0.5);
  expect_error([&] { adam.set_option("betas.1", 2); }, "Adam: betas.1 must lie in [0, 1), not 2");
  expect_error([&] { adam.set_lr(NAN); }, "Adam: lr must be finite and at least 0, not nan");
  expect_error([&] { adam.set_option("momentum", 0.9); },
               "Adam: has no option momentum; it has lr, betas.0, betas.1, eps, weight_decay, amsgrad, maximize, bias_correction, eps_at");
  expect_error([&] { adam.option("momentum"); },
               "Adam: has no option momentum; it has lr, betas.0, betas.1, eps, weight_decay, amsgrad, maximize, bias_correction, eps_at");
  expect_error([&] { adam.set_lr(0.1, 1); }, "Adam: there is no group 1; it has 1");
  expect_error([&] { adam.set_options({.lr = -1}); }, "Adam: lr must be finite and at least 0, not -1");
  adam.set_options({.lr = 0.25});
  EXPECT_EQ(adam.lr(), 0.25);
  EXPECT_EQ(adam.option("betas.0"), 0.9);
}

TEST(Options, ChangeByText) {
  Adam adam(table_parameters());
  adam.set_option("lr", "3e-4");
  adam.set_option("amsgrad", "true");
  adam.set_option("eps_at", "scaled_hat");
  EXPECT_EQ(adam.lr(), 3e-4);
  EXPECT_TRUE(adam.options().amsgrad);
  EXPECT_EQ(adam.options().eps_at, Eps::scaled_hat);
  expect_error([&] { adam.set_option("lr", "fast"); }, "Adam: \"fast\" is no value of lr (finite and at least 0)");
  expect_error([&] { adam.set_option("eps_at", "beside"); }, "Adam: \"beside\" is no value of eps_at (outside, inside, scaled_hat)");
  expect_error([&] { adam.set_option("betas.0", "1"); }, "Adam: betas.0 must lie in [0, 1), not 1");
  expect_error([&] { adam.set_option("beta.0", "0.5"); },
               "Adam: has no option beta.0; did you mean \"betas.0\"?; it has lr, betas.0, betas.1, eps, "
               "weight_decay, amsgrad, maximize, bias_correction, eps_at");
  EXPECT_EQ(adam.lr(), 3e-4);
}

TEST(Options, OfASchedulesPartsHavePaths) {
  const Curve curve = WarmupLR::curve({.steps = 3, .then = CosineAnnealingLR::curve({.t_max = 7})});
  const std::optional<Option> found = find_option(curve.options(), "then.t_max");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text(), "7");
  EXPECT_FALSE(find_option(curve.options(), "then.gamma"));
  EXPECT_FALSE(find_option(curve.options(), "steps.t_max"));
}

TEST(Describe, PrintsTheFormulaWithItsNumbers) {
  const Parameters p = table_parameters();
  EXPECT_EQ(SGD(p, {.lr = 0.1}).describe(), "SGD\n  group 0: 4 parameters, 1042 numbers\n    w ← w − 0.1·g");
  EXPECT_EQ(
      SGD(Parameters{p[0]}, {.lr = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = true, .maximize = true}).describe(),
      "SGD\n  group 0: 1 parameter, 1 numbers\n    g ← −g;  g ← g + 0.01·w;  b ← 0.9·b + 1·g (at first b ← g);  w ← w − 0.1·(g + 0.9·b)");
  EXPECT_EQ(RMSprop({{.params = {p[0]}}, {.params = {p[1]}, .options = {.momentum = 0.5, .centered = true}}}).describe(),
            "RMSprop\n  group 0: 1 parameter, 1 numbers\n    v ← 0.99·v + 0.01·g²;  w ← w − 0.01·g/(√v + 1e-08)\n"
            "  group 1: 1 parameter, 17 numbers\n    v ← 0.99·v + 0.01·g²;  ḡ ← 0.99·ḡ + 0.01·g;  b ← 0.5·b + g/(√(v − ḡ²) + 1e-08);  w ← "
            "w − 0.01·b");
  EXPECT_EQ(AdamW(p).describe(),
            "AdamW\n  group 0: 4 parameters, 1042 numbers\n    w ← w − 0.001·0.01·w;  m ← 0.9·m + 0.1·g;  v ← 0.999·v + 0.001·g²;  "
            "w ← w − 0.001/(1 − 0.9ᵗ) · m/(√(v/(1 − 0.999ᵗ)) + 1e-08)");
}

}  // namespace gradus::optim::testing::options_test
