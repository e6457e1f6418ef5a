// Sums, products, powers, the larger of two: the formulas behind ops/arithmetic.h, and what their gradients need. How a formula is written:
// vocabulary.h.
#pragma once
#include <gradus/autograd/ops/formulas/family.h>
#include <gradus/autograd/ops/formulas/vocabulary.h>

namespace gradus::formulas {

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
struct AddScaled {
  double alpha;
  std::string_view name = "add";
  auto value(auto a, auto b) const { return a + alpha * b; }
  std::array<double, 2> constants() const { return {1, alpha}; }
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
struct AddNumber {
  static constexpr std::string_view name = "add";
  double number;
  auto value(auto x) const { return x + number; }
  static std::array<double, 1> constants() { return {1}; }
};
struct MulNumber {
  double number;
  std::string_view name = "mul";
  auto value(auto x) const { return x * number; }
  std::array<double, 1> constants() const { return {number}; }
};
struct NumberOver {
  double number;
  std::string_view name = "div";
  auto value(auto x) const { return number / x; }
  template <class V> Slope<V> pull(V g, V x) const { return {-(g / x) * (number / x)}; }
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
struct Power {
  static constexpr std::string_view name = "pow";
  double exponent;
  auto value(auto x) const { return pow(x, exponent); }
  template <class V> Slope<V> pull(V g, V x) const { return {exponent == 0 ? like(g, 0) : g * (exponent * pow(x, exponent - 1))}; }
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
struct Clamp {
  double low, high;
  std::string_view name = "clamp";
  auto value(auto x) const { return where(x < low, like(x, low), where(x > high, like(x, high), x)); }
  template <class V> Slope<V> pull(V g, V x) const { return {where(x >= low, where(x <= high, g, like(g, 0)), like(g, 0))}; }
};
// A part of g, or nothing of it where the share is 0: how several inputs share the gradient of one of them.
struct Portion {
  static constexpr std::string_view name = "portion";
  auto value(auto share, auto g) const { return where(share == 0, like(g, 0), share * g); }
  template <class V>
  Slopes<V> pull(V h, V share, V g) const {
    return {where(share == 0, like(h, 0), h * g), where(share == 0, like(h, 0), h * share)};
  }
};

using Arithmetic = List<Add, Sub, AddScaled, Mul, Div, AddNumber, MulNumber, NumberOver, Pow, Power, Maximum, Minimum, Clamp, Portion>;
const FormulaTable<Arithmetic>& arithmetic_table();   // of the best instruction-set level that this machine has
template <ListedIn<Arithmetic> F> const FormulaRows& rows_of(const F&) { return arithmetic_table()[Arithmetic::place<F>]; }

}  // namespace gradus::formulas
