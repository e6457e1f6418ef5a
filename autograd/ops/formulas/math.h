// Functions of one number, and of two that are no arithmetic: the formulas behind ops/math.h. How a formula is written: vocabulary.h.
#pragma once
#include <gradus/autograd/ops/formulas/family.h>
#include <gradus/autograd/ops/formulas/vocabulary.h>

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

struct Expm1 {
  static constexpr std::string_view name = "expm1";
  auto value(auto x) const { return expm1(x); }
  template <class V> Slope<V> slopes(V x) const { return {exp(x)}; }   // not y + 1, which is 0 far down
};
struct Exp2 {
  static constexpr std::string_view name = "exp2";
  static constexpr double log_2 = 0.6931471805599453;
  auto value(auto x) const { return exp2(x); }
  auto slope_at_output(auto y) const { return y * log_2; }
};
struct Log2 {
  static constexpr std::string_view name = "log2";
  static constexpr double log_2 = 0.6931471805599453;
  auto value(auto x) const { return log2(x); }
  template <class V> Slope<V> pull(V g, V x) const { return {g / (x * log_2)}; }
};
struct Log10 {
  static constexpr std::string_view name = "log10";
  static constexpr double log_10 = 2.302585092994046;
  auto value(auto x) const { return log10(x); }
  template <class V> Slope<V> pull(V g, V x) const { return {g / (x * log_10)}; }
};
struct Rsqrt {
  static constexpr std::string_view name = "rsqrt";
  auto value(auto x) const { return 1 / sqrt(x); }
  auto slope_at_output(auto y) const { return -0.5 * (y * y * y); }
};
// log(eᵃ + eᵇ), from the larger one. Where it is −∞ the slopes are 0, as logsumexp's.
struct LogAddExp {
  static constexpr std::string_view name = "logaddexp";
  auto value(auto a, auto b) const { return maximum(a, b) + log1p(exp(-abs(difference(a, b)))); }
  template <class V>
  Slopes<V> slopes(V a, V b) const {
    const V d = difference(a, b), zero = like(d, 0), none = maximum(a, b);
    return {where(none == -infinity, zero, sigmoid(d)), where(none == -infinity, zero, sigmoid(-d))};
  }
  // 0 of two equal infinities.
  static auto difference(auto a, auto b) { return where(a == b && abs(a) == infinity, like(a, 0), a - b); }
};
struct LogAddExp2 {
  static constexpr std::string_view name = "logaddexp2";
  static constexpr double log_2 = 0.6931471805599453, log2_e = 1.4426950408889634;
  auto value(auto a, auto b) const { return maximum(a, b) + log2_e * log1p(exp2(-abs(LogAddExp::difference(a, b)))); }
  template <class V>
  Slopes<V> slopes(V a, V b) const {
    const V d = log_2 * LogAddExp::difference(a, b), zero = like(d, 0), none = maximum(a, b);
    return {where(none == -infinity, zero, sigmoid(d)), where(none == -infinity, zero, sigmoid(-d))};
  }
};
// √(a² + b²), from the larger one, whose square may leave the range; infinite beside NaN, too. Where it is 0 so are the slopes.
struct Hypot {
  static constexpr std::string_view name = "hypot";
  auto value(auto a, auto b) const {
    const auto large = maximum(abs(a), abs(b)), small = minimum(abs(a), abs(b)), ordinary = where(large == 0, like(large, 1), large);
    const auto length = large * sqrt(1 + square(small / ordinary));
    return where(abs(a) == infinity || abs(b) == infinity, like(length, infinity), length);
  }
  template <class V>
  Slopes<V> pull(V g, V a, V b) const {
    const V length = hypot(a, b), divisor = where(length == 0, like(length, 1), length);
    return {g * (a / divisor), g * (b / divisor)};
  }
};
struct CopySign {
  static constexpr std::string_view name = "copysign";
  auto value(auto a, auto b) const { return copysign(a, b); }
  template <class V>
  Slopes<V> pull(V g, V a, V b) const {
    const V one = like(g, 1);
    return {where(a == 0, like(g, 0), g * (copysign(one, a) * copysign(one, b))), like(g, 0)};
  }
};

using Math = List<Exp, Log, Log1p, Sqrt, Square, Abs, Sign, Tanh, Erf, Expm1, Exp2, Log2, Log10, Rsqrt, LogAddExp, LogAddExp2, Hypot,
                  CopySign>;
const FormulaTable<Math>& math_table();   // of the best instruction-set level that this machine has
template <ListedIn<Math> F> const FormulaRows& rows_of(const F&) { return math_table()[Math::place<F>]; }

}  // namespace gradus::formulas
