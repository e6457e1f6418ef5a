// What fuse() offers beyond ops/formulas/words.h, made of it: the rest of the elementwise functions that Tensors have. An opt-in header, as
// fuse.h is, which brings it along.
//   fuse([](auto x, auto slope) { return prelu(x, slope); }, x, slope)      the slope broadcasts
#pragma once
#include <cmath>
#include <limits>

#include <gradus/autograd/ops/formulas/words.h>
#include <gradus/autograd/ops/rounding.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

namespace words {   // not found by the arguments of a lambda's own functions
template <class V> struct NumberOf;
template <class T> struct NumberOf<Vec<T>> : std::type_identity<T> {};
template <class T, class Slope, std::size_t n> struct NumberOf<Dual<Vec<T>, Slope, n>> : std::type_identity<T> {};
template <class V> constexpr double largest() { return static_cast<double>(std::numeric_limits<typename NumberOf<V>::type>::max()); }

template <class T> Vec<T> constant(Vec<T> x) { return x; }
template <class T, class Slope, std::size_t n> Dual<Vec<T>, Slope, n> constant(const Dual<Vec<T>, Slope, n>& x) { return x.value; }

template <class T> Mask<T> truth(Mask<T> m) { return m; }   // a number is true where it is not 0
template <Word V> auto truth(const V& x) { return x != V(0); }
}  // namespace words

// `value` with the slopes of x.
template <class T> Vec<T> straight_through(Vec<T> value, Vec<T>) { return value; }
template <class T, class Slope, std::size_t n>
Dual<Vec<T>, Slope, n> straight_through(const Dual<Vec<T>, Slope, n>& value, Dual<Vec<T>, Slope, n> x) {
  x.value = value.value;
  return x;
}

template <class A, class B, class V = WordOf<A, B>> V prelu(const A& x, const B& weight) {
  return apply(formulas::Prelu{}, V(x), V(weight));
}
template <Word V> V rrelu(const V& x, double lower = 1. / 8, double upper = 1. / 3) { return leaky_relu(x, (lower + upper) / 2); }

template <class A, class B, class V = WordOf<A, B>> V add(const A& a, const B& b, double alpha = 1) { return V(a) + V(b) * alpha; }
template <class A, class B, class V = WordOf<A, B>> V sub(const A& a, const B& b, double alpha = 1) { return V(a) - V(b) * alpha; }
template <class A, class B, class V = WordOf<A, B>> V mul(const A& a, const B& b) { return V(a) * V(b); }
template <class A, class B, class V = WordOf<A, B>> V div(const A& a, const B& b) { return V(a) / V(b); }
template <class A, class B, class V = WordOf<A, B>> V div(const A& a, const B& b, Rounding rounding) {
  return rounding == Rounding::trunc ? apply(formulas::TruncDiv{}, V(a), V(b)) : apply(formulas::FloorDiv{}, V(a), V(b));
}
template <Word V> V round(const V& x, const RoundOptions& options) {
  const formulas::RoundTo decimals{std::pow(10., std::abs(options.decimals)), options.decimals < 0};
  const V y = options.decimals == 0 ? round(x) : apply(decimals, x);
  return options.straight_through ? straight_through(y, x) : y;
}
template <class A, class B, class V = WordOf<A, B>> V ldexp(const A& x, const B& exponent) { return V(x) * exp2(V(exponent)); }
template <Word V> V mvlgamma(const V& x, int p) {
  V total = lgamma(x) + p * (p - 1) / 4. * 1.14472988584940017414;   // log π
  for (int i = 1; i < p; ++i) total = total + lgamma(x - i / 2.);
  return total;
}
template <Word V, Word W> V clamp_min(const V& x, const W& low) { return apply(formulas::ClampBetween{}, x, low, V(formulas::infinity)); }
template <Word V, Word W> V clamp_max(const V& x, const W& high) {
  return apply(formulas::ClampBetween{}, x, V(-formulas::infinity), high);
}
template <Word V> V nan_to_num(const V& x, double nan, double above) {
  return nan_to_num(x, nan, above, -words::largest<V>());
}
template <Word V> V nan_to_num(const V& x, double nan = 0) {
  return nan_to_num(x, nan, words::largest<V>());
}

// Conditions, for where().
template <class A, class B> auto logical_and(const A& a, const B& b) -> decltype(words::truth(a) && words::truth(b)) {
  return words::truth(a) && words::truth(b);
}
template <class A, class B> auto logical_or(const A& a, const B& b) -> decltype(words::truth(a) || words::truth(b)) {
  return words::truth(a) || words::truth(b);
}
template <class A, class B> auto logical_xor(const A& a, const B& b) -> decltype(words::truth(a) || words::truth(b)) {
  const auto first = words::truth(a), second = words::truth(b);
  return (first && !second) || (!first && second);
}
template <class A> auto logical_not(const A& a) -> decltype(words::truth(a)) { return !words::truth(a); }
template <class A, class B, class V = WordOf<A, B>>
auto isclose(const A& a, const B& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) {
  const V x = V(a), y = V(b);
  const auto close = x == y || (isfinite(x - y) && abs(x - y) <= atol + rtol * abs(y));
  return equal_nan ? close || (isnan(x) && isnan(y)) : close;
}
template <class A, class B, class V = WordOf<A, B>> V heaviside(const A& x, const B& values) {
  const V at = V(x);
  return where(at == V(0), words::constant(V(values)), where(at > V(0), V(1), V(0)));
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
