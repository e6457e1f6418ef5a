#include <gradus/optim/schedules/chained_scheduler.h>

#include <algorithm>
#include <cmath>

namespace gradus::optim {
namespace {

using Line = ChainedSchedulerRule::Line;

Line line(const Curve& curve, double t, int group) {
  const double at_zero = curve.lr(0, t, group);
  return {at_zero, curve.lr(1, t, group) - at_zero};
}

Line of(const Line& outer, const Line& inner) { return {outer(inner.at_zero), outer.slope * inner.slope}; }

void walk_to(const ChainedSchedulerOptions& o, ChainedSchedulerRule::Walk& walk, double t, int group) {
  const bool first = walk.t < 0;
  walk.bases.resize(o.schedules.size());
  walk.set.resize(o.schedules.size());
  for (std::size_t i = 0; i < o.schedules.size(); ++i) {
    const Curve& curve = o.schedules[i];
    Line &base = walk.bases[i], &set = walk.set[i];
    if (!curve.chains()) {
      base = {};
    } else if (first) {
      base = walk.lr;
    } else if (const double slope = line(curve, walk.t, group).slope; slope != 0) {
      base.at_zero += (walk.lr.at_zero - set.at_zero) / slope;
      base.slope += (walk.lr.slope - set.slope) / slope;
    }
    set = walk.lr = of(line(curve, t, group), base);
  }
  walk.t = t;
}

}  // namespace

double ChainedSchedulerRule::lr(const Options& o, double base, double t, int group, Memo& memo) {
  if (memo.size() <= static_cast<std::size_t>(group)) memo.resize(group + 1);
  Walk& walk = memo[group];
  const double whole = std::floor(t);
  if (whole < walk.t) walk = {};
  while (walk.t < whole) walk_to(o, walk, walk.t + 1, group);
  if (t == whole) return walk.lr(base);
  Walk on = walk;
  walk_to(o, on, t, group);
  return on.lr(base);
}

bool ChainedSchedulerRule::chains(const Options& o) {
  return std::all_of(o.schedules.begin(), o.schedules.end(), [](const Curve& curve) { return curve.chains(); });
}

std::optional<double> ChainedSchedulerRule::momentum(const Options& o, double t, int group) {
  std::optional<double> out;
  for (const Curve& curve : o.schedules)
    if (const std::optional<double> momentum = curve.momentum(t, group)) out = momentum;
  return out;
}

std::optional<double> ChainedSchedulerRule::last(const Options& o) {
  std::optional<double> out;
  for (const Curve& curve : o.schedules)
    if (const std::optional<double> end = curve.last()) out = std::min(*end, out.value_or(*end));
  return out;
}

}  // namespace gradus::optim
