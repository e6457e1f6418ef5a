// Options for the formulas and defaults of other places, where they differ from ours, which are PyTorch's.
//   optim::Adam adam(nn::parameters(net), optim::lecture::adam(0.01));
//   optim::RMSprop rmsprop(nn::parameters(net), optim::keras::rmsprop());
// What is not given can be changed in the result: auto options = keras::adam();  options.amsgrad = true;
#pragma once
#include <gradus/optim/adadelta.h>
#include <gradus/optim/adagrad.h>
#include <gradus/optim/adam.h>
#include <gradus/optim/adamax.h>
#include <gradus/optim/lion.h>
#include <gradus/optim/nadam.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>

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
// and Adagrad's root, Adam's ε beside √v before the bias correction, Adamax's outside the maximum; NAdam's momentum warms up 250 times faster.
namespace gradus::optim::keras {

inline SGDOptions sgd(double lr = 0.01, double momentum = 0, bool nesterov = false) {
  return {.lr = lr, .momentum = momentum, .nesterov = nesterov, .form = Momentum::lr_inside};
}
inline RMSpropOptions rmsprop(double lr = 1e-3, double rho = 0.9, double momentum = 0) {
  return {.lr = lr, .alpha = rho, .eps = 1e-7, .momentum = momentum, .eps_at = Eps::inside, .form = Momentum::lr_inside};
}
inline AdamOptions adam(double lr = 1e-3) { return {.lr = lr, .eps = 1e-7, .eps_at = Eps::scaled_hat}; }
inline AdamWOptions adamw(double lr = 1e-3, double weight_decay = 0.004) {
  return {.lr = lr, .eps = 1e-7, .weight_decay = weight_decay, .eps_at = Eps::scaled_hat};
}
inline AdamaxOptions adamax(double lr = 1e-3) { return {.lr = lr, .eps = 1e-7, .eps_at = Eps::outside}; }
inline NAdamOptions nadam(double lr = 1e-3) { return {.lr = lr, .eps = 1e-7, .momentum_decay = 1}; }
inline AdagradOptions adagrad(double lr = 1e-3) { return {.lr = lr, .initial_accumulator_value = 0.1, .eps = 1e-7, .eps_at = Eps::inside}; }
inline AdadeltaOptions adadelta(double lr = 1e-3) { return {.lr = lr, .rho = 0.95, .eps = 1e-7}; }

}  // namespace gradus::optim::keras

// optax (optax/_src/alias.py). Its sgd and adam are PyTorch's; its eps_root is Eps::inside.
namespace gradus::optim::optax {

inline RMSpropOptions rmsprop(double lr, double momentum = 0) {
  return {.lr = lr, .alpha = 0.9, .momentum = momentum, .eps_at = Eps::inside, .form = Momentum::lr_inside};
}
inline AdamWOptions adamw(double lr, double weight_decay = 1e-4) { return {.lr = lr, .weight_decay = weight_decay}; }
inline NAdamOptions nadam(double lr) { return {.lr = lr, .momentum_decay = 1e9}; }   // from the first step μ = β₁: no warm-up
inline AdagradOptions adagrad(double lr) { return {.lr = lr, .initial_accumulator_value = 0.1, .eps = 1e-7, .eps_at = Eps::inside}; }
inline LionOptions lion(double lr, double weight_decay = 1e-3) { return {.lr = lr, .weight_decay = weight_decay}; }

}  // namespace gradus::optim::optax
