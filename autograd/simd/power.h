// pow of registers. Errors, in units in the last place (tests/autograd/simd/simd_test.cpp): 2. Zeros, infinities, NaN and negative numbers
// are std::pow's (Annex F of the C standard).
// x^y = exp(y·log x), where exp multiplies every error of y·log x by its size, up to 745: f32 goes through f64, f64 through pairs of them.
// Coefficients are minimax fits (Remez's exchange at 50 digits).
#pragma once
#include <limits>
#include <type_traits>

#include <gradus/autograd/simd/exp.h>
#include <gradus/autograd/simd/halves.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// x = m·2^k with √½ <= m < √2, for positive numbers.
template <class A>
struct Parts {
  Doubles<A> m, k;
};
template <class A>
Parts<A> parts_of_normal(const Doubles<A>& x) {
  using D = Doubles<A>;
  using U = xsimd::batch<std::uint64_t, A>;
  constexpr std::uint64_t root_half = 0x3FE6A09E667F3BCDu, one = 0x3FF0000000000000u, shifter = 0x4330000000000000u;   // shifter: 2^52
  const U bits = xsimd::bitwise_cast<U>(x), biased = (bits + U(one - root_half)) >> 52;                                // k + 1023
  return {xsimd::bitwise_cast<D>(bits - (biased << 52) + U(one)),
          xsimd::bitwise_cast<D>(biased | U(shifter)) - D(4503599627370496. + 1023.)};
}

// x^y of f32 numbers in f64, x > 0 and finite.
template <class A>
Doubles<A> power_of_floats(const Doubles<A>& x, const Doubles<A>& y) {
  using D = Doubles<A>;
  const auto [m, k] = parts_of_normal(x);
  const D f = m - D(1.), s = f / (f + D(2.)), z = s * s;   // log m = 2·artanh s
  const D series = polynomial(z, 0.33333333337918181, 0.19999997803803692, 0.1428605545233979, 0.11088053239207884, 0.097927279509903059);
  const D logarithm = xsimd::fma(k, D(0.69314718055994531), xsimd::fma(s + s, z * series, s + s));
  const D bounded = xsimd::max(D(-200.), xsimd::min(D(200.), y * logarithm));   // beyond, f32 is zero or infinite
  const auto [r, n, shifted] = reduced(bounded, 1023.);
  const D rr = r * r;
  const D e = xsimd::fma(rr, polynomial(r, 0.50000000676121177, 0.16666665864923799, 0.041666295042983083, 0.0083334977824661041,
                                        0.0013944656710042695, 1.9790032378068011e-4), D(1.) + r);
  return e * power_of_two<double>(xsimd::bitwise_cast<xsimd::batch<std::uint64_t, A>>(shifted));
}

template <class A>
Floats<A> power_of_positive(const Floats<A>& x, const Floats<A>& given) {
  using F = Floats<A>;
  const F y = xsimd::max(F(-1e12f), xsimd::min(F(1e12f), given));   // beyond, only 1 has powers that are numbers
  const Halves<A> a = widened(x), b = widened(y);
  return narrowed(Halves<A>{power_of_floats(a.low, b.low), power_of_floats(a.high, b.high)});
}

// hi + lo, lo being what rounding took from hi.
template <class A>
struct Pair {
  Doubles<A> hi, lo;
};
// a + b where |a| >= |b| or a = 0.
template <class A>
Pair<A> exact_sum(const Doubles<A>& a, const Doubles<A>& b) {
  const Doubles<A> sum = a + b;
  return {sum, b - (sum - a)};
}
#if defined(__AVX512F__)   // where xsimd 8 has no fused multiplication
template <class A>
Doubles<A> fused_rest(const Doubles<A>& a, const Doubles<A>& b, const Doubles<A>& c) { return _mm512_fmsub_pd(a, b, c); }
#elif defined(__FMA__) || defined(__aarch64__)
template <class A>
Doubles<A> fused_rest(const Doubles<A>& a, const Doubles<A>& b, const Doubles<A>& c) { return xsimd::fms(a, b, c); }
#endif
template <class A>
Pair<A> exact_product(const Doubles<A>& a, const Doubles<A>& b) {
  using D = Doubles<A>;
  const D product = a * b;
#if defined(__FMA__) || defined(__aarch64__)
  return {product, fused_rest(a, b, product)};
#else   // halves of 26 bits, whose products are exact
  using U = xsimd::batch<std::uint64_t, A>;
  const auto first = [](const D& x) { return xsimd::bitwise_cast<D>(xsimd::bitwise_cast<U>(x) & U(~std::uint64_t{0} << 27)); };
  const D a1 = first(a), a2 = a - a1, b1 = first(b), b2 = b - b1;
  return {product, (((a1 * b1 - product) + a1 * b2) + a2 * b1) + a2 * b2};
#endif
}
// a − b·c, of nearly equal ones.
template <class A>
Doubles<A> difference(const Doubles<A>& a, const Doubles<A>& b, const Doubles<A>& c) {
#if defined(__FMA__) || defined(__aarch64__)
  return -fused_rest(b, c, a);
#else
  const Pair<A> back = exact_product(b, c);
  return (a - back.hi) - back.lo;
#endif
}
template <class A>
Pair<A> product(const Pair<A>& a, const Pair<A>& b) {
  const Pair<A> main = exact_product(a.hi, b.hi);
  return {main.hi, main.lo + (a.hi * b.lo + a.lo * b.hi)};
}

