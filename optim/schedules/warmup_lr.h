// WarmupLR (Goyal et al. 2017): up in a line, from start_factor times the first learning rate of another schedule to all of it, in `steps`;
// then that schedule, with its t counted from there.
//   optim::WarmupLR schedule(adam, {.steps = 500, .then = optim::InverseSqrtLR::curve()});
// It counts what the other one counts.
#pragma once
#include <gradus/optim/schedules/curve.h>
#include <gradus/optim/schedules/ranges.h>

namespace gradus::optim {

struct WarmupLROptions {
  std::int64_t steps = 0;       // must be given
  double start_factor = 0;
  Curve then = {};              // must be given
};

struct WarmupLRRule {
  using Options = WarmupLROptions;
  static constexpr std::string_view name = "WarmupLR";
  static Settings settings(Options& o) { return {{"steps", &o.steps}, {"start_factor", &o.start_factor}, {"then", &o.then}}; }
  static void validate(const Options& o) {
    require_given(name, "steps", static_cast<double>(o.steps));
    require_unit(name, "start_factor", o.start_factor);
    require_curve(name, "then", o.then);
  }
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

using WarmupLR = ScheduleOf<WarmupLRRule>;

}  // namespace gradus::optim
