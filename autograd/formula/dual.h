// Dual numbers: a value and its slopes along n directions, carried through the vocabulary of formulas by the chain rule.
// V is anything that speaks that vocabulary; no SIMD type is known here. Slopes come in two kinds:
//   FastSlope      a number
//   CarefulSlope   a number, and whether it is zero because the value does not depend on that direction at all, as behind the mask of
//                  relu: then it stays zero whatever it is multiplied by, where 0·∞ of a FastSlope is NaN
#pragma once
#include <array>
#include <cstddef>
#include <limits>

namespace gradus::kernels {

template <class V>
using TruthOf = decltype(V() < V());

template <class V>
struct FastSlope {
  using Truth = TruthOf<V>;
  static constexpr bool careful = false;
  V value;

  static FastSlope zero() { return {V(0)}; }
  static FastSlope start(V seed) { return {seed}; }
  FastSlope times(V factor) const { return {factor * value}; }
  FastSlope kept_where(Truth m) const { return {where(m, value, V(0))}; }
  friend FastSlope operator+(FastSlope a, FastSlope b) { return {a.value + b.value}; }
  friend FastSlope where(Truth m, FastSlope a, FastSlope b) { return {where(m, a.value, b.value)}; }
};

template <class V>
struct CarefulSlope {
  using Truth = TruthOf<V>;
  static constexpr bool careful = true;
  V value;
  Truth depends;

  static CarefulSlope zero() { return {V(0), V(0) < V(0)}; }
  static CarefulSlope start(V seed) { return {seed, V(0) == V(0)}; }
  CarefulSlope times(V factor) const { return {where(depends, factor * value, V(0)), depends}; }
  CarefulSlope over(V divisor) const { return {where(depends, value / divisor, V(0)), depends}; }
  // By a formula's pull, which is linear; where it lets not even infinity through there is a mask.
  template <class Pull> CarefulSlope through(Pull pull) const {
    return {where(depends, pull(value), V(0)), depends && pull(V(std::numeric_limits<double>::infinity())) != V(0)};
  }
  CarefulSlope kept_where(Truth m) const { return {where(m, value, V(0)), depends && m}; }
  friend CarefulSlope operator+(CarefulSlope a, CarefulSlope b) { return {a.value + b.value, a.depends || b.depends}; }
  friend CarefulSlope where(Truth m, CarefulSlope a, CarefulSlope b) {
    return {where(m, a.value, b.value), (m && a.depends) || (!m && b.depends)};
  }
};

template <class V, class Slope, std::size_t n>
struct Dual {
  V value;
  std::array<Slope, n> slope;

  Dual() = default;
  Dual(V v) : value(v) { slope.fill(Slope::zero()); }
  Dual(double constant) : Dual(V(constant)) {}
  Dual(int constant) : Dual(V(constant)) {}
  static Dual variable(V v, std::size_t direction, V seed) {
    Dual x(v);
    x.slope[direction] = Slope::start(seed);
    return x;
  }

  // A value whose slope along direction i is f(slopes of the arguments).
  template <class F, class... Arguments>
  static Dual of(V value, F f, const Arguments&... x) {
    Dual y;
    y.value = value;
    for (std::size_t i = 0; i < n; ++i) y.slope[i] = f(x.slope[i]...);
    return y;
  }
  // f(x), given its value and slope there.
  static Dual chain(V value, V slope, const Dual& x) { return of(value, [=](Slope s) { return s.times(slope); }, x); }
  static Dual chain(V value, V slope_a, const Dual& a, V slope_b, const Dual& b) {
    return of(value, [=](Slope s, Slope t) { return s.times(slope_a) + t.times(slope_b); }, a, b);
  }
  // The slopes of `x`, divided: by one division for all where nothing leaves the range.
  static Dual divided(const Dual& x, V divisor) {
    if constexpr (requires { x.slope[0].over(divisor); }) return of(x.value, [=](Slope s) { return s.over(divisor); }, x);
    else return chain(x.value, 1 / divisor, x);
  }

