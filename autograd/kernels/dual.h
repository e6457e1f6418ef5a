// Dual numbers: a value and its slopes along n directions, carried through the vocabulary of formulas by the chain rule.
// V is anything that speaks that vocabulary; no SIMD type is known here.
#pragma once
#include <array>
#include <cstddef>

namespace gradus::kernels {

template <class V, std::size_t n>
struct Dual {
  V value;
  std::array<V, n> slope;

  Dual() = default;
  Dual(V v) : value(v) { slope.fill(V(0)); }
  Dual(double constant) : Dual(V(constant)) {}
  Dual(int constant) : Dual(V(constant)) {}
  static Dual variable(V v, std::size_t direction) {
    Dual x(v);
    x.slope[direction] = V(1);
    return x;
  }

  // f(x), given its value and slope there.
  static Dual chain(V value, V slope, const Dual& x) {
    Dual y;
    y.value = value;
    for (std::size_t i = 0; i < n; ++i) y.slope[i] = slope * x.slope[i];
    return y;
  }
  static Dual chain(V value, V slope_a, const Dual& a, V slope_b, const Dual& b) {
    Dual y;
    y.value = value;
    for (std::size_t i = 0; i < n; ++i) y.slope[i] = slope_a * a.slope[i] + slope_b * b.slope[i];
    return y;
  }

  friend Dual operator+(const Dual& a, const Dual& b) { return chain(a.value + b.value, V(1), a, V(1), b); }
  friend Dual operator-(const Dual& a, const Dual& b) { return chain(a.value - b.value, V(1), a, V(-1), b); }
  friend Dual operator*(const Dual& a, const Dual& b) { return chain(a.value * b.value, b.value, a, a.value, b); }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const V y = a.value / b.value;
    return chain(y, 1 / b.value, a, -y / b.value, b);
  }
  friend Dual operator-(const Dual& x) { return chain(-x.value, V(-1), x); }
  friend auto operator<(const Dual& a, const Dual& b) { return a.value < b.value; }
  friend auto operator<=(const Dual& a, const Dual& b) { return a.value <= b.value; }
  friend auto operator>(const Dual& a, const Dual& b) { return a.value > b.value; }
  friend auto operator>=(const Dual& a, const Dual& b) { return a.value >= b.value; }
  friend auto operator==(const Dual& a, const Dual& b) { return a.value == b.value; }
  friend auto operator!=(const Dual& a, const Dual& b) { return a.value != b.value; }

  friend Dual where(decltype(V() < V()) m, const Dual& a, const Dual& b) {
    Dual y;
    y.value = where(m, a.value, b.value);
    for (std::size_t i = 0; i < n; ++i) y.slope[i] = where(m, a.slope[i], b.slope[i]);
    return y;
  }
  friend Dual like(const Dual&, double constant) { return Dual(constant); }
  friend Dual exp(const Dual& x) {
    const V y = exp(x.value);
    return chain(y, y, x);
  }
  friend Dual log(const Dual& x) { return chain(log(x.value), 1 / x.value, x); }
  friend Dual log1p(const Dual& x) { return chain(log1p(x.value), 1 / (1 + x.value), x); }
  friend Dual sqrt(const Dual& x) {
    const V y = sqrt(x.value);
    return chain(y, V(0.5) / y, x);
  }
  friend Dual square(const Dual& x) { return chain(x.value * x.value, 2 * x.value, x); }
  friend Dual abs(const Dual& x) { return chain(abs(x.value), sign(x.value), x); }
  friend Dual sign(const Dual& x) { return Dual(sign(x.value)); }
  friend Dual tanh(const Dual& x) {
    const V y = tanh(x.value);
    return chain(y, 1 - y * y, x);
  }
  friend Dual sigmoid(const Dual& x) {
    const V y = sigmoid(x.value);
    return chain(y, y * (1 - y), x);
  }
  friend Dual softplus(const Dual& x) { return chain(softplus(x.value), sigmoid(x.value), x); }
  friend Dual erf(const Dual& x) { return chain(erf(x.value), V(1.1283791670955126) * exp(-x.value * x.value), x); }   // 2/√π
  friend Dual relu(const Dual& x) { return chain(relu(x.value), where(x.value > V(0), V(1), V(0)), x); }
  friend Dual maximum(const Dual& a, const Dual& b) {
    const V first = where(a.value > b.value, V(1), where(b.value > a.value, V(0), V(0.5)));
    return chain(maximum(a.value, b.value), first, a, 1 - first, b);
  }
  friend Dual minimum(const Dual& a, const Dual& b) {
    const V first = where(a.value < b.value, V(1), where(b.value < a.value, V(0), V(0.5)));
    return chain(minimum(a.value, b.value), first, a, 1 - first, b);
  }
  friend Dual pow(const Dual& a, const Dual& b) {
    const V y = pow(a.value, b.value), zero(0);
    return chain(y, where(b.value == zero, zero, b.value * pow(a.value, b.value - 1)), a,
                 where(a.value == zero, zero, y * log(a.value)), b);
  }
  friend Dual pow(const Dual& a, double b) { return chain(pow(a.value, V(b)), b == 0 ? V(0) : V(b) * pow(a.value, V(b - 1)), a); }
};

}  // namespace gradus::kernels
