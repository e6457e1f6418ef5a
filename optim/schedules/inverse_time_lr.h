// InverseTimeLR: lr = base/(1 + decay_rate·t/decay_steps), as Keras's InverseTimeDecay.
//   optim::InverseTimeLR schedule(sgd, {.decay_rate = 0.5, .decay_steps = 1000});
#pragma once
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct InverseTimeLROptions {
  double decay_rate = 1;
  std::int64_t decay_steps = 1;
  Unit per = Unit::step;

  void describe(Describe& is) const {
    is(range::at_least_zero, decay_rate);
    is(range::at_least_one, decay_steps);
  }
};

struct InverseTimeLRRule {
  using Options = InverseTimeLROptions;
  static constexpr std::string_view name = "InverseTimeLR";
  static double lr(const Options& o, double base, double t) { return base / (1 + o.decay_rate * t / static_cast<double>(o.decay_steps)); }
};

extern template Curve Curve::of<InverseTimeLRRule>(const InverseTimeLRRule::Options&);
using InverseTimeLR = ScheduleOf<InverseTimeLRRule>;

}  // namespace gradus::optim