  friend Dual operator+(const Dual& a, const Dual& b) { return of(a.value + b.value, [](Slope s, Slope t) { return s + t; }, a, b); }
  friend Dual operator-(const Dual& a, const Dual& b) {
    return of(a.value - b.value, [](Slope s, Slope t) { return s + t.times(V(-1)); }, a, b);
  }
  friend Dual operator*(const Dual& a, const Dual& b) { return chain(a.value * b.value, b.value, a, a.value, b); }
  friend Dual operator/(const Dual& a, const Dual& b) {
    const V y = a.value / b.value;
    return divided(of(y, [=](Slope s, Slope t) { return s + t.times(-y); }, a, b), b.value);
  }
  friend Dual operator-(const Dual& x) { return chain(-x.value, V(-1), x); }
  friend auto operator<(const Dual& a, const Dual& b) { return a.value < b.value; }
  friend auto operator<=(const Dual& a, const Dual& b) { return a.value <= b.value; }
  friend auto operator>(const Dual& a, const Dual& b) { return a.value > b.value; }
  friend auto operator>=(const Dual& a, const Dual& b) { return a.value >= b.value; }
  friend auto operator==(const Dual& a, const Dual& b) { return a.value == b.value; }
  friend auto operator!=(const Dual& a, const Dual& b) { return a.value != b.value; }

  friend Dual where(TruthOf<V> m, const Dual& a, const Dual& b) {
    return of(where(m, a.value, b.value), [=](Slope s, Slope t) { return where(m, s, t); }, a, b);
  }
  friend Dual like(const Dual&, double constant) { return Dual(constant); }
  friend Dual exp(const Dual& x) {
    const V y = exp(x.value);
    return chain(y, y, x);
  }
  friend Dual log(const Dual& x) { return divided(with_value(x, log(x.value)), x.value); }
  friend Dual log1p(const Dual& x) { return divided(with_value(x, log1p(x.value)), 1 + x.value); }
  friend Dual sqrt(const Dual& x) {
    const V y = sqrt(x.value);
    return chain(y, V(0.5) / y, x);
  }
  friend Dual square(const Dual& x) { return chain(x.value * x.value, 2 * x.value, x); }
  friend Dual abs(const Dual& x) {
    const V s = sign(x.value);
    return of(abs(x.value), [=, smooth = x.value != V(0)](Slope d) { return d.times(s).kept_where(smooth); }, x);
  }
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
  friend Dual relu(const Dual& x) {
    const auto on = !(x.value <= V(0));
    return of(relu(x.value), [=](Slope s) { return s.kept_where(on); }, x);
  }
  friend Dual maximum(const Dual& a, const Dual& b) {
    return extreme(maximum(a.value, b.value), a.value < b.value, b.value < a.value, a, b);
  }
  friend Dual minimum(const Dual& a, const Dual& b) {
    return extreme(minimum(a.value, b.value), a.value > b.value, b.value > a.value, a, b);
  }
  friend Dual pow(const Dual& a, const Dual& b) {
    const V y = pow(a.value, b.value), zero(0), along_a = b.value * pow(a.value, b.value - 1), along_b = y * log(a.value);
    const auto moves_a = b.value != zero, moves_b = !(y == zero || (a.value == zero && b.value == zero));
    return of(y, [=](Slope s, Slope t) { return s.times(along_a).kept_where(moves_a) + t.times(along_b).kept_where(moves_b); }, a, b);
  }
  friend Dual pow(const Dual& a, double b) { return b == 0 ? Dual(1) : chain(pow(a.value, V(b)), V(b) * pow(a.value, V(b - 1)), a); }

 private:
  static Dual with_value(Dual x, V value) {
    x.value = value;
    return x;
  }
  // The larger or smaller of a and b, where `second` (`first`) says that it is b alone (a alone); equal ones get half of the slope each.
  static Dual extreme(V value, TruthOf<V> second, TruthOf<V> first, const Dual& a, const Dual& b) {
    const V share = where(a.value == b.value, V(0.5), V(1));
    return of(value, [=](Slope s, Slope t) { return s.times(share).kept_where(!second) + t.times(share).kept_where(!first); }, a, b);
  }
};

}  // namespace gradus::kernels
