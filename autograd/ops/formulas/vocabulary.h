// Elementwise mathematics, each formula once, with its derivative beside it. The same text runs on SIMD registers (one pass forward, one
// backward), on Tensors (when the backward itself is recorded) and on doubles (the tests' reference). Here: what formulas are written with.
//
//   struct Tanh {
//     static constexpr std::string_view name = "tanh";
//     auto value(auto x) const { return tanh(x); }
//     auto slope_at_output(auto y) const { return 1 - y * y; }
//   };
// value(x...) is the result. The derivative is one of
//   slope_at_output(y)      from the result alone: the input is not kept
//   slopes(x...)            one for each input
//   constants()             numbers: nothing is kept
//   pull(g, x...), pull_at_output(g, y)
//                           the inputs' gradients from the result's, g, where g times a slope would be wrong: a mask selects, since 0·∞ is
//                               NaN;
//                           a quotient divides g, since the slope may leave the range where the gradient does not
// A formula of two or three operands has as many parameters everywhere; what all elements share is its members, and a name that several
// functions use it under is one, too.
// To add one: a struct in its family's header here (arithmetic.h, math.h, activation.h, …) and its name in the list at that header's end, a
// declaration and a line in ops/<family>.h and .cpp, a row in the table of operations. For a new family see family.h.
#pragma once
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include <gradus/autograd/base/special.h>

namespace gradus::formulas {

// The vocabulary on doubles; Vec (simd/registers.h, simd/functions.h), Dual (formula/dual.h, words.h) and Tensor bring their own.
using std::abs, std::erf, std::exp, std::log, std::log1p, std::pow, std::sqrt, std::tanh;
using std::acos, std::acosh, std::asin, std::asinh, std::atan, std::atan2, std::atanh, std::ceil, std::copysign, std::cos, std::cosh,
    std::erfc, std::exp2, std::expm1, std::floor, std::fmod, std::hypot, std::log10, std::log2, std::sin, std::sinh, std::tan, std::trunc;
using special::digamma, special::erfinv, special::lgamma, special::polygamma;
inline double where(bool condition, double a, double b) { return condition ? a : b; }
inline double like(double, double constant) { return constant; }
inline double round(double x) { return std::nearbyint(x); }
inline double square(double x) { return x * x; }
inline double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
inline double sigmoid(double x) { return where(x < 0, exp(x), 1) / (1 + exp(-abs(x))); }
inline double softplus(double x) { return where(x > 0, x, 0) + log1p(exp(-abs(x))); }
inline double maximum(double a, double b) { return a > b ? a : b >= a ? b : a + b; }
inline double remainder(double a, double b) {
  const double rest = fmod(a, b);
  return (rest < 0 && b > 0) || (rest > 0 && b < 0) ? rest + b : rest;
}
inline double minimum(double a, double b) { return a < b ? a : b <= a ? b : a + b; }

// x, or ±limit beyond it, where the formula has long reached its limit, and the next product would be 0·∞.
auto within(auto x, double limit) { return where(x > limit, like(x, limit), where(x < -limit, like(x, -limit), x)); }

inline constexpr double infinity = std::numeric_limits<double>::infinity();

template <class V> using Slope = std::array<V, 1>;
template <class V> using Slopes = std::array<V, 2>;
template <class V> using ThreeSlopes = std::array<V, 3>;

}  // namespace gradus::formulas
