// InverseTimeLR: lr = base/(1 + decay_rate·t/decay_steps), as Keras's InverseTimeDecay.
//   optim::InverseTimeLR schedule(sgd, {.decay_rate = 0.5, .decay_steps = 1000});
#pragma once
#include <gradus/optim/schedules/curve.h>
#include <gradus/optim/schedules/ranges.h>

namespace gradus::optim {

struct InverseTimeLROptions {
  double decay_rate = 1;
  std::int64_t decay_steps = 1;
  Unit per = Unit::step;
};

struct InverseTimeLRRule {
  using Options = InverseTimeLROptions;
  static constexpr std::string_view name = "InverseTimeLR";
  static Settings settings(Options& o) { return {{"decay_rate", &o.decay_rate}, {"decay_steps", &o.decay_steps}, {"per", &o.per}}; }
  static void validate(const Options& o) {
    require_at_least_zero(name, "decay_rate", o.decay_rate);
    require_at_least_one(name, "decay_steps", static_cast<double>(o.decay_steps));
  }
  static double lr(const Options& o, double base, double t) { return base / (1 + o.decay_rate * t / static_cast<double>(o.decay_steps)); }
};

using InverseTimeLR = ScheduleOf<InverseTimeLRRule>;

}  // namespace gradus::optim
