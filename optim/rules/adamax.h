// Adamax (Kingma and Ba 2015, section 7.1), as PyTorch has it: Adam with the largest gradient of late in the place of the root mean square.
//   optim::Adamax adamax(nn::parameters(net), {.lr = 2e-3});
//   m ← β₁·m + (1−β₁)·g;  u ← max(β₂·u, |g| + eps);   w ← w − lr/(1−β₁ᵗ) · m/u
#pragma once
#include <array>
#include <cmath>

#include <gradus/optim/driver/rule.h>
#include <gradus/optim/rules/conventions.h>
#include <gradus/optim/rules/intake.h>

namespace gradus::optim {

struct AdamaxOptions {
  double lr = 2e-3;
  std::array<double, 2> betas{0.9, 0.999};
  double eps = 1e-8;
  double weight_decay = 0;      // g ← g + weight_decay·w
  bool maximize = false;        // g ← −g
  Eps eps_at = Eps::inside;     // the maximum; outside: Keras, whose u ← max(β₂·u, |g|) and m/(u + eps)

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, eps, weight_decay);
    is(range::below_one, betas);
    is(range::one_of_first(2), eps_at);
  }
};

struct AdamaxRule {
  using Options = AdamaxOptions;
  static constexpr std::string_view name = "Adamax";
  static constexpr Slot<Options> slots[] = {{"exp_avg"}, {"exp_inf"}};

  static std::string formula(const Options& o);
  static Loop loop(Dtype dtype, Kept kept);

  struct Scalars {
    Intake in;
    double step, rest1, beta2, eps_inside, eps_outside;
  };
  static Scalars scalars(const Options& o, std::int64_t t, bool) {
    const bool inside = o.eps_at == Eps::inside;
    return {.in{o.maximize, o.weight_decay}, .step = o.lr / (1 - std::pow(o.betas[0], static_cast<double>(t))), .rest1 = 1 - o.betas[0],
            .beta2 = o.betas[1], .eps_inside = inside ? o.eps : 0, .eps_outside = inside ? 0 : o.eps};
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T step(s.step), rest1(s.rest1), beta2(s.beta2), inside(s.eps_inside), outside(s.eps_outside);
    return [=, take_in = intake<T>(s.in)](T& w, T g, T& m, T& u) {
      g = take_in(g, w);
      m += rest1 * (g - m);
      const T faded = beta2 * u, now = std::abs(g) + inside;
      u = faded < now ? now : faded;
      w -= step * m / (u + outside);
    };
  }
};

extern template class OptimizerOf<AdamaxRule>;
using Adamax = OptimizerOf<AdamaxRule>;

}  // namespace gradus::optim
