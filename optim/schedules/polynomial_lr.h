// PolynomialLR: lr = base · (1 − min(t, total_iters)/total_iters)^power; 0 from total_iters on.
//   optim::PolynomialLR schedule(sgd, {.total_iters = 100, .power = 2});
#pragma once
#include <cmath>

#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct PolynomialLROptions {
  std::int64_t total_iters = 5;
  double power = 1;
  Unit per = Unit::epoch;

  void describe(Describe& is) const {
    is(range::at_least_one, total_iters);
    is(range::above_zero, power);
  }
};

struct PolynomialLRRule {
  using Options = PolynomialLROptions;
  static constexpr std::string_view name = "PolynomialLR";
  static double lr(const Options& o, double base, double t) {
    const double n = static_cast<double>(o.total_iters);
    return base * std::pow(t < n ? 1 - t / n : 0, o.power);
  }
};

extern template Curve Curve::of<PolynomialLRRule>(const PolynomialLRRule::Options&);
using PolynomialLR = ScheduleOf<PolynomialLRRule>;

}  // namespace gradus::optim
