// StepLR: lr = base · gamma^⌊t/step_size⌋, a staircase that goes down at the step_size-th step() and at each multiple.
//   optim::StepLR schedule(sgd, {.step_size = 30, .gamma = 0.1});
#pragma once
#include <cmath>

#include <gradus/optim/schedules/curve.h>
#include <gradus/optim/schedules/ranges.h>

namespace gradus::optim {

struct StepLROptions {
  std::int64_t step_size = 0;   // must be given
  double gamma = 0.1;
  Unit per = Unit::epoch;
};

struct StepLRRule {
  using Options = StepLROptions;
  static constexpr std::string_view name = "StepLR";
  static Settings settings(Options& o) { return {{"step_size", &o.step_size}, {"gamma", &o.gamma}, {"per", &o.per}}; }
  static void validate(const Options& o) {
    require_given(name, "step_size", static_cast<double>(o.step_size));
    require_at_least_zero(name, "gamma", o.gamma);
  }
  static double lr(const Options& o, double base, double t) { return base * std::pow(o.gamma, std::floor(t / static_cast<double>(o.step_size))); }
};

using StepLR = ScheduleOf<StepLRRule>;

}  // namespace gradus::optim
