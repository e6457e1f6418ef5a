// Every rule walks the table twice over: against trajectories of PyTorch, Keras and optax (golden) and against plain scalar code.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <regex>
#include <set>
#include <variant>

#include <gradus/autograd/array/formats/safetensors.h>
#include <gtest/gtest.h>
#include <optim/rules/scalar_rules.h>
#include <optim/rules/list.h>
#include <optim/rules/table.h>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adadelta.h>
#include <gradus/optim/rules/adagrad.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/adamax.h>
#include <gradus/optim/rules/rules.h>
#include <gradus/optim/rules/asgd.h>
#include <gradus/optim/rules/conventions.h>
#include <gradus/optim/rules/ftrl.h>
#include <gradus/optim/rules/lion.h>
#include <gradus/optim/rules/nadam.h>
#include <gradus/optim/rules/presets.h>
#include <gradus/optim/rules/radam.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/rprop.h>
#include <gradus/optim/rules/schedule_free_adamw.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/step_lr.h>

#include <golden_values.h>

namespace gradus::optim::testing::trajectory_test {

using ScalarRule =
    std::variant<ScalarSGD, ScalarAverage, ScalarVelocity, ScalarRMSprop, ScalarAdam, ScalarAdagrad, ScalarAdadelta, ScalarAdamax,
                 ScalarNAdam, ScalarRAdam, ScalarASGD, ScalarRprop, ScalarLion, ScalarFtrl, ScalarScheduleFree>;

// Two groups: the tensors a and b under `first`, c and d under `second`.
struct Case {
  std::string name;
  std::function<std::unique_ptr<Optimizer>(const Parameters& first, const Parameters& second)> make;
  std::array<ScalarRule, 2> scalars;
};

// The same as one writes it: the options of both groups, and of the rules in plain code that must do the same.
template <class O>
struct Row {
  std::string name;
  typename O::Options first, second;
  std::array<ScalarRule, 2> scalars;

