// Schedule-Free AdamW (Defazio et al. 2024, "The road less scheduled"), as the authors' package has it: AdamW whose average of all weights
// takes the place of a schedule. The parameters hold y, where gradients are taken; the average x is for evaluating and saving:
//   optim::ScheduleFreeAdamW adam(nn::parameters(net), {.lr = 2.5e-3, .warmup_steps = 1000});
//   { optim::AveragedWeights average(adam);  evaluate(net); }
//   v as in Adam;  d = g/(√(v/(1−β₂ᵗ)) + eps) + weight_decay·y;  η = lr·min(1, t/warmup_steps);
//   c = aₜ/Σa,  aₜ = tʳ·(largest η)^weight_lr_power
//   y ← y + c·(z − y) − η·(1 − β₁·(1−c))·d;   z ← z − η·d, from z = y at first;   x = y + (1 − 1/β₁)·(z − y)
#pragma once
#include <array>
#include <cmath>

#include <gradus/optim/driver/rule.h>

namespace gradus::optim {

struct ScheduleFreeAdamWOptions {
  double lr = 2.5e-3;
  std::array<double, 2> betas{0.9, 0.999};     // β₁ above 0
  double eps = 1e-8;
  double weight_decay = 0;
  std::int64_t warmup_steps = 0;
  double r = 0;
  double weight_lr_power = 2;

  void describe(Describe& is) const {
    is(range::at_least_zero, lr, eps, weight_decay, warmup_steps);
    is(range::below_one, betas);
    is(range::finite, r, weight_lr_power);
  }
};

struct ScheduleFreeAdamWRule {
  using Options = ScheduleFreeAdamWOptions;
  static constexpr std::string_view name = "ScheduleFreeAdamW";
  static constexpr Slot<Options> slots[] = {{"z"}, {"exp_avg_sq"}};
  static constexpr KeptNumber numbers[] = {{"weight_sum", 0}, {"lr_max", 0}};

  static void validate(const Options& o);
  static std::string formula(const Options& o);
  static Array average(const Options& o, const Array& y, std::span<const Array> slots);   // x
  static Loop loop(Dtype dtype, Kept kept);

  struct Scalars {
    double beta2, rest2, root, eps, decay, pull, step_y, step_z;
    bool first;
  };
  static Scalars scalars(const Options& o, std::int64_t t, bool first, Numbers& n) {
    const double steps = static_cast<double>(t);
    const double lr = t < o.warmup_steps ? o.lr * steps / static_cast<double>(o.warmup_steps) : o.lr;
    auto& [sum, most] = n;
    if (most < lr) most = lr;
    const double weight = std::pow(steps, o.r) * std::pow(most, o.weight_lr_power);
    sum += weight;
    const double pull = sum > 0 ? weight / sum : 0;
    return {.beta2 = o.betas[1], .rest2 = 1 - o.betas[1], .root = 1 / std::sqrt(1 - std::pow(o.betas[1], steps)), .eps = o.eps,
            .decay = o.weight_decay, .pull = pull, .step_y = lr * (1 - o.betas[0] * (1 - pull)), .step_z = lr, .first = first};
  }
  template <class T>
  static auto update(const Scalars& s) {
    const T beta2(s.beta2), rest2(s.rest2), root(s.root), eps(s.eps), decay(s.decay), pull(s.pull), step_y(s.step_y), step_z(s.step_z);
    return [=, first = s.first](T& y, T g, T& z, T& v) {
      if (first) z = y;
      v = beta2 * v + rest2 * g * g;
      T d = g / (std::sqrt(v) * root + eps);
      if (decay != 0) d += decay * y;
      y += pull * (z - y) - step_y * d;
      z -= step_z * d;
    };
  }
};

extern template class OptimizerOf<ScheduleFreeAdamWRule>;
using ScheduleFreeAdamW = OptimizerOf<ScheduleFreeAdamWRule>;

}  // namespace gradus::optim
