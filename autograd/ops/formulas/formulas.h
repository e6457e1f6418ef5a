// Elementwise mathematics, each formula once, with its derivative beside it. The same text runs on SIMD registers (one pass forward, one
// backward), on Tensors (when the backward itself is recorded) and on doubles (the tests' reference).
//
// value(x...) is the result. The derivative is one of
//   slope_at_output(y)      from the result alone: the input is not kept
//   slopes(x...)            one for each input
//   constants()             numbers: nothing is kept
//   pull(g, x...), pull_at_output(g, y)
//                           the inputs' gradients from the result's, g, where g times a slope would be wrong: a mask selects, since 0·∞ is NaN;
//                           a quotient divides g, since the slope may leave the range where the gradient does not
// To add one: a struct here and in the list at the end, a function in math.cpp, a declaration in math.h, a row in the table of operations.
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

struct Exp {
  static constexpr std::string_view name = "exp";
  auto value(auto x) const { return exp(x); }
  auto slope_at_output(auto y) const { return y; }
};
struct Log {
  static constexpr std::string_view name = "log";
  auto value(auto x) const { return log(x); }
  template <class V> Slope<V> pull(V g, V x) const { return {g / x}; }
};
struct Log1p {
  static constexpr std::string_view name = "log1p";
  auto value(auto x) const { return log1p(x); }
  template <class V> Slope<V> pull(V g, V x) const { return {g / (1 + x)}; }
};
struct Sqrt {
  static constexpr std::string_view name = "sqrt";
  auto value(auto x) const { return sqrt(x); }
  auto slope_at_output(auto y) const { return 0.5 / y; }
};
struct Square {
  static constexpr std::string_view name = "square";
  auto value(auto x) const { return x * x; }
  template <class V> Slope<V> slopes(V x) const { return {2 * x}; }
};
struct Abs {
  static constexpr std::string_view name = "abs";
  auto value(auto x) const { return abs(x); }
  template <class V> Slope<V> pull(V g, V x) const { return {where(x == 0, like(g, 0), g * sign(x))}; }
};
struct Sign {
  static constexpr std::string_view name = "sign";
  auto value(auto x) const { return sign(x); }
  template <class V> Slope<V> pull(V g, V) const { return {like(g, 0)}; }
};
struct Tanh {
  static constexpr std::string_view name = "tanh";
  auto value(auto x) const { return tanh(x); }
  auto slope_at_output(auto y) const { return 1 - y * y; }
};
struct Sigmoid {
  static constexpr std::string_view name = "sigmoid";
  auto value(auto x) const { return sigmoid(x); }
  auto slope_at_output(auto y) const { return y * (1 - y); }
};
struct Softplus {
  static constexpr std::string_view name = "softplus";
  auto value(auto x) const { return softplus(x); }
  template <class V> Slope<V> slopes(V x) const { return {sigmoid(x)}; }
};
struct Erf {
  static constexpr std::string_view name = "erf";
  static constexpr double two_over_root_pi = 1.1283791670955126;
  static constexpr double far = 30;   // the slope is 0 there
  auto value(auto x) const { return erf(x); }
  template <class V> Slope<V> slopes(V given) const {
    const V x = within(given, far);
    return {two_over_root_pi * exp(-(x * x))};
  }
};
struct Relu {
  static constexpr std::string_view name = "relu";
  auto value(auto x) const { return where(x < 0, like(x, 0), x); }
  auto pull_at_output(auto g, auto y) const { return where(y <= 0, like(g, 0), g); }
};
// Hendrycks and Gimpel, "Gaussian error linear units", 2016: x·Φ(x).
struct Gelu {
  static constexpr std::string_view name = "gelu";
  static constexpr double root_half = 0.7071067811865476, inverse_root_two_pi = 0.3989422804014327;
  static constexpr double far = 40;   // Φ is 0 or 1 there, and its density 0
  auto value(auto x) const { return 0.5 * where(x < -far, like(x, -far), x) * (1 + erf(root_half * x)); }
  template <class V> Slope<V> slopes(V given) const {
    const V x = within(given, far);
    return {0.5 * (1 + erf(root_half * x)) + inverse_root_two_pi * x * exp(-0.5 * (x * x))};
  }
};
struct GeluTanh {
  static constexpr std::string_view name = "gelu_tanh";
  static constexpr double scale = 0.7978845608028654, cubic = 0.044715;
  static constexpr double far = 20;   // tanh is −1 or 1 there
  auto value(auto x) const { return 0.5 * where(x < -far, like(x, -far), x) * (1 + tanh(scale * (x + cubic * x * x * x))); }
  template <class V> Slope<V> slopes(V given) const {
    const V x = within(given, far), t = tanh(scale * (x + cubic * x * x * x));
    return {0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (scale * (1 + 3 * cubic * x * x))};
  }
};
struct Power {
  static constexpr std::string_view name = "pow";
  double exponent;
  auto value(auto x) const { return pow(x, exponent); }
  template <class V> Slope<V> pull(V g, V x) const { return {exponent == 0 ? like(g, 0) : g * (exponent * pow(x, exponent - 1))}; }
};
struct Clamp {
  static constexpr std::string_view name = "clamp";
  double low, high;
  auto value(auto x) const { return where(x < low, like(x, low), where(x > high, like(x, high), x)); }
  template <class V> Slope<V> pull(V g, V x) const { return {where(x >= low, where(x <= high, g, like(g, 0)), like(g, 0))}; }
};
struct AddNumber {
  static constexpr std::string_view name = "add";
  double number;
  auto value(auto x) const { return x + number; }
  static std::array<double, 1> constants() { return {1}; }
};
struct MulNumber {
  static constexpr std::string_view name = "mul";
  double number;
  auto value(auto x) const { return x * number; }
  std::array<double, 1> constants() const { return {number}; }
};
struct NumberOver {
  static constexpr std::string_view name = "div";
  double number;
  auto value(auto x) const { return number / x; }
  template <class V> Slope<V> pull(V g, V x) const { return {-(g / x) * (number / x)}; }
};

