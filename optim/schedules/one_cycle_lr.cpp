#include <gradus/optim/schedules/one_cycle_lr.h>

#include <algorithm>

namespace gradus::optim {
namespace {

double steps(const OneCycleLROptions& o) {
  return o.total_steps ? static_cast<double>(o.total_steps) : static_cast<double>(o.epochs) * static_cast<double>(o.steps_per_epoch);
}

// The value at t of what is `low` at the start, `high` at the peak and `end` at the end.
double value(const OneCycleLROptions& o, double t, double low, double high, double end) {
  const double n = steps(o), peak = o.pct_start * n - 1, back = 2 * o.pct_start * n - 2, last = n - 1;
  t = std::min(t, last);
  if (t <= peak) return anneal(o.anneal_strategy, low, high, t / peak);
  if (!o.three_phase) return anneal(o.anneal_strategy, high, end, (t - peak) / (last - peak));
  if (t <= back) return anneal(o.anneal_strategy, high, low, (t - peak) / (back - peak));
  return anneal(o.anneal_strategy, low, end, (t - back) / (last - back));
}

}  // namespace

void OneCycleLRRule::validate(const Options& o) {
  check<ValueError>(o.total_steps != 0 || o.epochs != 0 || o.steps_per_epoch != 0, name,
                    ": total_steps, or epochs and steps_per_epoch, must be given");
  check<ValueError>(o.total_steps > 0 || (o.epochs > 0 && o.steps_per_epoch > 0), name,
                    ": total_steps, or epochs and steps_per_epoch, must be ", "at least 1, not ", o.total_steps, ", ", o.epochs, " and ",
                    o.steps_per_epoch);
  check<ValueError>(!o.three_phase || o.pct_start <= 0.5, name, ": pct_start must lie in [0, 0.5] with three phases, not ", o.pct_start);
  check<ValueError>(o.pct_start * steps(o) != 1, name,
                    ": pct_start·total_steps must not be 1, for a rise that takes no step: pct_start is ", o.pct_start, ", total_steps ",
                    steps(o), "; pct_start = 0 begins at the peak");
}

double OneCycleLRRule::lr(const Options& o, double, double t, int group) {
  const double low = o.max_lr[group] / o.div_factor;
  return value(o, t, low, o.max_lr[group], low / o.final_div_factor);
}

std::optional<double> OneCycleLRRule::momentum(const Options& o, double t, int group) {
  if (!o.cycle_momentum) return std::nullopt;
  return value(o, t, o.max_momentum[group], o.base_momentum[group], o.max_momentum[group]);
}

std::optional<double> OneCycleLRRule::last(const Options& o) { return steps(o); }

template Curve Curve::of<OneCycleLRRule>(const OneCycleLRRule::Options&);

}  // namespace gradus::optim
