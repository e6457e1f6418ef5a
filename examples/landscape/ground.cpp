// The numbers of a surface: losses at points and on grids, and where the ground is level.
#include <algorithm>
#include <cmath>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

#include "landscape/surface.h"

namespace landscape {
namespace {

using namespace gradus;

Tensor number(double value) { return tensor(value, f64); }

// Slopes and curvatures at one place.
struct Form {
  double gx, gy, xx, xy, yy;
};
Form form(const Ground& ground, Point at) {
  const Tensor x = variable(number(at.x)), y = variable(number(at.y));
  const Tensor loss = ground.loss(x, y);
  const std::vector<Tensor> slopes = grad(loss, {x, y}, {.create_graph = true});
  const auto second = [](const Tensor& slope, const Tensor& of) {
    return slope.requires_grad() ? grad(slope, of, {.retain_graph = true}).item() : 0.;
  };
  return {slopes[0].item(), slopes[1].item(), second(slopes[0], x), second(slopes[0], y), second(slopes[1], y)};
}

std::optional<Level> level_near(const Ground& ground, Point guess) {
  Point at = guess;
  for (int i = 0; i < 20; ++i) {
    const Form f = form(ground, at);
    const double det = f.xx * f.yy - f.xy * f.xy;
    if (det == 0) return {};
    const double dx = (f.yy * f.gx - f.xy * f.gy) / det, dy = (f.xx * f.gy - f.xy * f.gx) / det;
    at = {at.x - dx, at.y - dy};
    if (std::hypot(at.x - guess.x, at.y - guess.y) > 0.5 || !std::isfinite(at.x + at.y)) return {};
    if (std::hypot(dx, dy) > 1e-12 * (1 + std::hypot(at.x, at.y))) continue;
    const bool same = f.xx * f.yy - f.xy * f.xy > 0;
    return Level{at, ground.loss(at), same ? (f.xx > 0 ? Kind::local : Kind::top) : Kind::saddle};
  }
  return {};
}

}  // namespace

Ground::Ground(const Surface& surface, std::optional<double> parameter)
    : surface_(&surface), parameter_(surface.parameter ? parameter.value_or(surface.parameter->value) : 0) {
  if (!surface.parameter) return;
  const Knob& range = *surface.parameter;
  check<ValueError>(parameter_ >= range.min && parameter_ <= range.max, surface.name, ": ", range.symbol, " must lie in [", range.min, ", ",
                    range.max, "], not ", parameter_);
}

double Ground::loss(Point at) const {
  const NoGrad guard;
  return loss(number(at.x), number(at.y)).item();
}

std::vector<double> Ground::grid(const Window& window, int columns, int rows) const {
  check<ValueError>(columns >= 2 && rows >= 2 && columns <= 1024 && rows <= 1024, "grid: columns and rows must lie in [2, 1024], not ",
                    columns, " and ", rows);
  check<ValueError>(std::isfinite(window.x0 + window.x1 + window.y0 + window.y1) && window.x0 < window.x1 && window.y0 < window.y1,
                    "grid: the window must be finite, x0 < x1 and y0 < y1, not [", window.x0, ", ", window.x1, ", ", window.y0, ", ",
                    window.y1, "]");
  const NoGrad guard;
  const Tensor x = linspace(window.x0, window.x1, columns, f64), y = unsqueeze(linspace(window.y0, window.y1, rows, f64), 1);
  return expand(loss(x, y), {rows, columns}).value().to_vector();
}

std::vector<Level> Ground::levels() const {
  struct Memo {
    const Surface* surface = nullptr;
    double parameter = 0;
    std::vector<Level> levels;
  };
  thread_local Memo last;                        // of many runs on one ground only the first searches
  if (last.surface != surface_ || last.parameter != parameter_) last = {surface_, parameter_, find_levels()};
  return last.levels;
}

std::vector<Level> Ground::find_levels() const {
  std::vector<Level> out;
  for (const Point guess : surface_->guesses) {
    const std::optional<Level> found = level_near(*this, guess);
    const auto known = [&](const Level& other) { return std::hypot(found->at.x - other.at.x, found->at.y - other.at.y) < 1e-6; };
    if (found && std::none_of(out.begin(), out.end(), known)) out.push_back(*found);
  }
  double least = INFINITY;
  for (const Level& level : out) least = std::min(least, level.loss);
  for (Level& level : out)
    if (level.kind == Kind::local && level.loss <= least + 1e-9) level.kind = Kind::global;
  return out;
}

}  // namespace landscape
