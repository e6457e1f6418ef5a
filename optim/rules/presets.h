// Options for the formulas and defaults of other places, where they differ from ours, which are PyTorch's.
//   optim::Adam adam(nn::parameters(net), optim::lecture::adam(0.01));
//   optim::RMSprop rmsprop(nn::parameters(net), optim::keras::rmsprop());
// What is not given can be changed in the result: auto options = keras::adam();  options.amsgrad = true;
#pragma once
#include <cmath>

#include <gradus/optim/rules/adadelta.h>
#include <gradus/optim/rules/adafactor.h>
#include <gradus/optim/rules/adagrad.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/adamax.h>
#include <gradus/optim/rules/ftrl.h>
#include <gradus/optim/rules/lamb.h>
#include <gradus/optim/rules/lion.h>
#include <gradus/optim/rules/nadam.h>
#include <gradus/optim/rules/rmsprop.h>
#include <gradus/optim/rules/sgd.h>

// An introductory lecture's algorithms by its formulas: averages in the place of sums, ε inside the root, no bias correction.
namespace gradus::optim::lecture {

// w → w − η·∂L/∂w
inline SGDOptions gradient_descent(double lr) { return {.lr = lr}; }
// w → w − η·(∂L/∂w)_avg,  (∂L/∂w)_avg ← β·(∂L/∂w)_avg + (1−β)·∂L/∂w
inline SGDOptions momentum(double lr, double beta = 0.9) { return {.lr = lr, .momentum = beta, .form = Momentum::ema}; }
// w → w − η/√(ms + ε)·∂L/∂w,  ms ← β′·ms + (1−β′)·(∂L/∂w)²
inline RMSpropOptions rmsprop(double lr, double beta = 0.9, double eps = 1e-8) {
  return {.lr = lr, .alpha = beta, .eps = eps, .eps_at = Eps::inside};
}
// Both together: w → w − η/√(ms + ε)·(∂L/∂w)_avg
inline AdamOptions adam(double lr, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8) {
  return {.lr = lr, .betas = {beta1, beta2}, .eps = eps, .bias_correction = false, .eps_at = Eps::inside};
}

}  // namespace gradus::optim::lecture

// Keras 3 (keras/src/optimizers/*.py), and TensorFlow, whose optimizers they are: the learning rate inside the momentum, ε inside RMSprop's
// and Adagrad's root, Adam's ε beside √v before the bias correction, Adamax's outside the maximum; NAdam's momentum warms up 250 times
// faster. Each takes Keras's arguments in Keras's order with Keras's defaults; without momentum Nesterov's is none. Adafactor's ε₁, which
// Keras adds to g² and we compare with √V, is its root; LAMB and Lion have no decay unless told (.weight_decay).
namespace gradus::optim::keras {

inline SGDOptions sgd(double lr = 0.01, double momentum = 0, bool nesterov = false) {
  return {.lr = lr, .momentum = momentum, .nesterov = nesterov && momentum != 0, .form = Momentum::lr_inside};
}
inline RMSpropOptions rmsprop(double lr = 1e-3, double rho = 0.9, double momentum = 0, double epsilon = 1e-7, bool centered = false) {
  return {.lr = lr, .alpha = rho, .eps = epsilon, .momentum = momentum, .centered = centered, .eps_at = Eps::inside,
          .form = Momentum::lr_inside};
}
inline AdamOptions adam(double lr = 1e-3, double beta_1 = 0.9, double beta_2 = 0.999, double epsilon = 1e-7, bool amsgrad = false) {
  return {.lr = lr, .betas = {beta_1, beta_2}, .eps = epsilon, .amsgrad = amsgrad, .eps_at = Eps::scaled_hat};
}
inline AdamWOptions adamw(double lr = 1e-3, double weight_decay = 0.004, double beta_1 = 0.9, double beta_2 = 0.999, double epsilon = 1e-7,
                          bool amsgrad = false) {
  return {.lr = lr, .betas = {beta_1, beta_2}, .eps = epsilon, .weight_decay = weight_decay, .amsgrad = amsgrad, .eps_at = Eps::scaled_hat};
}
inline AdamaxOptions adamax(double lr = 1e-3, double beta_1 = 0.9, double beta_2 = 0.999, double epsilon = 1e-7) {
  return {.lr = lr, .betas = {beta_1, beta_2}, .eps = epsilon, .eps_at = Eps::outside};
}
inline NAdamOptions nadam(double lr = 1e-3, double beta_1 = 0.9, double beta_2 = 0.999, double epsilon = 1e-7) {
  return {.lr = lr, .betas = {beta_1, beta_2}, .eps = epsilon, .momentum_decay = 1};
}
inline AdagradOptions adagrad(double lr = 1e-3, double initial_accumulator_value = 0.1, double epsilon = 1e-7) {
  return {.lr = lr, .initial_accumulator_value = initial_accumulator_value, .eps = epsilon, .eps_at = Eps::inside};
}
inline AdadeltaOptions adadelta(double lr = 1e-3, double rho = 0.95, double epsilon = 1e-7) {
  return {.lr = lr, .rho = rho, .eps = epsilon};
}
inline LAMBOptions lamb(double lr = 1e-3, double beta_1 = 0.9, double beta_2 = 0.999, double epsilon = 1e-7) {
  return {.lr = lr, .betas = {beta_1, beta_2}, .eps = epsilon};
}
inline LionOptions lion(double lr = 1e-3, double beta_1 = 0.9, double beta_2 = 0.99) { return {.lr = lr, .betas = {beta_1, beta_2}}; }
inline AdafactorOptions adafactor(double lr = 1e-3, double beta_2_decay = -0.8, double epsilon_1 = 1e-30, double epsilon_2 = 1e-3,
                                  double clip_threshold = 1) {
  return {.lr = lr, .beta2_decay = beta_2_decay, .eps = {std::sqrt(epsilon_1), epsilon_2}, .d = clip_threshold};
}
inline FtrlOptions ftrl(double lr = 1e-3, double learning_rate_power = -0.5, double initial_accumulator_value = 0.1,
                        double l1_regularization_strength = 0, double l2_regularization_strength = 0,
                        double l2_shrinkage_regularization_strength = 0, double beta = 0) {
  return {.lr = lr, .learning_rate_power = learning_rate_power, .initial_accumulator_value = initial_accumulator_value,
          .l1_regularization_strength = l1_regularization_strength, .l2_regularization_strength = l2_regularization_strength,
          .l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength, .beta = beta};
}

}  // namespace gradus::optim::keras

// optax (its alias.py). Its sgd and adam are PyTorch's; its eps_root is Eps::inside.
namespace gradus::optim::optax {

inline RMSpropOptions rmsprop(double lr, double momentum = 0) {
  return {.lr = lr, .alpha = 0.9, .momentum = momentum, .eps_at = Eps::inside, .form = Momentum::lr_inside};
}
inline AdamWOptions adamw(double lr, double weight_decay = 1e-4) { return {.lr = lr, .weight_decay = weight_decay}; }
inline NAdamOptions nadam(double lr) { return {.lr = lr, .momentum_decay = 1e9}; }   // from the first step μ = β₁: no warm-up
inline AdagradOptions adagrad(double lr) { return {.lr = lr, .initial_accumulator_value = 0.1, .eps = 1e-7, .eps_at = Eps::inside}; }
inline LionOptions lion(double lr, double weight_decay = 1e-3) { return {.lr = lr, .weight_decay = weight_decay}; }

}  // namespace gradus::optim::optax
