// ExponentialLR: lr = base · gamma^t, which is also the decay base · e^(−k·t) with gamma = e^(−k).
//   optim::ExponentialLR schedule(sgd, {.gamma = 0.95});
//   optim::ExponentialLR decay = optim::ExponentialLR::from_k(sgd, 0.01);    // t counts steps unless told otherwise
#pragma once
#include <cmath>
#include <limits>

#include <gradus/optim/schedules/curve.h>
#include <gradus/optim/schedules/ranges.h>

namespace gradus::optim {

struct ExponentialLROptions {
  double gamma = std::numeric_limits<double>::quiet_NaN();   // must be given
  Unit per = Unit::epoch;
};

struct ExponentialLRRule {
  using Options = ExponentialLROptions;
  static constexpr std::string_view name = "ExponentialLR";
  static Settings settings(Options& o) { return {{"gamma", &o.gamma}, {"per", &o.per}}; }
  static void validate(const Options& o) {
    check<ValueError>(!std::isnan(o.gamma), name, ": gamma must be given, finite and at least 0");
    require_at_least_zero(name, "gamma", o.gamma);
  }
  static double lr(const Options& o, double base, double t) { return base * std::pow(o.gamma, t); }
};

class ExponentialLR final : public ScheduleOf<ExponentialLRRule> {
 public:
  using ScheduleOf::ScheduleOf;
  static ExponentialLR from_k(Optimizer& optimizer, double k, Unit per = Unit::step) {
    return ExponentialLR(optimizer, {.gamma = std::exp(-k), .per = per});
  }
};

}  // namespace gradus::optim
