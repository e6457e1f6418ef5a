// Adam (Kingma and Ba 2015), AMSGrad (Reddi et al. 2018) and AdamW (Loshchilov and Hutter 2019), as PyTorch has them.
//   optim::Adam adam(nn::parameters(net), {.lr = 1e-3});   optim::AdamW adamw(nn::parameters(net), {.weight_decay = 0.05});
//   m ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;   w ← w − lr/(1−β₁ᵗ) · m/(√v/√(1−β₂ᵗ) + eps)
// t counts the steps of each parameter. amsgrad puts the largest v so far (before the correction) in the place of v.
#pragma once
#include <array>
#include <cmath>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/rules/conventions.h>
#include <gradus/optim/rules/intake.h>

namespace gradus::optim {

// Adam's weight decay goes through the averages (g ← g + weight_decay·w), AdamW's past them (w ← w − lr·weight_decay·w, before the rest).
template <bool decoupled>
struct AdamOptionsOf {
  double lr = 1e-3;
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = decoupled ? 1e-2 : 0;
  bool amsgrad = false;
  bool maximize = false;         // g ← −g
  bool bias_correction = true;   // without: 1 in the place of 1−β₁ᵗ and 1−β₂ᵗ, and first steps of up to 6.6·lr
  Eps eps_at = Eps::outside;     // inside: √(v/(1−β₂ᵗ) + eps), the lecture's; scaled_hat: Keras and TensorFlow

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, eps, weight_decay);
    is(range::below_one, betas);
  }
};
using AdamOptions = AdamOptionsOf<false>;
using AdamWOptions = AdamOptionsOf<true>;

template <bool decoupled>
struct AdamRule {
  using Options = AdamOptionsOf<decoupled>;
  static constexpr std::string_view name = decoupled ? "AdamW" : "Adam";
  static constexpr Slot<Options> slots[] = {{"exp_avg"}, {"exp_avg_sq"}, {"max_exp_avg_sq", [](const Options& o) { return o.amsgrad; }}};

  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  // w ← keep·w − step·m/(√(v + eps_inside)·root + eps_outside)
  struct Scalars {
    Intake in;
    double rest1, beta2, rest2, step, root, eps_inside, eps_outside;
    bool amsgrad;
  };
  static Scalars scalars(const Options& o, std::int64_t t, bool) {
    const double steps = static_cast<double>(t);
    const double correction1 = o.bias_correction ? 1 - std::pow(o.betas[0], steps) : 1;
    const double correction2 = o.bias_correction ? 1 - std::pow(o.betas[1], steps) : 1;
    const bool inside = o.eps_at == Eps::inside, hat = o.eps_at == Eps::scaled_hat;
    return {.in{o.maximize, o.weight_decay, decoupled, o.lr}, .rest1 = 1 - o.betas[0], .beta2 = o.betas[1], .rest2 = 1 - o.betas[1],
            .step = o.lr * (hat ? std::sqrt(correction2) : 1) / correction1, .root = hat ? 1 : 1 / std::sqrt(correction2),
            .eps_inside = inside ? o.eps * correction2 : 0, .eps_outside = inside ? 0 : o.eps, .amsgrad = o.amsgrad};
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T keep(s.in.keep), rest1(s.rest1), beta2(s.beta2), rest2(s.rest2), step(s.step), root(s.root), inside(s.eps_inside),
        outside(s.eps_outside);
    return [=, take_in = intake<T>(s.in), amsgrad = s.amsgrad](T& w, T g, T& m, T& v, T& largest) {
      g = take_in(g, w);
      m += rest1 * (g - m);
      v = beta2 * v + rest2 * g * g;
      if (amsgrad) largest = largest < v ? v : largest;
      w = keep * w - step * m / (std::sqrt((amsgrad ? largest : v) + inside) * root + outside);
    };
  }
};

extern template struct AdamRule<false>;
extern template struct AdamRule<true>;
extern template class OptimizerOf<AdamRule<false>>;
extern template class OptimizerOf<AdamRule<true>>;
using Adam = OptimizerOf<AdamRule<false>>;
using AdamW = OptimizerOf<AdamRule<true>>;

}  // namespace gradus::optim
