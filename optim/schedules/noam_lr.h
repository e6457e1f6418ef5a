// NoamLR (Vaswani et al. 2017): lr = base · d_model^(−1/2) · min(s^(−1/2), s·warmup^(−3/2)) with s = t + 1: up in a line for `warmup`
// steps, then down as 1/√s. The paper's own learning rate comes out with base = 1.
//   optim::Adam adam(nn::parameters(net), {.lr = 1, .betas = {0.9, 0.98}, .eps = 1e-9});
//   optim::NoamLR schedule(adam, {.d_model = 512, .warmup = 4000});
#pragma once
#include <cmath>

#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct NoamLROptions {
  std::int64_t d_model = 0;     // must be given
  std::int64_t warmup = 4000;
  Unit per = Unit::step;

  void describe(Describe& is) const {
    is(range::given(range::at_least_one), d_model);
    is(range::at_least_one, warmup);
  }
};

struct NoamLRRule {
  using Options = NoamLROptions;
  static constexpr std::string_view name = "NoamLR";
  static double lr(const Options& o, double base, double t) {
    const double s = t + 1, warmup = static_cast<double>(o.warmup);
    const double rising = s / (warmup * std::sqrt(warmup)), falling = 1 / std::sqrt(s);
    return base / std::sqrt(static_cast<double>(o.d_model)) * (rising < falling ? rising : falling);
  }
};

extern template Curve Curve::of<NoamLRRule>(const NoamLRRule::Options&);
using NoamLR = ScheduleOf<NoamLRRule>;

}  // namespace gradus::optim
