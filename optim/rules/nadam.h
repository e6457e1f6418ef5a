// NAdam (Dozat 2016), as PyTorch has it: Adam with Nesterov's look ahead, and a momentum that warms up.
//   optim::NAdam nadam(nn::parameters(net), {.lr = 2e-3});
//   μₜ = β₁·(1 − ½·0.96^(t·momentum_decay));  Πₜ = μ₁·…·μₜ;  m, v as in Adam;  d = √(v/(1−β₂ᵗ)) + eps
//   w ← w − lr·(1−μₜ)/(1−Πₜ)·g/d − lr·μₜ₊₁/(1−Πₜ·μₜ₊₁)·m/d
#pragma once
#include <array>
#include <cmath>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/rules/intake.h>

namespace gradus::optim {

struct NAdamOptions {
  double lr = 2e-3;
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum_decay = 4e-3;
  bool decoupled_weight_decay = false;     // w ← w − lr·weight_decay·w instead of g ← g + weight_decay·w
  bool maximize = false;                   // g ← −g

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, eps, weight_decay, momentum_decay);
    is(range::below_one, betas);
  }
};

struct NAdamRule {
  using Options = NAdamOptions;
  static constexpr std::string_view name = "NAdam";
  static constexpr Slot<Options> slots[] = {{"exp_avg"}, {"exp_avg_sq"}};
  static constexpr KeptNumber numbers[] = {{"mu_product", 1}};

  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  struct Scalars {
    Intake in;
    double rest1, beta2, rest2, take_g, take_m, root, eps;
  };
  static Scalars scalars(const Options& o, std::int64_t t, bool, Numbers& n) {
    const double steps = static_cast<double>(t);
    const auto mu = [&](double at) { return o.betas[0] * (1 - 0.5 * std::pow(0.96, at * o.momentum_decay)); };
    const double now = mu(steps), next = mu(steps + 1), product = n[0] *= now;
    return {.in{o.maximize, o.weight_decay, o.decoupled_weight_decay, o.lr}, .rest1 = 1 - o.betas[0], .beta2 = o.betas[1],
            .rest2 = 1 - o.betas[1], .take_g = o.lr * (1 - now) / (1 - product), .take_m = o.lr * next / (1 - product * next),
            .root = 1 / std::sqrt(1 - std::pow(o.betas[1], steps)), .eps = o.eps};
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T keep(s.in.keep), rest1(s.rest1), beta2(s.beta2), rest2(s.rest2), take_g(s.take_g), take_m(s.take_m), root(s.root), eps(s.eps);
    return [=, take_in = intake<T>(s.in)](T& w, T g, T& m, T& v) {
      g = take_in(g, w);
      m += rest1 * (g - m);
      v = beta2 * v + rest2 * g * g;
      w = keep * w - (take_g * g + take_m * m) / (std::sqrt(v) * root + eps);
    };
  }
};

extern template class OptimizerOf<NAdamRule>;
using NAdam = OptimizerOf<NAdamRule>;

}  // namespace gradus::optim
