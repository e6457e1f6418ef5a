// Of two or three tensors in one pass: the formulas behind ops/blend.h. How a formula is written: vocabulary.h.
#pragma once
#include <gradus/autograd/ops/formulas/family.h>
#include <gradus/autograd/ops/formulas/vocabulary.h>

namespace gradus::formulas {

struct Lerp {
  static constexpr std::string_view name = "lerp";
  auto value(auto a, auto b, auto weight) const {
    return where(abs(weight) < 0.5, a + weight * (b - a), b - (b - a) * (1 - weight));   // exact at both ends
  }
  template <class V> ThreeSlopes<V> slopes(V a, V b, V weight) const { return {1 - weight, weight, b - a}; }
};
struct LerpNumber {
  double weight;
  static constexpr std::string_view name = "lerp";
  auto value(auto a, auto b) const { return weight < 0.5 && weight > -0.5 ? a + weight * (b - a) : b - (b - a) * (1 - weight); }
  std::array<double, 2> constants() const { return {1 - weight, weight}; }
};
struct AddCmul {
  double factor;
  static constexpr std::string_view name = "addcmul";
  auto value(auto x, auto a, auto b) const { return x + factor * (a * b); }
  template <class V> ThreeSlopes<V> slopes(V x, V a, V b) const { return {like(x, 1), factor * b, factor * a}; }
};
struct AddCdiv {
  double factor;
  static constexpr std::string_view name = "addcdiv";
  auto value(auto x, auto a, auto b) const { return x + factor * (a / b); }
  template <class V>
  ThreeSlopes<V> pull(V g, V, V a, V b) const {
    const V first = factor * (g / b);
    return {g, first, -first * (a / b)};
  }
};
// The larger (smaller) number; NaN loses. Of equal ones a has the gradient.
struct Fmax {
  static constexpr std::string_view name = "fmax";
  auto value(auto a, auto b) const { return where(a >= b || b != b, a, b); }
  template <class V>
  Slopes<V> pull(V g, V a, V b) const {
    return {where(a >= b || b != b, g, like(g, 0)), where(a >= b || b != b, like(g, 0), g)};
  }
};
struct Fmin {
  static constexpr std::string_view name = "fmin";
  auto value(auto a, auto b) const { return where(a <= b || b != b, a, b); }
  template <class V>
  Slopes<V> pull(V g, V a, V b) const {
    return {where(a <= b || b != b, g, like(g, 0)), where(a <= b || b != b, like(g, 0), g)};
  }
};
// min(max(x, low), high), NaN of any; a bound has the gradient where it is what comes out and x is not, of equal bounds the one that x lies
// beyond.
struct ClampBetween {
  std::string_view name = "clamp";
  auto value(auto x, auto low, auto high) const { return minimum(maximum(x, low), high); }
  template <class V>
  ThreeSlopes<V> pull(V g, V x, V low, V high) const {
    const V zero = like(g, 0);
    return {where(x >= low && x <= high, g, zero), where(x < low && low <= high, g, zero), where(high < low || x > high, g, zero)};
  }
};
struct NanToNum {
  double nan, above, below;
  static constexpr std::string_view name = "nan_to_num";
  auto value(auto x) const {
    return where(x != x, like(x, nan), where(x == infinity, like(x, above), where(x == -infinity, like(x, below), x)));
  }
  template <class V> Slope<V> pull(V g, V x) const { return {where(abs(x) < infinity, g, like(g, 0))}; }
};

using Blend = List<Lerp, LerpNumber, AddCmul, AddCdiv, Fmax, Fmin, ClampBetween, NanToNum>;
const FormulaTable<Blend>& blend_table();   // of the best instruction-set level that this machine has
template <ListedIn<Blend> F> const FormulaRows& rows_of(const F&) { return blend_table()[Blend::place<F>]; }

}  // namespace gradus::formulas
