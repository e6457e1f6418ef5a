// Steps, and what division leaves: the formulas behind ops/rounding.h. A step has the slope 0, also where it jumps. How a formula is
// written: vocabulary.h.
#pragma once
#include <gradus/autograd/ops/formulas/family.h>
#include <gradus/autograd/ops/formulas/vocabulary.h>

namespace gradus::formulas {

struct Floor {
  static constexpr std::string_view name = "floor";
  auto value(auto x) const { return floor(x); }
  template <class V> Slope<V> pull(V g, V) const { return {like(g, 0)}; }
};
struct Ceil {
  static constexpr std::string_view name = "ceil";
  auto value(auto x) const { return ceil(x); }
  template <class V> Slope<V> pull(V g, V) const { return {like(g, 0)}; }
};
struct Trunc {
  static constexpr std::string_view name = "trunc";
  auto value(auto x) const { return trunc(x); }
  template <class V> Slope<V> pull(V g, V) const { return {like(g, 0)}; }
};
struct Round {
  static constexpr std::string_view name = "round";
  auto value(auto x) const { return round(x); }
  template <class V> Slope<V> pull(V g, V) const { return {like(g, 0)}; }
};
// To decimals: halves to even of x·10ᵈ, or of x/10⁻ᵈ.
struct RoundTo {
  double power;
  bool whole;   // to tens, hundreds, …: power is 10⁻ᵈ
  static constexpr std::string_view name = "round";
  auto value(auto x) const { return whole ? round(x / power) * power : round(x * power) / power; }
  template <class V> Slope<V> pull(V g, V) const { return {like(g, 0)}; }
};
struct Frac {
  static constexpr std::string_view name = "frac";
  auto value(auto x) const { return x - trunc(x); }
  static std::array<double, 1> constants() { return {1}; }
};
// a − b·trunc(a/b), exactly, and a − b·floor(a/b).
struct Fmod {
  static constexpr std::string_view name = "fmod";
  auto value(auto a, auto b) const { return fmod(a, b); }
  template <class V> Slopes<V> pull(V g, V a, V b) const { return {g, -g * round((a - fmod(a, b)) / b)}; }
};
struct Remainder {
  static constexpr std::string_view name = "remainder";
  auto value(auto a, auto b) const {
    const auto rest = fmod(a, b);
    return where((rest < 0 && b > 0) || (rest > 0 && b < 0), rest + b, rest);
  }
  template <class V> Slopes<V> pull(V g, V a, V b) const {   // by the rest, which is finite also where b is not
    const V rest = fmod(a, b), whole = round((a - rest) / b);
    return {g, -g * where((rest < 0 && b > 0) || (rest > 0 && b < 0), whole - 1, whole)};
  }
};
struct TruncDiv {
  static constexpr std::string_view name = "div";
  auto value(auto a, auto b) const { return trunc(a / b); }
  template <class V> Slopes<V> pull(V g, V, V) const { return {like(g, 0), like(g, 0)}; }
};
// By the exact rest: a/b alone is rounded, and may reach the next whole number.
struct FloorDiv {
  static constexpr std::string_view name = "floor_divide";
  auto value(auto a, auto b) const {
    const auto rest = fmod(a, b), whole = (a - rest) / b, below = where((rest < 0 && b > 0) || (rest > 0 && b < 0), whole - 1, whole);
    return where(b == 0, a / b, where(below == 0, copysign(below, a / b), round(below)));
  }
  template <class V> Slopes<V> pull(V g, V, V) const { return {like(g, 0), like(g, 0)}; }
};

using Rounding = List<Floor, Ceil, Trunc, Round, RoundTo, Frac, Fmod, Remainder, TruncDiv, FloorDiv>;
const FormulaTable<Rounding>& rounding_table();   // of the best instruction-set level that this machine has
template <ListedIn<Rounding> F> const FormulaRows& rows_of(const F&) { return rounding_table()[Rounding::place<F>]; }

}  // namespace gradus::formulas