struct Add {
  static constexpr std::string_view name = "add";
  auto value(auto a, auto b) const { return a + b; }
  static std::array<double, 2> constants() { return {1, 1}; }
};
struct Sub {
  static constexpr std::string_view name = "sub";
  auto value(auto a, auto b) const { return a - b; }
  static std::array<double, 2> constants() { return {1, -1}; }
};
struct Mul {
  static constexpr std::string_view name = "mul";
  auto value(auto a, auto b) const { return a * b; }
  template <class V> Slopes<V> slopes(V a, V b) const { return {b, a}; }
};
struct Div {
  static constexpr std::string_view name = "div";
  auto value(auto a, auto b) const { return a / b; }
  template <class V> Slopes<V> pull(V g, V a, V b) const {
    const V first = g / b;
    return {first, -first * (a / b)};
  }
};
struct Pow {
  static constexpr std::string_view name = "pow";
  auto value(auto a, auto b) const { return pow(a, b); }
  // Where the power is 0 the slope along b is 0 (its limit), also at 0^0, and at b = 0 that along a is 0 also for a = 0, as in PyTorch.
  template <class V> Slopes<V> pull(V g, V a, V b) const {
    const V y = pow(a, b), along_b = where(y == 0, like(g, 0), g * (y * log(a)));
    return {where(b == 0, like(g, 0), g * (b * pow(a, b - 1))), where(a == 0, where(b == 0, like(g, 0), along_b), along_b)};
  }
};
struct Maximum {
  static constexpr std::string_view name = "maximum";
  auto value(auto a, auto b) const { return where(a > b, a, where(b >= a, b, a + b)); }   // NaN wins
  template <class V> Slopes<V> pull(V g, V a, V b) const {
    const V shared = where(a == b, 0.5 * g, g);
    return {where(a < b, like(g, 0), shared), where(b < a, like(g, 0), shared)};
  }
};
struct Minimum {
  static constexpr std::string_view name = "minimum";
  auto value(auto a, auto b) const { return where(a < b, a, where(b <= a, b, a + b)); }
  template <class V> Slopes<V> pull(V g, V a, V b) const {
    const V shared = where(a == b, 0.5 * g, g);
    return {where(a > b, like(g, 0), shared), where(b > a, like(g, 0), shared)};
  }
};
// A part of g, or nothing of it where the share is 0: how several inputs share the gradient of one of them.
struct Portion {
  static constexpr std::string_view name = "portion";
  auto value(auto share, auto g) const { return where(share == 0, like(g, 0), share * g); }
  template <class V> Slopes<V> pull(V h, V share, V g) const { return {where(share == 0, like(h, 0), h * g), where(share == 0, like(h, 0), h * share)}; }
};

template <class... F> struct List {};
using All = List<Exp, Log, Log1p, Sqrt, Square, Abs, Sign, Tanh, Sigmoid, Softplus, Erf, Relu, Gelu, GeluTanh, Power, Clamp, AddNumber, MulNumber,
                 NumberOver, Add, Sub, Mul, Div, Pow, Maximum, Minimum, Portion>;

}  // namespace gradus::formulas
