#include <gradus/autograd/kernels/random/gamma.h>

#include <algorithm>

#include <gradus/autograd/base/special.h>

namespace gradus::kernels {
namespace {

// Nodes and weights of Gauss's and Legendre's quadrature on [0, 1].
constexpr int nodes = 40;
struct Quadrature {
  double at[nodes], weight[nodes];
  Quadrature() {
    for (int i = 0; i < nodes; ++i) {
      double z = std::cos(std::numbers::pi * (i + 0.75) / (nodes + 0.5)), slope = 0;
      for (int step = 0; step < 100; ++step) {
        double p = 1, before = 0;
        for (int k = 0; k < nodes; ++k) {
          const double older = before;
          before = p;
          p = ((2 * k + 1) * z * before - k * older) / (k + 1);
        }
        slope = nodes * (z * p - before) / (z * z - 1);
        const double move = p / slope;
        z -= move;
        if (std::abs(move) < 1e-15) break;
      }
      at[i] = (1 - z) / 2;
      weight[i] = 1 / ((1 - z * z) * slope * slope);
    }
  }
};

// Σ over n of x^n/((a+1)…(a+n))·(log x − ψ(a+1+n)), times −x/a: ∂F/∂a of F's power series. Its own slope has the factors
// −H·(log x − ψ(a+1+n)) − ψ'(a+1+n), where H = 1/a + … + 1/(a+n).
template <bool by_shape>
double by_series(double a, double x) {
  const double logarithm = std::log(x);
  double psi = digamma(a + 1), term = 1, sum = 0, harmonic = 1 / a, curve = by_shape ? special::polygamma(1, a + 1) : 0;
  for (int n = 0; n < 1000; ++n) {
    const double part = term * (by_shape ? -harmonic * (logarithm - psi) - curve : logarithm - psi);
    sum += part;
    const double next = a + n + 1;
    if (n > 2 && std::abs(part) < 1e-17 * std::abs(sum) && next > x) break;
    psi += 1 / next, harmonic += 1 / next, curve -= 1 / (next * next);
    term *= x / next;
  }
  return -x / a * sum;
}

// ∂F/∂a = ∫ f(t)·(log t − ψ(a)) dt over t < x, or less that over t > x, whichever has no change of sign; f(t)/f(x) is
// exp(φ(s)) at t = x ± s, and beyond φ = −42 nothing remains. Its own slope has the factors (log t − ψ(a))·log(t/x) − ψ'(a).
template <bool by_shape>
double by_quadrature(double a, double x) {
  static const Quadrature quadrature;
  const double side = x >= a ? 1 : -1, psi = digamma(a), curve = by_shape ? special::polygamma(1, a) : 0;
  const auto exponent = [=](double s) { return -side * s + (a - 1) * std::log1p(side * s / x); };
  double low = 0, high = side > 0 ? 1 + std::sqrt(a) : x;
  if (side > 0)
    while (exponent(high) > -42) low = high, high *= 2;
  for (int step = 0; step < 12; ++step) {
    const double middle = (low + high) / 2;
    (exponent(middle) > -42 ? low : high) = middle;
  }
  double sum = 0;
  for (int i = 0; i < nodes; ++i) {
    const double s = quadrature.at[i] * high;
    const double far = std::log(x + side * s) - psi;
    sum += quadrature.weight[i] * std::exp(exponent(s)) * (by_shape ? far * std::log1p(side * s / x) - curve : far);
  }
  return side * sum * high;
}

}  // namespace

double draw_gamma(Draws& draws, double a) {
  if (a < 1) {  // x(a) = x(a + 1)·u^(1/a)
    const double x = draw_gamma(draws, a + 1);
    return x * std::pow(draws.positive(), 1 / a);
  }
  const double d = a - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  while (true) {
    const double z = draws.normal(), root = 1 + c * z;
    if (root <= 0) continue;
    const double v = root * root * root, u = draws.positive();
    if (u < 1 - 0.0331 * (z * z) * (z * z)) return d * v;   // implies the next line, and takes no logarithms
    if (std::log(u) < 0.5 * z * z + d - d * v + d * std::log(v)) return d * v;
  }
}

namespace {

template <bool by_shape>
double slope(double a, double x) {
  if (!(x > 0)) return x == 0 ? 0 : x;
  return a <= 20 && x <= a + 2 * std::sqrt(a) + 3 ? by_series<by_shape>(a, x) : by_quadrature<by_shape>(a, x);
}

}  // namespace

double gamma_slope(double a, double x) { return slope<false>(a, x); }
double gamma_slope_by_shape(double a, double x) { return slope<true>(a, x); }

double digamma(double x) {
  double sum = 0;
  for (; x < 10; ++x) sum -= 1 / x;
  const double r = 1 / (x * x);
  return sum + std::log(x) - 0.5 / x -
         r * (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132 - r * (691.0 / 32760 - r / 12))))));
}

double log_factorial(double k) {
  double less = 0;
  double x = k + 1;
  for (; x < 10; ++x) less += std::log(x);
  const double r = 1 / (x * x);
  return (x - 0.5) * std::log(x) - x + 0.91893853320467274178 +
         (1.0 / 12 - r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r / 1188)))) / x - less;
}

}  // namespace gradus::kernels
