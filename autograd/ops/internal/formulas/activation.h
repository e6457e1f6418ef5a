// What stands between two layers: the formulas behind ops/activation.h. How a formula is written: vocabulary.h.
#pragma once
#include <gradus/autograd/ops/internal/formulas/family.h>
#include <gradus/autograd/ops/internal/formulas/vocabulary.h>

namespace gradus::formulas {

struct Relu {
  static constexpr std::string_view name = "relu";
  auto value(auto x) const { return where(x < 0, like(x, 0), x); }
  auto pull_at_output(auto g, auto y) const { return where(y <= 0, like(g, 0), g); }
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
// Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units", 2017: x·σ(x).
struct Silu {
  static constexpr std::string_view name = "silu";
  static constexpr double far = 750;   // σ is 0 or 1 there
  auto value(auto x) const { return where(x < -far, like(x, -far), x) * sigmoid(x); }
  template <class V> Slope<V> slopes(V given) const {
    const V x = within(given, far), s = sigmoid(x);
    return {s * (1 + x * (1 - s))};
  }
};
// Misra, "Mish: a self regularized non-monotonic activation function", 2019: x·tanh(log(1 + eˣ)).
struct Mish {
  static constexpr std::string_view name = "mish";
  static constexpr double far = 750;   // tanh is 0 or 1 there
  auto value(auto x) const { return where(x < -far, like(x, -far), x) * tanh(softplus(x)); }
  template <class V> Slope<V> slopes(V given) const {
    const V x = within(given, far), t = tanh(softplus(x));
    return {t + x * (1 - t * t) * sigmoid(x)};
  }
};

using Activation = List<Relu, Sigmoid, Softplus, Gelu, GeluTanh, Silu, Mish>;
const FormulaTable<Activation>& activation_table();   // of the best instruction-set level that this machine has
template <ListedIn<Activation> F> const FormulaRows& rows_of(const F&) { return activation_table()[Activation::place<F>]; }

}  // namespace gradus::formulas
