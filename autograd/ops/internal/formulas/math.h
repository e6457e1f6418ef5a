// Functions of one number: the formulas behind ops/math.h. How a formula is written: vocabulary.h.
#pragma once
#include <gradus/autograd/ops/internal/formulas/family.h>
#include <gradus/autograd/ops/internal/formulas/vocabulary.h>

namespace gradus::formulas {

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

using Math = List<Exp, Log, Log1p, Sqrt, Square, Abs, Sign, Tanh, Erf>;
const FormulaTable<Math>& math_table();   // of the best instruction-set level that this machine has
template <ListedIn<Math> F> const FormulaRows& rows_of(const F&) { return math_table()[Math::place<F>]; }

}  // namespace gradus::formulas
