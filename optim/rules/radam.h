// RAdam (Liu et al. 2020), as PyTorch has it: Adam that trusts v no sooner than it has seen enough, and averages momentum until then.
//   optim::RAdam radam(nn::parameters(net), {.lr = 1e-3});
//   ρ∞ = 2/(1−β₂) − 1;  ρₜ = ρ∞ − 2t·β₂ᵗ/(1−β₂ᵗ);  r = √((ρₜ−4)(ρₜ−2)ρ∞/((ρ∞−4)(ρ∞−2)ρₜ));  m, v as in Adam
//   w ← w − lr/(1−β₁ᵗ)·r·√(1−β₂ᵗ) · m/(√v + eps) where ρₜ > 5, else w ← w − lr/(1−β₁ᵗ)·m (with β₂ = 0.999 at t = 1, …, 5)
#pragma once
#include <array>
#include <cmath>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/rules/intake.h>

namespace gradus::optim {

struct RAdamOptions {
  double lr = 1e-3;
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  bool decoupled_weight_decay = false;     // w ← w − lr·weight_decay·w instead of g ← g + weight_decay·w
  bool maximize = false;                   // g ← −g

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, eps, weight_decay);
    is(range::below_one, betas);
  }
};

struct RAdamRule {
  using Options = RAdamOptions;
  static constexpr std::string_view name = "RAdam";
  static constexpr Slot<Options> slots[] = {{"exp_avg"}, {"exp_avg_sq"}};

  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  struct Scalars {
    Intake in;
    double rest1, beta2, rest2, step, eps;
    bool rectified;
  };
  static Scalars scalars(const Options& o, std::int64_t t, bool) {
    const double steps = static_cast<double>(t), power = std::pow(o.betas[1], steps);
    const double most = 2 / (1 - o.betas[1]) - 1, rho = most - 2 * steps * power / (1 - power);
    const bool rectified = rho > 5;
    const double r = rectified ? std::sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho) * (1 - power)) : 1;
    return {.in{o.maximize, o.weight_decay, o.decoupled_weight_decay, o.lr}, .rest1 = 1 - o.betas[0], .beta2 = o.betas[1],
            .rest2 = 1 - o.betas[1], .step = o.lr * r / (1 - std::pow(o.betas[0], steps)), .eps = o.eps, .rectified = rectified};
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T keep(s.in.keep), rest1(s.rest1), beta2(s.beta2), rest2(s.rest2), step(s.step), eps(s.eps);
    return [=, take_in = intake<T>(s.in), rectified = s.rectified](T& w, T g, T& m, T& v) {
      g = take_in(g, w);
      m += rest1 * (g - m);
      v = beta2 * v + rest2 * g * g;
      w = keep * w - step * (rectified ? m / (std::sqrt(v) + eps) : m);
    };
  }
};

extern template class OptimizerOf<RAdamRule>;
using RAdam = OptimizerOf<RAdamRule>;

}  // namespace gradus::optim
