// Ftrl, "follow the regularised leader" (McMahan et al. 2013, "Ad click prediction: a view from the trenches"), as Keras has it: each
// weight is the minimum of all linearised losses so far and of penalties, so that an ℓ₁ penalty makes weights exactly 0.
//   optim::Ftrl ftrl(nn::parameters(net), {.lr = 0.1, .l1_regularization_strength = 0.01});
//   n ← n + g²;  z ← z + g + 2·shrinkage·w − (nᵖ − (n before)ᵖ)/lr·w,  p = −learning_rate_power;   n starts at initial_accumulator_value
//   w ← 0 where |z| ≤ l1, else (sign(z)·l1 − z)/((beta + nᵖ)/lr + 2·l2)
// z starts at 0: what a weight begins with counts for little. w is proportional to lr, so that a schedule which lowers lr draws all weights
// towards 0, as in Keras. Where all terms of the fraction's denominator are 0 the weight stays.
#pragma once
#include <array>
#include <cmath>

#include <gradus/optim/driver/rule.h>

namespace gradus::optim {

struct FtrlOptions {
  double lr = 1e-3;
  double learning_rate_power = -0.5;       // at most 0
  double initial_accumulator_value = 0.1;
  double l1_regularization_strength = 0;
  double l2_regularization_strength = 0;
  double l2_shrinkage_regularization_strength = 0;   // of the loss: λ·w², as a coupled decay of 2λ
  double beta = 0;
  bool maximize = false;                   // g ← −g

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, initial_accumulator_value, beta);
    is(range::at_least_zero, l1_regularization_strength, l2_regularization_strength, l2_shrinkage_regularization_strength);
    is(range::at_most_zero, learning_rate_power);
  }
};

struct FtrlRule {
  using Options = FtrlOptions;
  static constexpr std::string_view name = "Ftrl";
  static constexpr Slot<Options> slots[] = {{"accumulator"}, {"linear"}};

  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  // All but z, multiplied by lr, which may be 0: w stays then.
  struct Scalars {
    double sign, start, power, lr, l1, l2, shrink, beta;
  };
  static Scalars scalars(const Options& o, std::int64_t, bool first) {
    return {.sign = o.maximize ? -1. : 1., .start = first ? o.initial_accumulator_value : 0, .power = -o.learning_rate_power, .lr = o.lr,
            .l1 = o.l1_regularization_strength, .l2 = 2 * o.l2_regularization_strength,
            .shrink = 2 * o.l2_shrinkage_regularization_strength,
            .beta = o.beta};
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T sign(s.sign), start(s.start), power(s.power), lr(s.lr), l1(s.l1), l2(s.l2), shrink(s.shrink), beta(s.beta);
    return [=, half = s.power == 0.5](T& w, T g, T& n, T& z) {
      g *= sign;
      const auto raised = [=](T x) { return half ? std::sqrt(x) : std::pow(x, power); };
      const T before = n + start, root = raised(before + g * g);
      n = before + g * g;
      if (shrink != 0) g += shrink * w;
      if (lr > 0) z += g - (root - raised(before)) / lr * w;
      const T below = beta + root + l2 * lr, clipped = z > l1 ? l1 : z < -l1 ? -l1 : z;
      if (below > 0 && lr > 0) w = lr * (clipped - z) / below;
    };
  }
};

extern template class OptimizerOf<FtrlRule>;
using Ftrl = OptimizerOf<FtrlRule>;

}  // namespace gradus::optim
