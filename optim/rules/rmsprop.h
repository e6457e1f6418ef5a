// RMSprop (Tieleman and Hinton 2012; centered as in Graves 2013), as PyTorch has it: ε stands outside the root.
//   optim::RMSprop rmsprop(nn::parameters(net), {.lr = 1e-3, .momentum = 0.9});
//   v ← alpha·v + (1−alpha)·g²;  d = g/(√v + eps);   w ← w − lr·d,  with momentum b ← momentum·b + d;  w ← w − lr·b
// centered divides by √(v − ḡ²) + eps, ḡ ← alpha·ḡ + (1−alpha)·g. Where rounding makes v − ḡ² negative it counts as 0 (PyTorch: NaN).
#pragma once
#include <cmath>
#include <limits>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/rules/conventions.h>
#include <gradus/optim/rules/intake.h>

namespace gradus::optim {

struct RMSpropOptions {
  double lr = 1e-2;
  double alpha = 0.99;
  double eps = 1e-8;
  double weight_decay = 0;      // g ← g + weight_decay·w
  double momentum = 0;
  bool centered = false;
  bool maximize = false;        // g ← −g
  Eps eps_at = Eps::outside;    // or inside: Keras, TensorFlow, optax, the lecture
  Momentum form = Momentum::classic;      // or lr_inside: Keras, TensorFlow, optax

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, eps, weight_decay, momentum);
    is(range::below_one, alpha);
    is(range::one_of_first(2), eps_at, form);
  }
};

struct RMSpropRule {
  using Options = RMSpropOptions;
  static constexpr std::string_view name = "RMSprop";
  static constexpr Slot<Options> slots[] = {{"square_avg"},
                                            {"momentum_buffer", [](const Options& o) { return o.momentum != 0; }},
                                            {"grad_avg", [](const Options& o) { return o.centered; }}};

  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  struct Scalars {
    Intake in;
    double alpha, rest, eps_inside, eps_outside, momentum, take, step;
  };
  static Scalars scalars(const Options& o, std::int64_t, bool) {
    const bool inside = o.eps_at == Eps::inside, whole = o.momentum != 0 && o.form == Momentum::lr_inside;
    return {.in{o.maximize, o.weight_decay}, .alpha = o.alpha, .rest = 1 - o.alpha, .eps_inside = inside ? o.eps : 0,
            .eps_outside = inside ? 0 : o.eps, .momentum = o.momentum, .take = whole ? o.lr : 1, .step = whole ? 1 : o.lr};
  }
  template <class T, Kept kept>
  static auto update(const Scalars& s) {
    const T alpha(s.alpha), rest(s.rest), eps_inside(s.eps_inside), eps_outside(s.eps_outside), momentum(s.momentum), take(s.take),
        step(s.step);
    return [=, take_in = intake<T>(s.in)](T& w, T g, T& v, T& b, T& mean) {
      g = take_in(g, w);
      v = alpha * v + rest * g * g;
      T spread = v;
      if constexpr (kept[2]) {
        mean += rest * (g - mean);
        spread = v - mean * mean;
        spread = spread < 0 ? T(0) : spread;
        if (!(v <= std::numeric_limits<T>::max())) spread = v;   // ∞, not ∞ − ∞
      }
      T d = g / (std::sqrt(spread + eps_inside) + eps_outside);
      if constexpr (kept[1]) d = b = momentum * b + take * d;
      w -= step * d;
    };
  }
};

extern template class OptimizerOf<RMSpropRule>;
using RMSprop = OptimizerOf<RMSpropRule>;

}  // namespace gradus::optim
