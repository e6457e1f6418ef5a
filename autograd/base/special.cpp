#include <gradus/autograd/base/special.h>

#include <cmath>
#include <limits>
#include <vector>

#include <math.h>

namespace gradus::special {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double infinity = std::numeric_limits<double>::infinity(), none = std::numeric_limits<double>::quiet_NaN();

bool is_pole(double x) { return x <= 0 && x == std::floor(x); }

// cot(πx), by the fraction of x, which is exact.
double cotangent(double x) {
  const double part = x - std::nearbyint(x);
  return std::cos(pi * part) / std::sin(pi * part);
}

// Bernoulli numbers B₂, B₄, ….
constexpr double bernoulli[] = {1. / 6, -1. / 30, 1. / 42, -1. / 30, 5. / 66, -691. / 2730, 7. / 6, -3617. / 510, 43867. / 798,
                                -174611. / 330};

// n!·Σ 1/(x + k)ⁿ⁺¹ over k ≥ 0, for n ≥ 1, x > 0: some terms, and the Euler–Maclaurin formula for the rest.
double zeta_sum(int n, double x) {
  const double factor = n < 170 ? std::tgamma(n + 1.) : 0;   // beyond, it is no number
  const auto term_at = [&](double at, int s) { return n < 170 ? factor * std::pow(at, -s) : std::exp(lgamma(n + 1.) - s * std::log(at)); };
  const double s = n + 1.;
  double sum = 0;
  for (; x < 10 + s; ++x) sum += term_at(x, n + 1);
  const double power = term_at(x, n + 1);
  sum += term_at(x, n) / n + power / 2;
  double term = power * s / x;   // n!·s(s + 1)…(s + 2k − 2) / x^(s + 2k − 1), over (2k)! below
  double over = 2;
  for (int k = 1; k <= 10; ++k) {
    const double part = bernoulli[k - 1] * term / over;
    sum += part;
    if (std::abs(part) <= std::abs(sum) * 1e-17) break;
    term *= (s + 2. * k - 1) * (s + 2. * k) / (x * x);
    over *= (2. * k + 1) * (2. * k + 2);
  }
  return sum;
}

// The n-th derivative of π·cot(πx): πⁿ⁺¹ times a polynomial in c = cot(πx), since c' = −π(1 + c²). Its terms have one sign.
double cotangent_derivative(int n, double x) {
  std::vector<double> p{0, 1};
  for (int k = 0; k < n; ++k) {
    std::vector<double> next(p.size() + 1, 0);
    for (std::size_t i = 1; i < p.size(); ++i) {
      next[i - 1] -= static_cast<double>(i) * p[i];
      next[i + 1] -= static_cast<double>(i) * p[i];
    }
    p = next;
  }
  const double c = cotangent(x);
  double sum = p.back();   // c may be infinite
  for (std::size_t i = p.size() - 1; i-- > 0;) sum = sum * c + p[i];
  return std::pow(pi, n + 1) * sum;
}

}  // namespace

// The standard's writes a global variable.
double lgamma(double x) {
#if defined(_GNU_SOURCE) || defined(_DEFAULT_SOURCE) || defined(__APPLE__)
  int sign;
  return ::lgamma_r(x, &sign);
#else
  return std::lgamma(x);
#endif
}

double digamma(double x) {
  if (x == 0) return std::copysign(infinity, -x);
  if (x == -infinity || is_pole(x)) return none;
  if (x < 0) return digamma(1 - x) - pi * cotangent(x);
  double sum = 0;
  for (; x < 12; ++x) sum -= 1 / x;
  if (x > 1e17) return std::log(x) + sum;
  const double z = 1 / (x * x);
  double series = 0;
  for (int k = 8; k >= 1; --k) series = z * (bernoulli[k - 1] / (2 * k) + series);
  return sum + (std::log(x) - 0.5 / x - series);
}

double polygamma(int n, double x) {
  if (n == 0) return digamma(x);
  if (std::isnan(x) || x == -infinity) return none;
  const double sign = n % 2 != 0 ? 1 : -1;
  if (is_pole(x)) return sign * infinity;
  if (x == infinity) return sign * 0;
  if (x < 0) return -sign * polygamma(n, 1 - x) - cotangent_derivative(n, x);
  return sign * zeta_sum(n, x);
}

// A first guess (Giles, "Approximating the erfinv function", GPU Computing Gems 2, 2011), and steps from there.
double erfinv(double x) {
  if (!(std::abs(x) < 1)) return std::abs(x) == 1 ? std::copysign(infinity, x) : none;
  if (x == 0) return x;
  const double size = std::abs(x), rest = 1 - size;   // exact from ½ on
  double w = -std::log(rest * (1 + size)), y;
  if (w < 5) {
    w -= 2.5;
    y = 2.81022636e-08;
    for (const double c : {3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727,
                           1.50140941})
      y = y * w + c;
  } else {
    w = std::sqrt(w) - 3;
    y = -0.000200214257;
    for (const double c : {0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406,
                           2.83297682})
      y = y * w + c;
  }
  y *= size;
  for (int step = 0; step < 6; ++step) {   // Newton's, of log erfc where erf is near 1
    const double slope = 2 / std::sqrt(pi) * std::exp(-y * y), beyond = std::erfc(y);
    const double move = size > 0.5 ? std::log(beyond / rest) * beyond / slope : (size - std::erf(y)) / slope;
    y += move;
    if (std::abs(move) < y * 1e-9) break;   // the next one would be less than the last place
  }
  return std::copysign(y, x);
}

}  // namespace gradus::special
