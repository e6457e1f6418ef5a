// What stands between two layers: the formulas behind ops/activation.h. How a formula is written: vocabulary.h.
#pragma once
#include <gradus/autograd/ops/formulas/family.h>
#include <gradus/autograd/ops/formulas/vocabulary.h>

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

// Two pieces with a kink at 0.
struct LeakyRelu {
  double slope;
  std::string_view name = "leaky_relu";
  auto value(auto x) const { return where(x > 0, x, x * slope); }
  template <class V> Slope<V> pull(V g, V x) const { return {where(x > 0, g, g * slope)}; }
};
// The same with the slope as an operand (He et al., "Delving deep into rectifiers", 2015).
struct Prelu {
  std::string_view name = "prelu";
  auto value(auto x, auto slope) const { return where(x > 0, x, slope * x); }
  template <class V>
  Slopes<V> pull(V g, V x, V slope) const {
    return {where(x > 0, g, g * slope), where(x > 0, like(g, 0), g * x)};
  }
};
// scale·x above 0, scale·alpha·(exp(rate·x) − 1) below: ELU (Clevert et al., 2015), CELU (Barron, 2017), SELU (Klambauer et al., 2017).
struct Elu {
  double alpha = 1, scale = 1, rate = 1;
  std::string_view name = "elu";
  auto value(auto x) const { return scale * where(x > 0, x, alpha * expm1(rate * where(x > 0, like(x, 0), x))); }
  template <class V> Slope<V> slopes(V x) const {
    return {where(x > 0, like(x, scale), scale * alpha * rate * exp(rate * where(x > 0, like(x, 0), x)))};
  }
};
inline constexpr double selu_alpha = 1.6732632423543772848170429916717, selu_scale = 1.0507009873554804934193349852946;
struct HardTanh {
  double low = -1, high = 1;
  std::string_view name = "hardtanh";
  auto value(auto x) const { return where(x < low, like(x, low), where(x > high, like(x, high), x)); }
  template <class V> Slope<V> pull(V g, V x) const { return {where(x <= low, like(g, 0), where(x >= high, like(g, 0), g))}; }
};
// Howard et al., "Searching for MobileNetV3", 2019: relu6(x + 3)/6, and x times it.
struct HardSigmoid {
  static constexpr std::string_view name = "hardsigmoid";
  auto value(auto x) const { return where(x <= -3, like(x, 0), where(x >= 3, like(x, 1), x * (1. / 6) + 0.5)); }
  template <class V> Slope<V> pull(V g, V x) const { return {where(x > -3, where(x < 3, g * (1. / 6), like(g, 0)), like(g, 0))}; }
};
struct HardSwish {
  static constexpr std::string_view name = "hardswish";
  auto value(auto x) const { return where(x <= -3, like(x, 0), where(x >= 3, x, x * ((x + 3) * (1. / 6)))); }
  template <class V> Slope<V> pull(V g, V x) const { return {where(x <= -3, like(g, 0), where(x >= 3, g, g * (x * (1. / 3) + 0.5)))}; }
};
struct HardShrink {
  double lambda;
  static constexpr std::string_view name = "hardshrink";
  auto value(auto x) const { return where(abs(x) <= lambda, like(x, 0), x); }
  template <class V> Slope<V> pull(V g, V x) const { return {where(abs(x) <= lambda, like(g, 0), g)}; }
};
struct SoftShrink {
  double lambda;
  static constexpr std::string_view name = "softshrink";
  auto value(auto x) const { return where(abs(x) <= lambda, like(x, 0), x - lambda * sign(x)); }
  template <class V> Slope<V> pull(V g, V x) const { return {where(abs(x) <= lambda, like(g, 0), g)}; }
};
struct TanhShrink {
  static constexpr std::string_view name = "tanhshrink";
  auto value(auto x) const { return x - tanh(x); }
  template <class V> Slope<V> slopes(V x) const { return {square(tanh(x))}; }
};
struct SoftSign {
  static constexpr std::string_view name = "softsign";
  auto value(auto x) const { return where(abs(x) == infinity, sign(x), x / (1 + abs(x))); }
  template <class V> Slope<V> slopes(V x) const { return {square(1 / (1 + abs(x)))}; }
};
struct Threshold {
  double limit, otherwise;
  static constexpr std::string_view name = "threshold";
  auto value(auto x) const { return where(x <= limit, like(x, otherwise), x); }
  template <class V> Slope<V> pull(V g, V x) const { return {where(x <= limit, like(g, 0), g)}; }
};
struct LogSigmoid {
  static constexpr std::string_view name = "logsigmoid";
  auto value(auto x) const { return -softplus(-x); }
  template <class V> Slope<V> slopes(V x) const { return {sigmoid(-x)}; }
};
struct SoftplusOf {   // as steep as beta says; beyond the threshold it is x
  double beta, threshold;
  static constexpr std::string_view name = "softplus";
  auto value(auto x) const { return where(x * beta > threshold, x, softplus(x * beta) * (1 / beta)); }
  template <class V> Slope<V> slopes(V x) const { return {where(x * beta > threshold, like(x, 1), sigmoid(x * beta))}; }
};
// Dauphin et al., "Language modeling with gated convolutional networks", 2017: a·σ(b).
struct Glu {
  static constexpr std::string_view name = "glu";
  auto value(auto a, auto b) const { return a * sigmoid(b); }
  template <class V>
  Slopes<V> slopes(V a, V b) const {
    const V s = sigmoid(b);
    return {s, a * (s * (1 - s))};
  }
};

using Activation = List<Relu, Sigmoid, Softplus, Gelu, GeluTanh, Silu, Mish, LeakyRelu, Prelu, Elu, HardTanh, HardSigmoid, HardSwish,
                        HardShrink, SoftShrink, TanhShrink, SoftSign, Threshold, LogSigmoid, SoftplusOf, Glu>;
const FormulaTable<Activation>& activation_table();   // of the best instruction-set level that this machine has
template <ListedIn<Activation> F> const FormulaRows& rows_of(const F&) { return activation_table()[Activation::place<F>]; }

}  // namespace gradus::formulas
