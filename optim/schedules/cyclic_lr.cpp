#include <gradus/optim/schedules/cyclic_lr.h>

#include <cmath>

namespace gradus::optim {
namespace {

// Where between its ends the cycle stands at t, scaled: 0 at base_lr, 1 at max_lr.
double height(const CyclicLROptions& o, double t) {
  const double up = static_cast<double>(o.step_size_up), down = o.step_size_down ? static_cast<double>(o.step_size_down) : up;
  const double total = up + down, cycle = std::floor(1 + t / total), x = 1 + t / total - cycle, turn = up / total;
  const double way = x <= turn ? x / turn : (x - 1) / (turn - 1);
  if (o.scale_fn) return way * o.scale_fn(o.scale_mode == CyclicScale::cycle ? cycle : t);
  if (o.mode == CyclicMode::triangular2) return way / std::pow(2, cycle - 1);
  return o.mode == CyclicMode::exp_range ? way * std::pow(o.gamma, t) : way;
}

}  // namespace

double CyclicLRRule::lr(const Options& o, double, double t, int group) {
  return o.base_lr[group] + (o.max_lr[group] - o.base_lr[group]) * height(o, t);
}

std::optional<double> CyclicLRRule::momentum(const Options& o, double t, int group) {
  if (!o.cycle_momentum) return std::nullopt;
  return o.max_momentum[group] - (o.max_momentum[group] - o.base_momentum[group]) * height(o, t);
}

template Curve Curve::of<CyclicLRRule>(const CyclicLRRule::Options&);

}  // namespace gradus::optim
