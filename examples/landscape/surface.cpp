#include "landscape/surface.h"

#include <cmath>
#include <numbers>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/math.h>

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

// An entry here is a surface everywhere: in the terminal, the catalogue, the laboratory and the tests.
std::span<const Surface> surfaces() {
  static const std::vector<Surface> all{
      {.name = "ravine",
       .title = "Quadratic ravine",
       .formula = "½(x² + κ·y²)",
       .tex = "\\tfrac12\\left(x^2+\\kappa\\,y^2\\right)",
       .function = ravine,
       .parameter = Knob{"condition number", "κ", 1, 1000, 25, true},
       .window = {-5, 5, -2.5, 2.5},
       .start = {-4.4, 1.6},
       .log_levels = true,
       .rate = 0.07,
       .guesses = {{0, 0}}},
      {.name = "rosenbrock",
       .title = "Rosenbrock's valley",
       .formula = "(1 − x)² + b·(y − x²)²",
       .tex = "(1-x)^2+b\\,(y-x^2)^2",
       .function = rosenbrock,
       .parameter = Knob{"steepness of the walls", "b", 1, 200, 100, true},
       .window = {-2, 2, -1, 3},
       .start = {-1.2, 1},
       .log_levels = true,
       .rate = 0.0015,
       .guesses = {{1, 1}}},
      {.name = "beale",
       .title = "Beale's function",
       .formula = "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
       .tex = "(1.5-x+xy)^2+(2.25-x+xy^2)^2+(2.625-x+xy^3)^2",
       .function = beale,
       .window = {-4.5, 4.5, -4.5, 4.5},
       .start = {1, 1.5},
       .log_levels = true,
       .rate = 0.01,
       .guesses = {{3, 0.5}, {0, 1}}},
      {.name = "himmelblau",
       .title = "Himmelblau's four valleys",
       .formula = "(x² + y − 11)² + (x + y² − 7)²",
       .tex = "(x^2+y-11)^2+(x+y^2-7)^2",
       .function = himmelblau,
       .window = {-6, 6, -6, 6},
       .start = {-0.5, -0.5},
       .log_levels = true,
       .rate = 0.01,
       .guesses =
           {{3, 2}, {-2.8, 3.1}, {-3.8, -3.3}, {3.6, -1.8}, {-0.27, -0.92}, {0.09, 2.88}, {-3.07, -0.08}, {-0.13, -1.95}, {3.39, 0.07}}},
      {.name = "saddle",
       .title = "A saddle between two valleys",
       .formula = "½x² + ¼(y² − 1)²",
       .tex = "\\tfrac12x^2+\\tfrac14\\left(y^2-1\\right)^2",
       .function = saddle,
       .window = {-2.5, 2.5, -1.8, 1.8},
       .start = {-2, 0.001},
       .log_levels = false,
       .rate = 0.1,
       .guesses = {{0, 1}, {0, -1}, {0, 0}}},
      {.name = "two_wells",
       .title = "A poor valley and a good one",
       .formula = "¼x⁴ + ⅓(a − 2)x³ − a·x² + (y − ¼x²)² + 4/3·(1 + a)",
       .tex = "\\tfrac14x^4+\\tfrac13(a-2)x^3-a\\,x^2+\\left(y-\\tfrac14x^2\\right)^2+\\tfrac43(1+a)",
       .function = two_wells,
       .parameter = Knob{"depth of the poor valley", "a", 1, 2, 1.5, false},
       .window = {-2.8, 3, -1.5, 2.7},
       .start = {-2.4, 2.2},
       .log_levels = true,
       .rate = 0.1,
       .guesses = {{2, 1}, {-1.2, 0.4}, {-1.8, 0.8}, {0, 0}}},
      {.name = "rastrigin",
       .title = "Rastrigin's many valleys",
       .formula = "x² + y² + A·(2 − cos 2πx − cos 2πy)",
       .tex = "x^2+y^2+A\\,(2-\\cos2\\pi x-\\cos2\\pi y)",
       .function = rastrigin,
       .parameter = Knob{"height of the ripples", "A", 0, 10, 4, false},
       .window = {-3.4, 3.4, -3.4, 3.4},
       .start = {-2.7, 2.3},
       .log_levels = false,
       .rate = 0.002,
       .guesses = whole_numbers(3)},
  };
  return all;
}

}  // namespace landscape