  operator Case() const {
    using Groups = std::vector<typename O::Group>;
    const auto make = [row = *this](const Parameters& a, const Parameters& b) {
      return std::make_unique<O>(Groups{{a, row.first}, {b, row.second}});
    };
    return {.name = name, .make = make, .scalars = scalars};
  }
};

const std::vector<Case>& cases() {
  using S = ScalarSGD;
  using R = ScalarRMSprop;
  using A = ScalarAdam;
  static const std::vector<Case> all{
      Row<SGD>{.name = "sgd", .first = {.lr = 0.1}, .second = {.lr = 0.02}, .scalars = {S{}, S{}}},
      Row<SGD>{.name = "sgd_decay", .first = {.lr = 0.1, .weight_decay = 0.1}, .second = {.lr = 0.02, .maximize = true},
               .scalars = {S{.decay = 0.1}, S{.maximize = true}}},
      Row<SGD>{.name = "momentum", .first = {.lr = 0.1, .momentum = 0.9}, .second = {.lr = 0.02, .momentum = 0.5, .weight_decay = 0.01},
               .scalars = {S{.momentum = 0.9}, S{.momentum = 0.5, .decay = 0.01}}},
      Row<SGD>{.name = "dampening", .first = {.lr = 0.1, .momentum = 0.9, .dampening = 0.3},
               .second = {.lr = 0.02, .momentum = 0.8, .dampening = 0.9},
               .scalars = {S{.momentum = 0.9, .dampening = 0.3}, S{.momentum = 0.8, .dampening = 0.9}}},
      Row<SGD>{.name = "nesterov", .first = {.lr = 0.1, .momentum = 0.9, .nesterov = true},
               .second = {.lr = 0.02, .momentum = 0.5, .weight_decay = 0.01, .nesterov = true},
               .scalars = {S{.momentum = 0.9, .nesterov = true}, S{.momentum = 0.5, .decay = 0.01, .nesterov = true}}},
      Row<RMSprop>{.name = "rmsprop", .first = {.lr = 0.01}, .second = {.lr = 0.02, .alpha = 0.9, .eps = 1e-3, .weight_decay = 0.1},
                   .scalars = {R{}, R{.alpha = 0.9, .eps = 1e-3, .decay = 0.1}}},
      Row<RMSprop>{.name = "rmsprop_centered", .first = {.lr = 0.01, .centered = true},
                   .second = {.lr = 0.02, .alpha = 0.9, .centered = true, .maximize = true},
                   .scalars = {R{.centered = true}, R{.alpha = 0.9, .centered = true, .maximize = true}}},
      Row<RMSprop>{.name = "rmsprop_momentum", .first = {.lr = 0.01, .momentum = 0.9},
                   .second = {.lr = 0.02, .weight_decay = 0.1, .momentum = 0.5, .centered = true},
                   .scalars = {R{.momentum = 0.9}, R{.decay = 0.1, .momentum = 0.5, .centered = true}}},
      Row<Adam>{.name = "adam", .first = {.lr = 0.01}, .second = {.lr = 0.02, .betas = {0.8, 0.95}, .eps = 1e-3},
                .scalars = {A{}, A{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3}}},
      Row<Adam>{.name = "adam_decay", .first = {.lr = 0.01, .weight_decay = 0.1},
                .second = {.lr = 0.02, .weight_decay = 0.01, .maximize = true},
                .scalars = {A{.coupled = 0.1}, A{.coupled = 0.01, .maximize = true}}},
      Row<Adam>{.name = "amsgrad", .first = {.lr = 0.01, .amsgrad = true},
                .second = {.lr = 0.02, .betas = {0.5, 0.6}, .weight_decay = 0.1, .amsgrad = true},
                .scalars = {A{.amsgrad = true}, A{.beta1 = 0.5, .beta2 = 0.6, .coupled = 0.1, .amsgrad = true}}},
      Row<AdamW>{.name = "adamw", .first = {.lr = 0.01}, .second = {.lr = 0.02, .weight_decay = 0.3},
                 .scalars = {A{.decoupled = 0.01}, A{.decoupled = 0.3}}},
      Row<AdamW>{.name = "adamw_amsgrad", .first = {.lr = 0.01, .amsgrad = true},
                 .second = {.lr = 0.02, .betas = {0.5, 0.6}, .amsgrad = true, .maximize = true},
                 .scalars = {A{.decoupled = 0.01, .amsgrad = true},
                             A{.beta1 = 0.5, .beta2 = 0.6, .decoupled = 0.01, .amsgrad = true, .maximize = true}}},
      Row<Adagrad>{.name = "adagrad", .first = {.lr = 0.1, .initial_accumulator_value = 0.3},
                   .second = {.lr = 0.05, .lr_decay = 0.1, .weight_decay = 0.1, .initial_accumulator_value = 0.3, .eps = 1e-3},
                   .scalars = {ScalarAdagrad{.sum = 0.3}, ScalarAdagrad{.lr_decay = 0.1, .decay = 0.1, .sum = 0.3, .eps = 1e-3}}},
      Row<Adagrad>{.name = "adagrad_maximize", .first = {.lr = 0.1, .weight_decay = 0.1},
                   .second = {.lr = 0.02, .lr_decay = 0.01, .maximize = true},
                   .scalars = {ScalarAdagrad{.decay = 0.1}, ScalarAdagrad{.lr_decay = 0.01, .maximize = true}}},
      Row<Adadelta>{.name = "adadelta", .first = {.lr = 1},
                    .second = {.lr = 0.5, .rho = 0.5, .eps = 1e-3, .weight_decay = 0.1, .maximize = true},
                    .scalars = {ScalarAdadelta{}, ScalarAdadelta{.rho = 0.5, .eps = 1e-3, .decay = 0.1, .maximize = true}}},
      Row<Adamax>{.name = "adamax", .first = {.lr = 0.01},
                  .second = {.lr = 0.02, .betas = {0.8, 0.95}, .eps = 1e-3, .weight_decay = 0.1, .maximize = true},
                  .scalars = {ScalarAdamax{}, ScalarAdamax{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .decay = 0.1, .maximize = true}}},
      Row<NAdam>{.name = "nadam", .first = {.lr = 0.01},
                 .second = {.lr = 0.02, .betas = {0.8, 0.95}, .eps = 1e-3, .weight_decay = 0.1, .momentum_decay = 0.1},
                 .scalars = {ScalarNAdam{}, ScalarNAdam{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .decay = 0.1, .psi = 0.1}}},
      Row<NAdam>{.name = "nadam_decoupled", .first = {.lr = 0.01, .weight_decay = 0.1, .decoupled_weight_decay = true},
                 .second = {.lr = 0.02, .weight_decay = 0.3, .decoupled_weight_decay = true, .maximize = true},
                 .scalars = {ScalarNAdam{.decay = 0.1, .decoupled = true}, ScalarNAdam{.decay = 0.3, .decoupled = true, .maximize = true}}},
      Row<RAdam>{.name = "radam", .first = {.lr = 0.01},
                 .second = {.lr = 0.02, .betas = {0.8, 0.9}, .eps = 1e-3, .weight_decay = 0.1, .maximize = true},
                 .scalars = {ScalarRAdam{}, ScalarRAdam{.beta1 = 0.8, .beta2 = 0.9, .eps = 1e-3, .decay = 0.1, .maximize = true}}},
      Row<RAdam>{.name = "radam_decoupled", .first = {.lr = 0.01, .weight_decay = 0.1, .decoupled_weight_decay = true},
                 .second = {.lr = 0.02, .betas = {0.5, 0.6}, .weight_decay = 0.3, .decoupled_weight_decay = true},
                 .scalars = {ScalarRAdam{.decay = 0.1, .decoupled = true},
                             ScalarRAdam{.beta1 = 0.5, .beta2 = 0.6, .decay = 0.3, .decoupled = true}}},
      Row<ASGD>{.name = "asgd", .first = {.lr = 0.1},
                .second = {.lr = 0.05, .lambd = 0.01, .alpha = 0.5, .t0 = 5, .weight_decay = 0.1, .maximize = true},
                .scalars = {ScalarASGD{}, ScalarASGD{.lambda = 0.01, .alpha = 0.5, .decay = 0.1, .maximize = true}}},
      Row<Rprop>{.name = "rprop", .first = {.lr = 0.01},
                 .second = {.lr = 0.02, .etas = {0.4, 1.5}, .step_sizes = {1e-2, 0.05}, .maximize = true},
                 .scalars = {ScalarRprop{}, ScalarRprop{.minus = 0.4, .plus = 1.5, .least = 1e-2, .most = 0.05, .maximize = true}}},
      Row<Lion>{.name = "lion", .first = {.lr = 0.01, .weight_decay = 0.1},
                .second = {.lr = 0.02, .betas = {0.5, 0.8}, .weight_decay = 0.1},
                .scalars = {ScalarLion{.decay = 0.1}, ScalarLion{.beta1 = 0.5, .beta2 = 0.8, .decay = 0.1}}},
      Row<Ftrl>{.name = "keras_ftrl", .first = keras::ftrl(0.1),
                .second = {.lr = 0.05, .learning_rate_power = -0.7, .initial_accumulator_value = 0.5, .l1_regularization_strength = 0.3,
                           .l2_regularization_strength = 0.2, .l2_shrinkage_regularization_strength = 0.1, .beta = 0.4},
                .scalars = {ScalarFtrl{}, ScalarFtrl{.l1 = 0.3, .l2 = 0.2, .shrinkage = 0.1, .beta = 0.4, .n = 0.5, .power = 0.7}}},
      Row<ScheduleFreeAdamW>{.name = "schedule_free", .first = {.lr = 0.01},
          .second = {.lr = 0.02, .betas = {0.8, 0.95}, .eps = 1e-3, .weight_decay = 0.1, .warmup_steps = 5, .r = 1, .weight_lr_power = 1},
          .scalars = {ScalarScheduleFree{}, ScalarScheduleFree{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-3, .decay = 0.1, .warmup = 5, .r = 1,
                                                               .power = 1}}},
      // What PyTorch lacks: by Keras, optax, and the lecture's formula.
      Row<SGD>{.name = "keras_sgd", .first = keras::sgd(0.1, 0.9), .second = keras::sgd(0.02, 0.5, true),
               .scalars = {ScalarVelocity{}, ScalarVelocity{.momentum = 0.5, .nesterov = true}}},
      Row<RMSprop>{.name = "keras_rmsprop", .first = keras::rmsprop(0.01),
                   .second = {.lr = 0.02, .alpha = 0.8, .eps = 1e-3, .momentum = 0.9, .eps_at = Eps::inside, .form = Momentum::lr_inside},
                   .scalars = {R{.alpha = 0.9, .eps = 1e-7, .inside = true},
                               R{.alpha = 0.8, .eps = 1e-3, .momentum = 0.9, .inside = true, .lr_inside = true}}},
      Row<RMSprop>{.name = "keras_rmsprop_centered",
                   .first = {.lr = 0.01, .alpha = 0.9, .eps = 1e-3, .centered = true, .eps_at = Eps::inside},
                   .second = {.lr = 0.02, .alpha = 0.8, .eps = 1e-2, .momentum = 0.9, .centered = true, .eps_at = Eps::inside,
                              .form = Momentum::lr_inside},
                   .scalars = {R{.alpha = 0.9, .eps = 1e-3, .centered = true, .inside = true},
                               R{.alpha = 0.8, .eps = 1e-2, .momentum = 0.9, .centered = true, .inside = true, .lr_inside = true}}},
      Row<Adam>{.name = "keras_adam", .first = keras::adam(0.01),
                .second = {.lr = 0.02, .betas = {0.8, 0.95}, .eps = 1e-2, .eps_at = Eps::scaled_hat},
                .scalars = {A{.eps = 1e-7, .eps_at = A::scaled_hat}, A{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-2, .eps_at = A::scaled_hat}}},
      Row<Adam>{.name = "keras_amsgrad", .first = {.lr = 0.01, .eps = 1e-7, .amsgrad = true, .eps_at = Eps::scaled_hat},
                .second = {.lr = 0.02, .betas = {0.5, 0.6}, .eps = 1e-2, .amsgrad = true, .eps_at = Eps::scaled_hat},
                .scalars = {A{.eps = 1e-7, .amsgrad = true, .eps_at = A::scaled_hat},
                            A{.beta1 = 0.5, .beta2 = 0.6, .eps = 1e-2, .amsgrad = true, .eps_at = A::scaled_hat}}},
      Row<AdamW>{.name = "keras_adamw", .first = keras::adamw(0.01),
                 .second = {.lr = 0.02, .eps = 1e-2, .weight_decay = 0.3, .eps_at = Eps::scaled_hat},
                 .scalars = {A{.eps = 1e-7, .decoupled = 0.004, .eps_at = A::scaled_hat},
                             A{.eps = 1e-2, .decoupled = 0.3, .eps_at = A::scaled_hat}}},
      Row<Adagrad>{.name = "keras_adagrad", .first = keras::adagrad(0.1),
                   .second = {.lr = 0.02, .initial_accumulator_value = 0.5, .eps = 1e-1, .eps_at = Eps::inside},
                   .scalars = {ScalarAdagrad{.sum = 0.1, .eps = 1e-7, .inside = true},
                               ScalarAdagrad{.sum = 0.5, .eps = 1e-1, .inside = true}}},
      Row<Adamax>{.name = "keras_adamax", .first = keras::adamax(0.01),
                  .second = {.lr = 0.02, .betas = {0.8, 0.95}, .eps = 1e-2, .eps_at = Eps::outside},
                  .scalars = {ScalarAdamax{.eps = 1e-7, .outside = true},
                              ScalarAdamax{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-2, .outside = true}}},
      Row<NAdam>{.name = "keras_nadam", .first = keras::nadam(0.01),
                 .second = {.lr = 0.02, .betas = {0.8, 0.95}, .eps = 1e-2, .momentum_decay = 1},
                 .scalars = {ScalarNAdam{.eps = 1e-7, .psi = 1}, ScalarNAdam{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-2, .psi = 1}}},
      Row<SGD>{.name = "optax_ema", .first = lecture::momentum(0.1), .second = lecture::momentum(0.02, 0.5),
               .scalars = {ScalarAverage{}, ScalarAverage{.beta = 0.5}}},
      Row<SGD>{.name = "optax_ema_debiased", .first = {.lr = 0.1, .momentum = 0.9, .form = Momentum::ema_debiased},
               .second = {.lr = 0.02, .momentum = 0.5, .form = Momentum::ema_debiased},
               .scalars = {ScalarAverage{.debiased = true}, ScalarAverage{.beta = 0.5, .debiased = true}}},
      Row<RMSprop>{.name = "optax_rmsprop", .first = optax::rmsprop(0.01, 0.9),
                   .second = {.lr = 0.02, .alpha = 0.8, .eps = 1e-2, .momentum = 0.5, .eps_at = Eps::inside, .form = Momentum::lr_inside},
                   .scalars = {R{.alpha = 0.9, .momentum = 0.9, .inside = true, .lr_inside = true},
                               R{.alpha = 0.8, .eps = 1e-2, .momentum = 0.5, .inside = true, .lr_inside = true}}},
      Row<NAdam>{.name = "optax_nadam", .first = optax::nadam(0.01),
                 .second = {.lr = 0.02, .betas = {0.8, 0.95}, .eps = 1e-2, .momentum_decay = 1e9},
                 .scalars = {ScalarNAdam{.psi = 1e9}, ScalarNAdam{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-2, .psi = 1e9}}},
      Row<Adam>{.name = "optax_eps_root", .first = {.lr = 0.01, .eps_at = Eps::inside},
                .second = {.lr = 0.02, .eps = 1e-2, .eps_at = Eps::inside},
                .scalars = {A{.eps_at = A::inside}, A{.eps = 1e-2, .eps_at = A::inside}}},
      Row<Adam>{.name = "lecture_adam", .first = lecture::adam(0.01), .second = lecture::adam(0.02, 0.8, 0.95, 1e-2),
                .scalars = {A{.uncorrected = true, .eps_at = A::inside},
                            A{.beta1 = 0.8, .beta2 = 0.95, .eps = 1e-2, .uncorrected = true, .eps_at = A::inside}}},
  };
  return all;
}

class Trajectory : public ::testing::TestWithParam<Case> {
 protected:
  Parameters parameters = table_parameters();
  std::unique_ptr<Optimizer> optimizer = GetParam().make({parameters[0], parameters[1]}, {parameters[2], parameters[3]});
};

const Array& golden_of(const std::string& name) {
  for (const char* walked_by : {"optim", "optim_peers"})
    if (const auto found = golden_values(walked_by).find(name); found != golden_values(walked_by).end()) return found->second;
  throw std::runtime_error("tests/golden has no trajectory " + name +
                           ": add it to make_optim.py (PyTorch's) or make_optim_peers.py (others')");
}

TEST_P(Trajectory, IsThatOfTheReference) {
  const Array& golden = golden_of(GetParam().name);
  StepLR schedule(*optimizer, {.step_size = 10, .gamma = 0.5});
  const int recorded[] = {1, 2, 3, 10, 25};
  for (int step = 0, record = 0; step < 25; ++step) {
    run(*optimizer, parameters, step, step + 1);
    schedule.step();
    if (step + 1 != recorded[record]) continue;
    std::vector<double> shown;
    for (int t = 0; t < 4; ++t) {
      const std::vector<double> all = parameters[t].leaf->value.to_vector();
      for (std::size_t i = 0; i < all.size(); i += t == 2 ? 40 : 1) shown.push_back(all[i]);
    }
    ASSERT_EQ(static_cast<std::int64_t>(shown.size()), golden.dim(1));
    for (std::int64_t i = 0; i < golden.dim(1); ++i)
      ASSERT_NEAR(shown[i], golden.at({record, i}), 1e-12) << "after step " << step + 1 << ", number " << i;
    ++record;
  }
}

TEST_P(Trajectory, IsThatOfPlainScalarCode) {
  StepLR schedule(*optimizer, {.step_size = 10, .gamma = 0.5});
  std::vector<std::vector<ScalarRule>> rules;
  std::vector<std::vector<double>> w;
  for (int t = 0; t < 4; ++t) {
    rules.emplace_back(shapes[t].elements(), GetParam().scalars[t < 2 ? 0 : 1]);
    w.push_back(parameters[t].leaf->value.to_vector());
  }
  for (int step = 0; step < 25; ++step) {
    for (int t = 0; t < 4; ++t) {
      const double lr = optimizer->lr(t / 2);
      for (std::size_t i = 0; has_gradient(step, t) && i < w[t].size(); ++i)
        w[t][i] = std::visit([&](auto& rule) { return rule.step(w[t][i], table_gradient(step, t, i), lr); }, rules[t][i]);
    }
    run(*optimizer, parameters, step, step + 1);
    schedule.step();
    for (int t = 0; t < 4; ++t) {
      const std::vector<double> ours = parameters[t].leaf->value.to_vector();
      for (std::size_t i = 0; i < w[t].size(); ++i)
        ASSERT_NEAR(ours[i], w[t][i], 1e-12) << "step " << step << ", " << parameters[t].name << "[" << i << "]";
    }
  }
}

// Each f32 step from the same numbers agrees with the f64 step to the rounding of a few operations.
TEST_P(Trajectory, InF32IsThatOfF64ToAFewUlp) {
  const Parameters narrow = table_parameters(f32);
  const auto narrow_optimizer = GetParam().make({narrow[0], narrow[1]}, {narrow[2], narrow[3]});
  for (int step = 0; step < 25; ++step) {
    State state = narrow_optimizer->state();
    for (auto& [key, array] : state.arrays)
      if (array.dtype() == f32) array = array.to(f64);
    optimizer->load_state(state);
    for (int t = 0; t < 4; ++t) parameters[t].leaf->value = narrow[t].leaf->value.to(f64);
    const std::vector<double> before = values(parameters);
    set_gradients(narrow, step);
    for (int t = 0; t < 4; ++t) parameters[t].leaf->grad = has_gradient(step, t) ? Tensor(narrow[t].leaf->grad.value().to(f64)) : Tensor();
    optimizer->step();
    narrow_optimizer->step();
    const std::vector<double> exact = values(parameters), rounded = values(narrow);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      // Averages cancel, and what is left carries the roundings of their terms, which make steps of up to 10·lr.
      const double size = std::max({std::abs(before[i]), std::abs(exact[i]), 10 * optimizer->lr(i < 18 ? 0 : 1)});
      ASSERT_NEAR(rounded[i], exact[i], 4 * size * 0x1p-24) << "step " << step << ", number " << i;
    }
  }
}

