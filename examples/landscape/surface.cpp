#include "landscape/surface.h"

#include <cmath>
#include <numbers>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/ops.h>

#include "landscape/waves.h"

namespace landscape {
namespace {

using namespace gradus;

Tensor ravine(const Tensor& x, const Tensor& y, double k) { return 0.5 * (square(x) + k * square(y)); }
Tensor rosenbrock(const Tensor& x, const Tensor& y, double b) { return square(1 - x) + b * square(y - square(x)); }
Tensor beale(const Tensor& x, const Tensor& y, double) {
  const Tensor y2 = square(y);
  return square(1.5 - x + x * y) + square(2.25 - x + x * y2) + square(2.625 - x + x * y2 * y);
}
Tensor himmelblau(const Tensor& x, const Tensor& y, double) { return square(square(x) + y - 11) + square(x + square(y) - 7); }
Tensor saddle(const Tensor& x, const Tensor& y, double) { return 0.5 * square(x) + 0.25 * square(square(y) - 1); }
// Along the valley y = x²/4 the slope is x·(x + a)·(x − 2): wells at −a and 2, a ridge at 0; zero at the bottom of the deeper one, x = 2.
Tensor two_wells(const Tensor& x, const Tensor& y, double a) {
  const Tensor x2 = square(x);
  return 0.25 * square(x2) + (a - 2) / 3 * (x2 * x) - a * x2 + 4. / 3 * (1 + a) + square(y - 0.25 * x2);
}
Tensor rastrigin(const Tensor& x, const Tensor& y, double a) {
  constexpr double turn = 2 * std::numbers::pi;
  return square(x) + square(y) + a * (2 - cosine(turn * x) - cosine(turn * y));
}

std::vector<Point> whole_numbers(int up_to) {
  std::vector<Point> out;
  for (int y = -up_to; y <= up_to; ++y)
    for (int x = -up_to; x <= up_to; ++x) out.push_back({static_cast<double>(x), static_cast<double>(y)});
  return out;
}

}  // namespace

// A line here is a surface everywhere: in the terminal, the catalogue, the laboratory and the tests.
std::span<const Surface> surfaces() {
  static const std::vector<Surface> all{
      {"ravine", "Quadratic ravine", "½(x² + κ·y²)", "\\tfrac12\\left(x^2+\\kappa\\,y^2\\right)", ravine,
       Knob{"condition number", "κ", 1, 1000, 25, true}, {-5, 5, -2.5, 2.5}, {-4.4, 1.6}, true, 0.07, {{0, 0}}},
      {"rosenbrock", "Rosenbrock's valley", "(1 − x)² + b·(y − x²)²", "(1-x)^2+b\\,(y-x^2)^2", rosenbrock,
       Knob{"steepness of the walls", "b", 1, 200, 100, true}, {-2, 2, -1, 3}, {-1.2, 1}, true, 0.0015, {{1, 1}}},
      {"beale", "Beale's function", "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
       "(1.5-x+xy)^2+(2.25-x+xy^2)^2+(2.625-x+xy^3)^2", beale, {}, {-4.5, 4.5, -4.5, 4.5}, {1, 1.5}, true, 0.01, {{3, 0.5}, {0, 1}}},
      {"himmelblau", "Himmelblau's four valleys", "(x² + y − 11)² + (x + y² − 7)²", "(x^2+y-11)^2+(x+y^2-7)^2", himmelblau, {},
       {-6, 6, -6, 6}, {-0.5, -0.5}, true, 0.01,
       {{3, 2}, {-2.8, 3.1}, {-3.8, -3.3}, {3.6, -1.8}, {-0.27, -0.92}, {0.09, 2.88}, {-3.07, -0.08}, {-0.13, -1.95}, {3.39, 0.07}}},
      {"saddle", "A saddle", "½x² + ¼(y² − 1)²", "\\tfrac12x^2+\\tfrac14\\left(y^2-1\\right)^2", saddle, {}, {-2.5, 2.5, -1.8, 1.8},
       {-2, 0.001}, false, 0.1, {{0, 1}, {0, -1}, {0, 0}}},
      {"two_wells", "A poor valley and a good one", "¼x⁴ + ⅓(a − 2)x³ − a·x² + (y − ¼x²)² + 4/3·(1 + a)",
       "\\tfrac14x^4+\\tfrac13(a-2)x^3-a\\,x^2+\\left(y-\\tfrac14x^2\\right)^2+\\tfrac43(1+a)", two_wells,
       Knob{"depth of the poor valley", "a", 1, 2, 1.5, false}, {-2.8, 3, -1.5, 2.7}, {-2.4, 2.2}, true, 0.1, {{2, 1}, {-1.2, 0.4}, {-1.8, 0.8}, {0, 0}}},
      {"rastrigin", "Rastrigin's many valleys", "x² + y² + A·(2 − cos 2πx − cos 2πy)",
       "x^2+y^2+A\\,(2-\\cos2\\pi x-\\cos2\\pi y)", rastrigin, Knob{"height of the ripples", "A", 0, 10, 4, false}, {-3.4, 3.4, -3.4, 3.4},
       {-2.7, 2.3}, false, 0.002, whole_numbers(3)},
  };
  return all;
}

}  // namespace landscape
