#include <gradus/optim/schedules/chained_scheduler.h>

#include <algorithm>
#include <cmath>

namespace gradus::optim {
namespace {

void walk_to(const ChainedSchedulerOptions& o, ChainedSchedulerRule::Walk& walk, double t, int group) {
  const Line initial;
  const bool first = walk.t < 0;
  walk.links.resize(o.schedules.size());
  for (std::size_t i = 0; i < o.schedules.size(); ++i) {
    const Curve& curve = o.schedules[i];
    Link<Line>& link = walk.links[i];
    if (first) link = {curve.chains() ? walk.lr : initial, value_of(curve, curve.chains() ? walk.lr : initial, t, group)};
    else go_on(curve, link, walk.lr, initial, walk.t, t, group);
    walk.lr = link.set;
  }
  walk.t = t;
}

}  // namespace

double ChainedSchedulerRule::lr(const Options& o, double base, double t, int group, Memo& memo) {
  if (memo.size() <= static_cast<std::size_t>(group)) memo.resize(group + 1);
  Walk& walk = memo[group];
  const double whole = std::floor(t);
  if (whole < walk.t) walk = {};
  require_steps(name, walk.t, whole);
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

template Curve Curve::of<ChainedSchedulerRule>(const ChainedSchedulerRule::Options&);

}  // namespace gradus::optim
