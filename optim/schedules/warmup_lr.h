// WarmupLR (Goyal et al. 2017): up in a line, from start_factor times the first learning rate of another schedule to all of it, in `steps`;
// then that schedule, with its t counted from there.
//   optim::WarmupLR schedule(adam, {.steps = 500, .then = optim::InverseSqrtLR::curve()});
// It counts what the other one counts.
#pragma once
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct WarmupLROptions {
  std::int64_t steps = 0;       // must be given
  double start_factor = 0;
  Curve then = {};              // must be given

  void describe(Describe& is) const {
    is(range::given(range::at_least_one), steps);
    is(range::unit, start_factor);
    is(range::given(), then);
  }
};

struct WarmupLRRule {
  using Options = WarmupLROptions;
  static constexpr std::string_view name = "WarmupLR";
  static Unit unit(const Options& o) { return o.then.unit(); }
  static bool chains(const Options& o) { return o.then.chains(); }
  static double lr(const Options& o, double base, double t, int group) {
    const double n = static_cast<double>(o.steps);
    if (t >= n) return o.then.lr(base, t - n, group);
    return o.then.lr(base, 0, group) * (o.start_factor + (1 - o.start_factor) * t / n);
  }
  static std::optional<double> momentum(const Options& o, double t, int group) {
    return o.then.momentum(t < static_cast<double>(o.steps) ? 0 : t - static_cast<double>(o.steps), group);
  }
  static std::optional<double> last(const Options& o) {
    const std::optional<double> end = o.then.last();
    return end ? std::optional(*end + static_cast<double>(o.steps)) : end;
  }
};

extern template Curve Curve::of<WarmupLRRule>(const WarmupLRRule::Options&);
using WarmupLR = ScheduleOf<WarmupLRRule>;

}  // namespace gradus::optim
