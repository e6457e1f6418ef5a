// CosineAnnealingLR (Loshchilov and Hutter 2017, without restarts): lr = eta_min + (base − eta_min)·(1 + cos(π·t/t_max))/2, half a
// wave from base to eta_min. After t_max it rises again, with period 2·t_max, as PyTorch's does, and as there towards the group's
// initial_lr: what other schedules did to the learning rate on the way down is forgotten at the trough.
//   optim::CosineAnnealingLR schedule(adam, {.t_max = 10});
#pragma once
#include <cmath>
#include <numbers>

#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct CosineAnnealingLROptions {
  std::int64_t t_max = 0;       // must be given
  double eta_min = 0;
  Unit per = Unit::epoch;

  void describe(Describe& is) const {
    is(range::given(range::at_least_one), t_max);
    is(range::at_least_zero, eta_min);
  }
};

struct CosineAnnealingLRRule {
  using Options = CosineAnnealingLROptions;
  static constexpr std::string_view name = "CosineAnnealingLR";
  static constexpr bool rises_from_initial_lr = true;
  static double lr(const Options& o, double base, double t) {
    return o.eta_min + (base - o.eta_min) * (1 + std::cos(std::numbers::pi * t / static_cast<double>(o.t_max))) / 2;
  }
};

extern template Curve Curve::of<CosineAnnealingLRRule>(const CosineAnnealingLRRule::Options&);
using CosineAnnealingLR = ScheduleOf<CosineAnnealingLRRule>;

}  // namespace gradus::optim
