// LAMB (You et al. 2020, "Large batch optimization for deep learning"), as optax has it: Adam's step, as long as the parameter's norm says.
//   optim::LAMB lamb(nn::parameters(net), {.lr = 1e-2, .weight_decay = 0.01});
//   m, v as in Adam;  r = m/(1−β₁ᵗ)/(√(v/(1−β₂ᵗ)) + eps) + weight_decay·w;   w ← w − lr·‖w‖/‖r‖·r  (1 for the ratio where a norm is 0)
#pragma once
#include <array>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/driver/whole.h>

namespace gradus::optim {

struct LAMBOptions {
  double lr = 1e-3;
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-6;
  double weight_decay = 0;
  bool maximize = false;        // g ← −g

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, eps, weight_decay);
    is(range::below_one, betas);
  }
};

struct LAMBRule {
  using Options = LAMBOptions;
  static constexpr std::string_view name = "LAMB";
  static constexpr Slot<Options> slots[] = {{"exp_avg"}, {"exp_avg_sq"}};
  static constexpr bool whole = true;
  static std::int64_t scratch(const Shape& shape, Dtype) { return blocks_of(shape.elements()) * static_cast<std::int64_t>(sizeof(double)); }

  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  struct Scalars {
    double lr, sign, rest1, beta2, rest2, correction1, root, eps, weight_decay;
  };
  static Scalars scalars(const Options& o, std::int64_t t, bool);
};

extern template class OptimizerOf<LAMBRule>;
using LAMB = OptimizerOf<LAMBRule>;

}  // namespace gradus::optim