// log x to 2^-64 of itself, x > 0 and finite: 2s + 2s·z·(1/3 + z·R(z)), s = (m − 1)/(m + 1), z = s².
template <class A>
Pair<A> exact_log(const Doubles<A>& x) {
  using D = Doubles<A>;
  const auto tiny = x < D(std::numeric_limits<double>::min());
  const auto [m, scaled_k] = parts_of_normal<A>(x * xsimd::select(tiny, D(18014398509481984.), D(1.)));   // 2^54
  const D k = scaled_k - xsimd::select(tiny, D(54.), D(0.)), f = m - D(1.);
  const Pair<A> divisor = exact_sum(D(2.), f);
  const D inverse = D(1.) / divisor.hi, s1 = f * inverse;
  const Pair<A> s{s1, (difference(f, s1, divisor.hi) - s1 * divisor.lo) * inverse}, twice{s.hi + s.hi, s.lo + s.lo}, z = product(s, s);
  const D rest = polynomial(z.hi, 0.19999999999999989, 0.14285714285722586, 0.1111111110875986, 0.090909094362672367, 0.076922783526991456,
                            0.066681620721292244, 0.058373380976437048, 0.059951187623585646);
  Pair<A> series = exact_sum(D(1. / 3), z.hi * rest);
  series.lo = series.lo + D(1.850371707708594e-17);   // 1/3 − (1. / 3)
  const Pair<A> tail = product(twice, product(z, series)), near = exact_sum(twice.hi, tail.hi);
  const Pair<A> sum = exact_sum(k * D(0.6931471805598903), near.hi);   // 42 bits of ln 2: exact
  return {sum.hi, sum.lo + xsimd::fma(k, D(5.497923018708371e-14), near.lo + (tail.lo + twice.lo))};
}

template <class A>
Doubles<A> power_of_positive(const Doubles<A>& x, const Doubles<A>& given) {
  using D = Doubles<A>;
  const D y = xsimd::max(D(-1e20), xsimd::min(D(1e20), given));   // beyond, only 1 has powers that are numbers
  const Pair<A> logarithm = exact_log(x), exponent = exact_product(y, logarithm.hi);
  const D bounded = xsimd::max(D(ExpFormat<double>::lowest), xsimd::min(D(ExpFormat<double>::highest), exponent.hi));
  const D more = xsimd::fma(y, logarithm.lo, exponent.lo);
  return exp_in_range(bounded, xsimd::select(bounded == exponent.hi, more, D(0.)));
}

template <class T, class A>
xsimd::batch<T, A> fast_pow(const xsimd::batch<T, A>& x, const xsimd::batch<T, A>& y) {
  using B = xsimd::batch<T, A>;
  const B zero(T(0)), one(T(1)), infinite(std::numeric_limits<T>::infinity()), none(std::numeric_limits<T>::quiet_NaN());
  const auto number = y == y;
  if (xsimd::all((x > zero) & (x < infinite) & number)) return power_of_positive(x, y);
  const B even(2 / std::numeric_limits<T>::epsilon());   // as all numbers beyond
  const B size = xsimd::abs(x), bounded = xsimd::max(-even, xsimd::min(even, y)), halved = bounded * B(T(0.5));
  const auto ordinary = (size > zero) & (size < infinite);
  const auto whole = xsimd::floor(bounded) == bounded, odd = whole & (xsimd::floor(halved) != halved);
  B power = power_of_positive(xsimd::select(ordinary, size, one), xsimd::select(number, y, one));
  power = xsimd::select(ordinary, power, xsimd::select((y > zero) == (size > one), infinite, zero));
  power = xsimd::select(odd, xsimd::copysign(power, x), power);
  power = xsimd::select((x < zero) & !whole & ordinary, none, power);
  power = xsimd::select((x == x) & number, power, xsimd::select(number, x, y));
  return xsimd::select((y == zero) | (x == one), one, power);
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
