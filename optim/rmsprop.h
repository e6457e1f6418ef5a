// RMSprop (Tieleman and Hinton 2012; centered as in Graves 2013), as PyTorch has it: ε stands outside the root.
//   optim::RMSprop rmsprop(nn::parameters(net), {.lr = 1e-3, .momentum = 0.9});
//   v ← alpha·v + (1−alpha)·g²;  d = g/(√v + eps);   w ← w − lr·d,  with momentum b ← momentum·b + d;  w ← w − lr·b
// centered divides by √(v − ḡ²) + eps, ḡ ← alpha·ḡ + (1−alpha)·g. Where rounding makes v − ḡ² negative it counts as 0 (PyTorch: NaN).
#pragma once
#include <algorithm>
#include <cmath>

#include <gradus/optim/rule.h>

namespace gradus::optim {

struct RMSpropOptions {
  double lr = 1e-2;
  double alpha = 0.99;
  double eps = 1e-8;
  double weight_decay = 0;      // g ← g + weight_decay·w
  double momentum = 0;
  bool centered = false;
  bool maximize = false;        // g ← −g
};

struct RMSpropRule {
  using Options = RMSpropOptions;
  static constexpr std::string_view name = "RMSprop";
  static constexpr std::array<std::string_view, 3> slots{"square_avg", "momentum_buffer", "grad_avg"};
  static constexpr unsigned always_used = 1;
  static unsigned used(const Options& o) { return 1u | (o.momentum != 0) << 1 | o.centered << 2; }

  static Fields fields(Options& o) {
    return {{"lr", &o.lr}, {"alpha", &o.alpha}, {"eps", &o.eps}, {"weight_decay", &o.weight_decay}, {"momentum", &o.momentum},
            {"centered", &o.centered}, {"maximize", &o.maximize}};
  }
  static void validate(const Options& o);
  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, unsigned used);

  struct Scalars {
    double lr, sign, weight_decay, alpha, rest, eps, momentum;
    bool centered;
  };
  static Scalars scalars(const Options& o, std::int64_t, bool) {
    return {.lr = o.lr, .sign = o.maximize ? -1. : 1., .weight_decay = o.weight_decay, .alpha = o.alpha, .rest = 1 - o.alpha,
            .eps = o.eps, .momentum = o.momentum, .centered = o.centered};
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T lr(s.lr), sign(s.sign), weight_decay(s.weight_decay), alpha(s.alpha), rest(s.rest), eps(s.eps), momentum(s.momentum);
    return [=, centered = s.centered](T& w, T g, T& v, T& b, T& mean) {
      g *= sign;
      if (weight_decay != 0) g += weight_decay * w;
      v = alpha * v + rest * g * g;
      T spread = v;
      if (centered) {
        mean += rest * (g - mean);
        spread = std::max(v - mean * mean, T(0));
      }
      T d = g / (std::sqrt(spread) + eps);
      if (momentum != 0) d = b = momentum * b + d;
      w -= lr * d;
    };
  }
};

using RMSprop = OptimizerOf<RMSpropRule>;

}  // namespace gradus::optim
