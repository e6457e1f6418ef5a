// PolynomialLR: lr = base · (1 − min(t, total_iters)/total_iters)^power; 0 from total_iters on.
//   optim::PolynomialLR schedule(sgd, {.total_iters = 100, .power = 2});
#pragma once
#include <algorithm>
#include <cmath>

#include <gradus/optim/schedules/curve.h>
#include <gradus/optim/schedules/ranges.h>

namespace gradus::optim {

struct PolynomialLROptions {
  std::int64_t total_iters = 5;
  double power = 1;
  Unit per = Unit::epoch;
};

struct PolynomialLRRule {
  using Options = PolynomialLROptions;
  static constexpr std::string_view name = "PolynomialLR";
  static Settings settings(Options& o) { return {{"total_iters", &o.total_iters}, {"power", &o.power}, {"per", &o.per}}; }
  static void validate(const Options& o) {
    require_at_least_one(name, "total_iters", static_cast<double>(o.total_iters));
    require_above_zero(name, "power", o.power);
  }
  static double lr(const Options& o, double base, double t) {
    const double n = static_cast<double>(o.total_iters);
    return base * std::pow(1 - std::min(t, n) / n, o.power);
  }
};

using PolynomialLR = ScheduleOf<PolynomialLRRule>;

}  // namespace gradus::optim
