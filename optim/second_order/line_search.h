// A line search for the strong Wolfe conditions (Nocedal and Wright 2006, section 3.5), step for step PyTorch's. Knows no parameters:
//   const LinePoint best = strong_wolfe([&](double t) { … return LinePoint{t, f, gradient, slope}; }, start, 1.0, largest, 1e-9, 25);
#pragma once
#include <cstdint>
#include <functional>

#include <gradus/autograd/array/array.h>

namespace gradus::optim {

// What is known at x + t·d: the function, its gradient, and its slope g·d along the line.
struct LinePoint {
  double t = 0, f = 0;
  Array g = {};
  double slope = 0;
};

// From `start` (t = 0, of negative slope) looks for a point where f ≤ f₀ + 10⁻⁴·t·slope₀ and |slope| ≤ 0.9·|slope₀|, trying t first;
// returns the best it has found after `most` evaluations. A bracket shorter than `tolerance` over the largest |dᵢ| ends the search. Where
// the function is not finite the step was too long (PyTorch would follow it).
LinePoint strong_wolfe(const std::function<LinePoint(double t)>& at, const LinePoint& start, double t, double largest_direction,
                       double tolerance, std::int64_t most);

}  // namespace gradus::optim
