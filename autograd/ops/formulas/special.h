// Special functions: the formulas behind ops/special.h. How a formula is written: vocabulary.h.
#pragma once
#include <gradus/autograd/ops/formulas/family.h>
#include <gradus/autograd/ops/formulas/vocabulary.h>

namespace gradus::formulas {

struct Erfc {
  static constexpr std::string_view name = "erfc";
  static constexpr double two_over_root_pi = 1.1283791670955126, far = 30;   // the slope is 0 there
  auto value(auto x) const { return erfc(x); }
  template <class V> Slope<V> slopes(V given) const {
    const V x = within(given, far);
    return {-two_over_root_pi * exp(-(x * x))};
  }
};
struct Erfinv {
  static constexpr std::string_view name = "erfinv";
  static constexpr double half_root_pi = 0.886226925452758;
  auto value(auto x) const { return erfinv(x); }
  auto slope_at_output(auto y) const { return half_root_pi * exp(y * y); }
};
struct Lgamma {
  static constexpr std::string_view name = "lgamma";
  auto value(auto x) const { return lgamma(x); }
  template <class V> Slope<V> slopes(V x) const { return {digamma(x)}; }
};
struct Digamma {
  static constexpr std::string_view name = "digamma";
  auto value(auto x) const { return digamma(x); }
  template <class V> Slope<V> slopes(V x) const { return {polygamma(1, x)}; }
};
struct Polygamma {
  int order;
  static constexpr std::string_view name = "polygamma";
  auto value(auto x) const { return polygamma(order, x); }
  template <class V> Slope<V> slopes(V x) const { return {polygamma(order + 1, x)}; }
};
// a·log b, and 0 where a is 0, whatever b (but NaN).
struct Xlogy {
  static constexpr std::string_view name = "xlogy";
  auto value(auto a, auto b) const { return where(a == 0 && b == b, like(a, 0), a * log(b)); }
  template <class V>
  Slopes<V> pull(V g, V a, V b) const {
    const V divisor = where(a == 0 && b == 0, like(b, 1), b);
    return {where(a == 0 && b <= 0, like(g, 0), g * log(where(a == 0 && b <= 0, like(b, 1), b))), g * (a / divisor)};
  }
};
// log(x/(1 − x)), near ½ by what x is away from it; eps: x is cut to [eps, 1 − eps] first.
struct Logit {
  double eps;   // below 0: none
  static constexpr std::string_view name = "logit";
  auto value(auto given) const {
    const auto x = eps < 0 ? given : where(given < eps, like(given, eps), where(given > 1 - eps, like(given, 1 - eps), given));
    const auto middle = abs(x - 0.5) < 0.25;
    const auto off = where(middle, 2 * x - 1, like(x, 0)) / (1 - where(middle, x, like(x, 0)));
    return where(middle, log1p(off), log(x / (1 - x)));
  }
  template <class V> Slope<V> pull(V g, V x) const {
    if (eps >= 0) return {where(x < eps || x > 1 - eps, like(g, 0), g / (x * (1 - x)))};
    return {where(x < 0 || x > 1, like(g, std::numeric_limits<double>::quiet_NaN()), g / (x * (1 - x)))};
  }
};

using Special = List<Erfc, Erfinv, Lgamma, Digamma, Polygamma, Xlogy, Logit>;
const FormulaTable<Special>& special_table();   // of the best instruction-set level that this machine has
template <ListedIn<Special> F> const FormulaRows& rows_of(const F&) { return special_table()[Special::place<F>]; }

}  // namespace gradus::formulas
