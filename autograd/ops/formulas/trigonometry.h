// Circular and hyperbolic functions and their inverses: the formulas behind ops/trigonometry.h. How a formula is written: vocabulary.h.
#pragma once
#include <gradus/autograd/ops/formulas/family.h>
#include <gradus/autograd/ops/formulas/vocabulary.h>

namespace gradus::formulas {

struct Sin {
  static constexpr std::string_view name = "sin";
  auto value(auto x) const { return sin(x); }
  template <class V> Slope<V> slopes(V x) const { return {cos(x)}; }
};
struct Cos {
  static constexpr std::string_view name = "cos";
  auto value(auto x) const { return cos(x); }
  template <class V> Slope<V> slopes(V x) const { return {-sin(x)}; }
};
struct Tan {
  static constexpr std::string_view name = "tan";
  auto value(auto x) const { return tan(x); }
  auto slope_at_output(auto y) const { return 1 + y * y; }
};
struct Asin {
  static constexpr std::string_view name = "asin";
  auto value(auto x) const { return asin(x); }
  template <class V> Slope<V> pull(V g, V x) const { return {g / sqrt((1 - x) * (1 + x))}; }
};
struct Acos {
  static constexpr std::string_view name = "acos";
  auto value(auto x) const { return acos(x); }
  template <class V> Slope<V> pull(V g, V x) const { return {-g / sqrt((1 - x) * (1 + x))}; }
};
struct Atan {
  static constexpr std::string_view name = "atan";
  auto value(auto x) const { return atan(x); }
  template <class V> Slope<V> pull(V g, V x) const { return {g / (1 + x * x)}; }
};
// The angle of the point (x, y). At (0, 0) both slopes are 0.
struct Atan2 {
  static constexpr std::string_view name = "atan2";
  auto value(auto y, auto x) const { return atan2(y, x); }
  template <class V>
  Slopes<V> pull(V g, V y, V x) const {
    const V length = hypot(y, x), divisor = where(length == 0, like(length, 1), length);
    return {g * (x / divisor) / divisor, -g * (y / divisor) / divisor};
  }
};
struct Sinh {
  static constexpr std::string_view name = "sinh";
  auto value(auto x) const { return sinh(x); }
  template <class V> Slope<V> slopes(V x) const { return {cosh(x)}; }
};
struct Cosh {
  static constexpr std::string_view name = "cosh";
  auto value(auto x) const { return cosh(x); }
  template <class V> Slope<V> slopes(V x) const { return {sinh(x)}; }
};
struct Asinh {
  static constexpr std::string_view name = "asinh";
  static constexpr double far = 1e9;   // 1 + x² is x² there, and would leave the range
  auto value(auto x) const { return asinh(x); }
  template <class V> Slope<V> pull(V g, V x) const { return {where(abs(x) > far, g / abs(x), g / sqrt(1 + square(within(x, far))))}; }
};
struct Acosh {
  static constexpr std::string_view name = "acosh";
  auto value(auto x) const { return acosh(x); }
  template <class V> Slope<V> pull(V g, V x) const { return {g / (sqrt(x - 1) * sqrt(x + 1))}; }
};
struct Atanh {
  static constexpr std::string_view name = "atanh";
  auto value(auto x) const { return atanh(x); }
  template <class V> Slope<V> pull(V g, V x) const { return {g / ((1 - x) * (1 + x))}; }
};
// sin(πx)/(πx), and 1 at 0. The slope is π·(t·cos t − sin t)/t² at t = πx; near 0, where that cancels, its series.
struct Sinc {
  static constexpr std::string_view name = "sinc";
  static constexpr double pi = 3.141592653589793;
  auto value(auto x) const {
    const auto t = pi * x;
    return where(x == 0, like(x, 1), sin(t) / where(x == 0, like(t, 1), t));
  }
  template <class V> Slope<V> slopes(V x) const {
    const V t = pi * x, near = where(abs(t) < 1, t, like(t, 0)), far = where(abs(t) < 1, like(t, 1), t), z = near * near;
    const V series = near * (-1. / 3 + z * (1. / 30 + z * (-1. / 840 + z * (1. / 45360 + z * (-1. / 3991680 + z * (1. / 518918400 +
                     z * (-1. / 93405312000. + z * (1. / 22230464256000.))))))));
    return {pi * where(abs(t) < 1, series, (far * cos(far) - sin(far)) / (far * far))};
  }
};

using Trigonometry = List<Sin, Cos, Tan, Asin, Acos, Atan, Atan2, Sinh, Cosh, Asinh, Acosh, Atanh, Sinc>;
const FormulaTable<Trigonometry>& trigonometry_table();   // of the best instruction-set level that this machine has
template <ListedIn<Trigonometry> F> const FormulaRows& rows_of(const F&) { return trigonometry_table()[Trigonometry::place<F>]; }

}  // namespace gradus::formulas
