#include <gradus/optim/second_order/line_search.h>

#include <algorithm>
#include <cmath>

namespace gradus::optim {
namespace {

// The minimum within [low, high] of the cubic through both points with their slopes; the middle if it has none.
double cubic_minimum(const LinePoint& a, const LinePoint& b, double low, double high) {
  const LinePoint &left = a.t <= b.t ? a : b, &right = a.t <= b.t ? b : a;
  const double d1 = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t);
  // squares stay in range
  const double size = std::max({std::abs(d1), std::abs(a.slope), std::abs(b.slope)}), by = size > 1e150 ? 1 / size : 1;
  const double e1 = by * d1, first = by * left.slope, last = by * right.slope, square = e1 * e1 - first * last, e2 = std::sqrt(square);
  const double at = right.t - (right.t - left.t) * ((last + e2 - e1) / (last - first + 2 * e2));
  return square >= 0 && !std::isnan(at) ? std::min(std::max(at, low), high) : (low + high) / 2;
}

}  // namespace

LinePoint strong_wolfe(const std::function<LinePoint(double t)>& at, const LinePoint& start, double t, double largest_direction,
                       double tolerance, std::int64_t most) {
  const auto falls = [&](const LinePoint& p) { return p.f <= start.f + 1e-4 * p.t * start.slope; };
  const auto flat = [&](const LinePoint& p) { return std::abs(p.slope) <= -0.9 * start.slope; };

  // Go on until a minimum lies between two points.
  LinePoint previous = start, now = at(t);
  std::int64_t tries = 0;
  for (;; ++tries) {
    if (tries >= most) {
      previous = start;
      break;
    }
    if (!falls(now) || (tries > 1 && now.f >= previous.f)) break;
    if (flat(now)) return now;
    if (now.slope >= 0) break;
    const double next = cubic_minimum(previous, now, now.t + 0.01 * (now.t - previous.t), now.t * 10);
    previous = std::move(now);
    now = at(next);
  }

  // Narrow the bracket; `low` is the better end.
  LinePoint low = previous, high = now;
  if (now.f < previous.f) std::swap(low, high);
  for (bool stuck = false; tries < most && std::abs(high.t - low.t) * largest_direction >= tolerance; ++tries) {
    const auto [left, right] = std::minmax(low.t, high.t);
    double next = cubic_minimum(low, high, left, right);
    const double margin = 0.1 * (right - left);
    const bool close = std::min(right - next, next - left) < margin;
    const bool move = close && (stuck || next >= right || next <= left);
    if (move) next = std::abs(next - right) < std::abs(next - left) ? right - margin : left + margin;
    stuck = close && !move;

    LinePoint point = at(next);
    if (!falls(point) || point.f >= low.f) {
      high = std::move(point);
      if (high.f < low.f) std::swap(low, high);
      continue;
    }
    if (flat(point)) return point;
    if (point.slope * (high.t - low.t) >= 0) high = std::move(low);
    low = std::move(point);
  }
  return low;
}

}  // namespace gradus::optim
