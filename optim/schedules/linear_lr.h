// LinearLR: lr = base · (start_factor + (end_factor − start_factor)·min(t, total_iters)/total_iters); from total_iters on exactly end_factor.
//   optim::LinearLR schedule(sgd, {.start_factor = 0.1, .total_iters = 5});
#pragma once
#include <gradus/optim/schedules/curve.h>
#include <gradus/optim/schedules/ranges.h>

namespace gradus::optim {

struct LinearLROptions {
  double start_factor = 1. / 3;
  double end_factor = 1;
  std::int64_t total_iters = 5;
  Unit per = Unit::epoch;
};

struct LinearLRRule {
  using Options = LinearLROptions;
  static constexpr std::string_view name = "LinearLR";
  static Settings settings(Options& o) {
    return {{"start_factor", &o.start_factor}, {"end_factor", &o.end_factor}, {"total_iters", &o.total_iters}, {"per", &o.per}};
  }
  static void validate(const Options& o) {
    require_factor(name, "start_factor", o.start_factor);
    require_unit(name, "end_factor", o.end_factor);
    require_at_least_one(name, "total_iters", static_cast<double>(o.total_iters));
  }
  static double lr(const Options& o, double base, double t) {
    const double n = static_cast<double>(o.total_iters);
    return base * (t < n ? o.start_factor + (o.end_factor - o.start_factor) * t / n : o.end_factor);
  }
};

using LinearLR = ScheduleOf<LinearLRRule>;

}  // namespace gradus::optim
