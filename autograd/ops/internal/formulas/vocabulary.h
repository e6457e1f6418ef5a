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
// To add one: a struct in its family's header here (arithmetic.h, math.h, activation.h) and its name in the list at that header's end, a
// declaration and a line in ops/<family>.h and .cpp, a row in the table of operations. For a new family see family.h.
#pragma once
#include <array>
#include <cmath>
#include <string_view>

namespace gradus::formulas {

// The vocabulary on doubles; Vec, Dual and Tensor bring their own.
using std::abs, std::erf, std::exp, std::log, std::log1p, std::pow, std::sqrt, std::tanh;
inline double where(bool condition, double a, double b) { return condition ? a : b; }
inline double like(double, double constant) { return constant; }
inline double square(double x) { return x * x; }
inline double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
inline double sigmoid(double x) { return where(x < 0, exp(x), 1) / (1 + exp(-abs(x))); }
inline double softplus(double x) { return where(x > 0, x, 0) + log1p(exp(-abs(x))); }

// x, or ±limit beyond it, where the formula has long reached its limit, and the next product would be 0·∞.
auto within(auto x, double limit) { return where(x > limit, like(x, limit), where(x < -limit, like(x, -limit), x)); }

template <class V> using Slope = std::array<V, 1>;
template <class V> using Slopes = std::array<V, 2>;

}  // namespace gradus::formulas
