// ExponentialLR: lr = base · gamma^t, which is also the decay base · e^(−k·t) with gamma = e^(−k).
//   optim::ExponentialLR schedule(sgd, {.gamma = 0.95});
//   optim::ExponentialLR decay = optim::ExponentialLR::from_k(sgd, 0.01);    // t counts steps unless told otherwise
#pragma once
#include <cmath>
#include <limits>

#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

class Optimizer;

struct ExponentialLROptions {
  double gamma = std::numeric_limits<double>::quiet_NaN();   // must be given
  Unit per = Unit::epoch;

  void describe(Describe& is) const { is(range::given(range::at_least_zero), gamma); }
};

struct ExponentialLRRule {
  using Options = ExponentialLROptions;
  static constexpr std::string_view name = "ExponentialLR";
  static double lr(const Options& o, double base, double t) { return base * std::pow(o.gamma, t); }
};

extern template Curve Curve::of<ExponentialLRRule>(const ExponentialLRRule::Options&);

// A template, so that this header needs no optimizer: it is complete where lr_scheduler/lr_scheduler.h is read.
template <class Rule>
class ScheduleFromK final : public ScheduleOf<Rule> {
 public:
  using ScheduleOf<Rule>::ScheduleOf;
  static ScheduleFromK from_k(Optimizer& optimizer, double k, Unit per = Unit::step) {
    return ScheduleFromK(optimizer, {.gamma = std::exp(-k), .per = per});
  }
};
using ExponentialLR = ScheduleFromK<ExponentialLRRule>;

}  // namespace gradus::optim
