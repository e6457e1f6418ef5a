// Adam (Kingma and Ba 2015), AMSGrad (Reddi et al. 2018) and AdamW (Loshchilov and Hutter 2019), as PyTorch has them.
//   optim::Adam adam(nn::parameters(net), {.lr = 1e-3});   optim::AdamW adamw(nn::parameters(net), {.weight_decay = 0.05});
//   m ← β₁·m + (1−β₁)·g;  v ← β₂·v + (1−β₂)·g²;   w ← w − lr/(1−β₁ᵗ) · m/(√v/√(1−β₂ᵗ) + eps)
// t counts the steps of each parameter. amsgrad puts the largest v so far (before the correction) in the place of v.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>

#include <gradus/optim/rule.h>

namespace gradus::optim {

// Adam's weight decay goes through the averages (g ← g + weight_decay·w), AdamW's past them (w ← w − lr·weight_decay·w, before the rest).
template <bool decoupled>
struct AdamOptionsOf {
  double lr = 1e-3;
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = decoupled ? 1e-2 : 0;
  bool amsgrad = false;
  bool maximize = false;        // g ← −g
};
using AdamOptions = AdamOptionsOf<false>;
using AdamWOptions = AdamOptionsOf<true>;

template <bool decoupled>
struct AdamRule {
  using Options = AdamOptionsOf<decoupled>;
  static constexpr std::string_view name = decoupled ? "AdamW" : "Adam";
  static constexpr std::array<std::string_view, 3> slots{"exp_avg", "exp_avg_sq", "max_exp_avg_sq"};
  static constexpr unsigned always_used = 3;
  static unsigned used(const Options& o) { return 3u | o.amsgrad << 2; }

  static Fields fields(Options& o) {
    return {{"lr", &o.lr}, {"betas.0", &o.betas[0]}, {"betas.1", &o.betas[1]}, {"eps", &o.eps}, {"weight_decay", &o.weight_decay},
            {"amsgrad", &o.amsgrad}, {"maximize", &o.maximize}};
  }
  static void validate(const Options& o);
  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, unsigned used);

  struct Scalars {
    double step, sign, coupled, keep, rest1, beta2, rest2, root, eps;
    bool amsgrad;
  };
  static Scalars scalars(const Options& o, std::int64_t t, bool) {
    const double steps = static_cast<double>(t);
    return {.step = o.lr / (1 - std::pow(o.betas[0], steps)), .sign = o.maximize ? -1. : 1., .coupled = decoupled ? 0 : o.weight_decay,
            .keep = decoupled ? 1 - o.lr * o.weight_decay : 1, .rest1 = 1 - o.betas[0], .beta2 = o.betas[1], .rest2 = 1 - o.betas[1],
            .root = 1 / std::sqrt(1 - std::pow(o.betas[1], steps)), .eps = o.eps, .amsgrad = o.amsgrad};
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T step(s.step), sign(s.sign), coupled(s.coupled), keep(s.keep), rest1(s.rest1), beta2(s.beta2), rest2(s.rest2), root(s.root), eps(s.eps);
    return [=, amsgrad = s.amsgrad](T& w, T g, T& m, T& v, T& largest) {
      g *= sign;
      if (coupled != 0) g += coupled * w;
      m += rest1 * (g - m);
      v = beta2 * v + rest2 * g * g;
      if (amsgrad) largest = std::max(largest, v);
      w = keep * w - step * m / (std::sqrt(amsgrad ? largest : v) * root + eps);
    };
  }
};

extern template struct AdamRule<false>;
extern template struct AdamRule<true>;
using Adam = OptimizerOf<AdamRule<false>>;
using AdamW = OptimizerOf<AdamRule<true>>;

}  // namespace gradus::optim