TEST_P(Trajectory, HasTheSameBitsForAnyNumberOfThreads) {
  struct Restore {
    int n = num_threads();
    ~Restore() { set_threads(n); }
  } restore;
  const auto walk = [&](int threads, Dtype dtype) {
    set_threads(threads);
    Parameters two{{"small", Counted<Leaf>(new Leaf(filled({37}, dtype, [](auto i) { return table_weight(0, i); })))},
                   {"large", Counted<Leaf>(new Leaf(filled({100003}, dtype, [](auto i) { return table_weight(1, i); })))}};
    const auto walker = GetParam().make({two[0]}, {two[1]});
    for (int step = 0; step < 3; ++step) {
      for (const NamedParameter& p : two)
        p.leaf->grad = table_gradients(step, 2, p.leaf->value.shape(), dtype);
      walker->step();
    }
    return values(two);
  };
  for (Dtype dtype : {f32, f64}) {
    const std::vector<double> alone = walk(1, dtype);
    EXPECT_EQ(alone, walk(2, dtype));
    EXPECT_EQ(alone, walk(3, dtype));
  }
}

TEST_P(Trajectory, ContinuesBitForBitFromItsState) {
  for (int saved_at : {0, 1, 2, 7}) {
    const Parameters one = table_parameters(f32), two = table_parameters(f32);
    const auto straight = GetParam().make({one[0], one[1]}, {one[2], one[3]});
    StepLR schedule(*straight, {.step_size = 3, .gamma = 0.5});
    const auto go = [](Optimizer& optimizer, StepLR& schedule, const Parameters& p, int begin, int end) {
      for (int step = begin; step < end; ++step) {
        run(optimizer, p, step, step + 1);
        schedule.step();
      }
    };
    go(*straight, schedule, one, 0, saved_at);
    const State state = straight->state(), schedule_state = schedule.state();
    for (int t = 0; t < 4; ++t) two[t].leaf->value = one[t].leaf->value;
    go(*straight, schedule, one, saved_at, 15);

    const auto fresh = GetParam().make({two[0], two[1]}, {two[2], two[3]});
    StepLR resumed(*fresh, {.step_size = 3, .gamma = 0.5});
    fresh->load_state(state);
    resumed.load_state(schedule_state);
    go(*fresh, resumed, two, saved_at, 15);
    EXPECT_EQ(values(one), values(two)) << "saved after step " << saved_at;
    const State a = straight->state(), b = fresh->state();
    EXPECT_EQ(a.values, b.values);
    ASSERT_EQ(a.arrays.size(), b.arrays.size());
    for (const auto& [key, array] : a.arrays) EXPECT_EQ(array.to_vector(), b.arrays.at(key).to_vector()) << key;
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, Trajectory, ::testing::ValuesIn(cases()), [](const auto& info) { return info.param.name; });

// The names of the optimizers that headers of the room define, as in "using Adam = OptimizerOf<AdamRule<false>>;".
std::set<std::string> defined_optimizers() {
  std::set<std::string> out;
  const std::regex definition(R"(using (\w+) = OptimizerOf<)");
  for (const auto& file : std::filesystem::recursive_directory_iterator(GRADUS_SOURCE "/optim")) {
    if (file.path().extension() != ".h" || file.path().filename() == "rule.h") continue;
    std::ifstream in(file.path());
    const std::string source((std::istreambuf_iterator<char>(in)), {});
    for (std::sregex_iterator at(source.begin(), source.end(), definition), end; at != end; ++at) out.insert((*at)[1]);
  }
  return out;
}

TEST(TableOfRules, HasARowForEveryOptimizer) {
  std::set<std::string> walked;
  const Parameters p = table_parameters();
  for (const Case& row : cases()) walked.emplace(row.make({p[0], p[1]}, {p[2], p[3]})->name());
  std::set<std::string> listed;
  const auto list = [&]<class... Rules>(RuleList<Rules...>) { (listed.emplace(Rules::name), ...); };
  list(AllRules{});
  for (const std::string& name : listed)
    EXPECT_TRUE(walked.contains(name)) << name << " is in list.h and has no row in trajectory_test.cpp";
  for (const std::string& name : walked)
    EXPECT_TRUE(listed.contains(name)) << name << " has a row in trajectory_test.cpp and is not in list.h";
  list(WholeRules{});   // whole_test.cpp walks these
  list(RowRules{});     // and sparse_test.cpp these
  const std::set<std::string> defined = defined_optimizers();
  for (const std::string& name : defined)
    EXPECT_TRUE(listed.contains(name)) << name << " is defined in optim/ and is not in tests/optim/rules/list.h";
  EXPECT_EQ(listed.size(), defined.size());
}

TEST(AdamW, WithoutDecayIsAdamBitForBit) {
  for (Dtype dtype : {f32, f64}) {
    const Parameters one = table_parameters(dtype), two = table_parameters(dtype);
    Adam adam(one, {.lr = 0.01});
    AdamW adamw(two, {.lr = 0.01, .weight_decay = 0});
    run(adam, one, 0, 25);
    run(adamw, two, 0, 25);
    EXPECT_EQ(values(one), values(two));
  }
}

}  // namespace gradus::optim::testing::trajectory_test
