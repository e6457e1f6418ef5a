// Axes: what lies between their ends, where they have ticks, and what the ticks say.
#pragma once
#include <cmath>
#include <string>
#include <vector>

namespace gradus::drawing {

// Values on their way to a picture: 0 at the axis' beginning, 1 at its end.
struct Span {
  double low = INFINITY, high = -INFINITY;       // empty
  bool log = false;

  bool takes(double value) const { return std::abs(value) <= 1e300 && (!log || value > 0); }   // what it does not take is a gap
  void meet(double value);                       // grows to hold it, if it takes it
  double at(double value) const;
};

// The step 1, 2 or 5 · 10^k that cuts `range` into about `pieces` pieces.
double nice_step(double range, int pieces);

struct Ticks {
  std::vector<double> at;
  double step = 0;                               // 0 on logarithmic axes
  std::string text(std::size_t i) const;         // as many decimals as the step has, zero as 0, a true minus
};
Ticks even_ticks(double low, double high, double step);
Ticks ticks(const Span& span, int pieces);       // powers of ten on logarithmic axes, with 2 and 5 between them where these are few

}  // namespace gradus::drawing
