// StepLR: lr = base · gamma^⌊t/step_size⌋, a staircase that goes down at the step_size-th step() and at each multiple.
//   optim::StepLR schedule(sgd, {.step_size = 30, .gamma = 0.1});
#pragma once
#include <cmath>

#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct StepLROptions {
  std::int64_t step_size = 0;   // must be given
  double gamma = 0.1;
  Unit per = Unit::epoch;

  void describe(Describe& is) const {
    is(range::given(range::at_least_one), step_size);
    is(range::at_least_zero, gamma);
  }
};

struct StepLRRule {
  using Options = StepLROptions;
  static constexpr std::string_view name = "StepLR";
  static double lr(const Options& o, double base, double t) {
    return base * std::pow(o.gamma, std::floor(t / static_cast<double>(o.step_size)));
  }
};

extern template Curve Curve::of<StepLRRule>(const StepLRRule::Options&);
using StepLR = ScheduleOf<StepLRRule>;

}  // namespace gradus::optim
