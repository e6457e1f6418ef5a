#include "landscape/descent.h"

#include <algorithm>
#include <cmath>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/ops/shape.h>

#include "landscape/optimizers.h"
#include "landscape/schedules.h"

namespace landscape {
namespace {

using namespace gradus;

constexpr double bound = 1e6;
constexpr int most_steps = 20000;

void require_sane(const Descent& d, Point start) {
  check<ValueError>(d.steps >= 1 && d.steps <= most_steps, "descent: steps must lie in [1, ", most_steps, "], not ", d.steps);
  check<ValueError>(std::isfinite(d.noise) && d.noise >= 0, "descent: noise must be finite and at least 0, not ", d.noise);
  check<ValueError>(std::abs(start.x) <= bound && std::abs(start.y) <= bound, "descent: the start must lie within ±", bound, ", not at (",
                    start.x, ", ", start.y, ")");
}

// The parameter that is trained, and what its closure leaves behind: the loss and gradient that a step began with.
class Position {
 public:
  Position(const Ground& ground, Point start, bool matrix, double noise, std::uint64_t seed)
      : ground_(ground), w_(Array::from({start.x, start.y}, matrix ? Shape{1, 2} : Shape{2}), "w"), noise_(noise), generator_(seed) {}

  const Parameter& parameter() const { return w_; }
  Point at() const {
    const auto w = w_.value().span<double>();
    return {w[0], w[1]};
  }
  double loss() const { return ground_.loss(at()); }
  double gradient() const { return gradient_; }
  void begin_step() { first_ = true; }

  Tensor operator()() {
    w_.zero_grad();
    const Tensor w = reshape(w_, {2}), loss = ground_.loss(select(w, 0, 0), select(w, 0, 1));
    loss.backward();
    Array g = w_.grad().value().contiguous_copy();
    const auto values = g.mutable_span<double>();
    if (noise_ > 0)
      for (double& value : values) value += noise_ * generator_.normal();
    if (first_) gradient_ = std::hypot(values[0], values[1]);
    first_ = false;
    w_.leaf()->grad = Tensor(std::move(g));
    return loss;
  }

 private:
  const Ground& ground_;
  Parameter w_;
  double noise_;
  Generator generator_;
  double gradient_ = 0;
  bool first_ = true;
};

double distance(Point a, Point b) { return std::hypot(a.x - b.x, a.y - b.y); }

// Near the bottom of a valley: within a hundredth of the window's diagonal, and from some point on for good.
Outcome outcome_of(const Surface& surface, const Path& path, bool left) {
  Outcome out;
  if (left) {
    out.kind = Outcome::Kind::diverged;
    out.at = path.at.size() - 1;
  }
  const Point end = path.at.back();
  if (!std::isfinite(end.x + end.y)) return out;
  for (std::size_t i = 0; i < path.levels.size(); ++i)
    if (!out.nearest || distance(end, path.levels[i].at) < distance(end, path.levels[*out.nearest].at)) out.nearest = i;
  if (!out.nearest) return out;
  const Level& level = path.levels[*out.nearest];
  out.distance = distance(end, level.at);
  if (left || level.kind == Kind::saddle || level.kind == Kind::top) return out;
  const double near = 0.01 * std::hypot(surface.window.x1 - surface.window.x0, surface.window.y1 - surface.window.y0);
  std::size_t since = path.at.size();
  while (since > 0 && distance(path.at[since - 1], level.at) <= near) --since;
  if (since == path.at.size()) return out;
  out.kind = Outcome::Kind::converged;
  out.at = since;
  return out;
}

}  // namespace

Path run(const Descent& d) {
  const Surface& surface = find(surfaces(), d.surface, "surface");
  const OptimizerKind& kind = find(optimizers(), d.optimizer, "optimizer");
  const Ground ground(surface, d.parameter);
  const Point start = d.start.value_or(surface.start);
  require_sane(d, start);
  Position position(ground, start, kind.matrix, d.noise, d.seed);
  const auto walker = kind.make(position.parameter(), surface, d.options);
  Path path;
  path.formula = walker->describe();
  std::unique_ptr<Schedule> schedule;
  if (!d.schedule.empty())
    schedule = find(schedules(), d.schedule, "schedule").make(*walker, {d.steps, walker->lr()}, d.schedule_options);
  if (schedule) path.formula += text("\n", schedule->describe());

  path.at.push_back(start);
  path.loss.push_back(position.loss());
  bool left = false;
  for (int t = 0; t < d.steps && !left; ++t) {
    path.lr.push_back(walker->lr());
    position.begin_step();
    walker->step([&] { return position(); });
    const Point at = position.at();
    path.gradient.push_back(position.gradient());
    path.step.push_back(distance(at, path.at.back()));
    path.at.push_back(at);
    path.loss.push_back(position.loss());
    left = !(std::abs(at.x) <= bound && std::abs(at.y) <= bound);
    if (schedule && !left) schedule->step(path.loss.back());
  }
  path.levels = ground.levels();
  path.outcome = outcome_of(surface, path, left);
  return path;
}

}  // namespace landscape
