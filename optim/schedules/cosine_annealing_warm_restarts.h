// CosineAnnealingWarmRestarts (SGDR, Loshchilov and Hutter 2017): cosine annealing that starts again from base after t_0, t_0·t_mult,
// t_0·t_mult², … more. It sets the learning rate whatever it was.
//   optim::CosineAnnealingWarmRestarts schedule(sgd, {.t_0 = 10, .t_mult = 2});
//   schedule.step_to(epoch + batch / batches);                  // fractional epochs: the curve goes down inside an epoch too
#pragma once
#include <cmath>
#include <numbers>

#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct CosineAnnealingWarmRestartsOptions {
  std::int64_t t_0 = 0;         // must be given
  std::int64_t t_mult = 1;
  double eta_min = 0;
  Unit per = Unit::epoch;

  void describe(Describe& is) const {
    is(range::given(range::at_least_one), t_0);
    is(range::at_least_one, t_mult);
    is(range::at_least_zero, eta_min);
  }
};

struct CosineAnnealingWarmRestartsRule {
  using Options = CosineAnnealingWarmRestartsOptions;
  static constexpr std::string_view name = "CosineAnnealingWarmRestarts";
  static constexpr bool chains = false;
  static double lr(const Options& o, double base, double t) {
    double length = static_cast<double>(o.t_0);
    if (o.t_mult == 1) t = std::fmod(t, length);
    else
      for (; t >= length; length *= static_cast<double>(o.t_mult)) t -= length;   // exact where a logarithm would miss a restart
    return o.eta_min + (base - o.eta_min) * (1 + std::cos(std::numbers::pi * t / length)) / 2;
  }
};

extern template Curve Curve::of<CosineAnnealingWarmRestartsRule>(const CosineAnnealingWarmRestartsRule::Options&);
using CosineAnnealingWarmRestarts = ScheduleOf<CosineAnnealingWarmRestartsRule>;

}  // namespace gradus::optim
