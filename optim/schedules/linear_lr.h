// LinearLR: lr = base · (start_factor + (end_factor − start_factor)·min(t, total_iters)/total_iters); from total_iters on exactly
// end_factor.
//   optim::LinearLR schedule(sgd, {.start_factor = 0.1, .total_iters = 5});
#pragma once
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct LinearLROptions {
  double start_factor = 1. / 3;
  double end_factor = 1;
  std::int64_t total_iters = 5;
  Unit per = Unit::epoch;

  void describe(Describe& is) const {
    is(range::factor, start_factor);
    is(range::unit, end_factor);
    is(range::at_least_one, total_iters);
  }
};

struct LinearLRRule {
  using Options = LinearLROptions;
  static constexpr std::string_view name = "LinearLR";
  static double lr(const Options& o, double base, double t) {
    const double n = static_cast<double>(o.total_iters);
    return base * (t < n ? o.start_factor + (o.end_factor - o.start_factor) * t / n : o.end_factor);
  }
};

extern template Curve Curve::of<LinearLRRule>(const LinearLRRule::Options&);
using LinearLR = ScheduleOf<LinearLRRule>;

}  // namespace gradus::optim
