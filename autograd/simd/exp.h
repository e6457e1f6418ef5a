// exp and sigmoid of registers, down to the subnormal numbers, and the parts that other functions are made of.
// Errors, in units in the last place (tests/autograd/simd/simd_test.cpp): exp 2, sigmoid 4. NaN stays NaN.
// Coefficients are minimax fits of the relative error (Remez's exchange at 50 digits), unless said otherwise.
#pragma once
#include <cstdint>

#include <gradus/autograd/simd/xsimd.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

template <class A>
using Floats = xsimd::batch<float, A>;
template <class A>
using Doubles = xsimd::batch<double, A>;

// c[0] + c[1]·x + … by Horner's rule; with FMA one instruction a term.
template <class T, class A, class... C>
xsimd::batch<T, A> polynomial(const xsimd::batch<T, A>& x, T c, C... more) {
  if constexpr (sizeof...(C) == 0) return xsimd::batch<T, A>(c);
  else return xsimd::fma(polynomial(x, more...), x, xsimd::batch<T, A>(c));
}

// What exp needs to know of a number's format.
template <class T>
struct ExpFormat;
template <>
struct ExpFormat<float> {
  using Bits = std::uint32_t;
  static constexpr int mantissa = 23, bias = 127;
  static constexpr float whole = 12582912.f;                               // 1.5·2^23: a sum with it is rounded to a whole number
  static constexpr float ln2_first = 0.693359375f, ln2_rest = -2.12194440e-4f;   // n·first is exact
  static constexpr float lowest = -104.5f, normal = -86.9f, highest = 89.f;      // exp: zero, 2^(n−1) a normal number, infinite
  static constexpr float power_zero = -88.f;                               // exp_to_one: n is −bias, and the bits of 2^n are those of zero
  static constexpr int spare = 24;                                         // sigmoid: see there
};
template <>
struct ExpFormat<double> {
  using Bits = std::uint64_t;
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr double whole = 6755399441055744.;
  static constexpr double ln2_first = 6.93147180369123816490e-01, ln2_rest = 1.90821492927058770002e-10;
  static constexpr double lowest = -746., normal = -707.5, highest = 710.;
  static constexpr double power_zero = -709.1;
  static constexpr int spare = 60;
};

// x = n·ln 2 + r with |r| <= ln 2 / 2; `shifted` has n + offset in its last bits.
template <class B>
struct Reduced {
  B r, n, shifted;
};
template <class T, class A>
Reduced<xsimd::batch<T, A>> reduced(const xsimd::batch<T, A>& x, T offset) {
  using B = xsimd::batch<T, A>;
  using Format = ExpFormat<T>;
  const B round(Format::whole + offset), shifted = xsimd::fma(x, B(T(1.44269504088896340736)), round), n = shifted - round;
  return {xsimd::fnma(n, B(Format::ln2_rest), xsimd::fnma(n, B(Format::ln2_first), x)), n, shifted};
}

// k·exp(r), k a power of two. The terms are paired to shorten the chain of dependent products, on which the speed depends; for f32 they are
// xsimd's.
template <class A>
Floats<A> exp_near_zero(const Floats<A>& r, float k) {
  const Floats<A> rr = r * r, high = xsimd::fma(rr, Floats<A>(k * 1.3997796e-3f), polynomial(r, k * 4.1665401e-2f, k * 8.39556255e-3f));
  return xsimd::fma(xsimd::fma(rr, high, polynomial(r, k * 0.5f, k * 1.6666277e-1f)), rr, polynomial(r, k, k));
}
template <class A>
Doubles<A> exp_near_zero(const Doubles<A>& r, double k) {
  const Doubles<A> rr = r * r, r4 = rr * rr;
  const auto two = [&](double a, double b) { return polynomial(r, k * a, k * b); };
  const Doubles<A> low = xsimd::fma(rr, two(0.041666666666530414, 0.0083333333334961749), two(0.50000000000000106, 0.1666666666666641));
  const Doubles<A> middle =
      xsimd::fma(rr, two(2.4801493138315916e-05, 2.7557589185741992e-06), two(0.0013888888943579384, 1.9841269503139163e-04));
  const Doubles<A> high = two(2.7630237838088018e-07, 2.4999248927045147e-08);
  return xsimd::fma(rr, xsimd::fma(r4, xsimd::fma(r4, high, middle), low), xsimd::fma(r, Doubles<A>(k), Doubles<A>(k)));
}

template <class T, class A>
xsimd::batch<T, A> power_of_two(const xsimd::batch<typename ExpFormat<T>::Bits, A>& biased) {
  return xsimd::bitwise_cast<xsimd::batch<T, A>>(biased << ExpFormat<T>::mantissa);
}

// exp(x + more), more being small, for lowest <= x <= highest. Subnormal results and infinite ones are rounded once.
template <class T, class A>
xsimd::batch<T, A> exp_in_range(const xsimd::batch<T, A>& x, const xsimd::batch<T, A>& more) {
#if defined(__AVX512F__)
  const auto [r, n, shifted] = reduced(x, T(0));
  const auto y = exp_near_zero(r + more, T(1));
  if constexpr (sizeof(T) == 4) return _mm512_maskz_scalef_ps(static_cast<__mmask16>(-1), y, n);
  else return _mm512_maskz_scalef_pd(static_cast<__mmask8>(-1), y, n);
#else
  const auto [r, n, shifted] = reduced(x, T(2 * ExpFormat<T>::bias));
  const auto both = xsimd::bitwise_cast<xsimd::batch<typename ExpFormat<T>::Bits, A>>(shifted), half = both >> 1;   // 2^n in two factors
  return exp_near_zero(r + more, T(1)) * power_of_two<T>(both - half) * power_of_two<T>(half);
#endif
}

// Where some results are subnormal or zero. What is zero is not computed: to underflow is slow. Apart, so that all else stays short.
template <class T, class A>
xsimd::batch<T, A> exp_far_down(xsimd::batch<T, A> x) {
  using B = xsimd::batch<T, A>;
  const auto zero = x < B(ExpFormat<T>::lowest);
  return xsimd::select(zero, B(T(0)), exp_in_range(xsimd::select(zero, B(T(0)), x), B(T(0))));
}

// Out of range x stops where the result is infinite or zero. min and max give their second argument where there is NaN.
template <class T, class A>
xsimd::batch<T, A> fast_exp(const xsimd::batch<T, A>& given) {
  using B = xsimd::batch<T, A>;
  using Format = ExpFormat<T>;
  const B x = xsimd::min(B(Format::highest), given);
#if defined(__AVX512F__)
  return exp_in_range(xsimd::max(B(Format::lowest), x), B(T(0)));
#else
  if (xsimd::any(x < B(Format::normal))) [[unlikely]] return exp_far_down(x);
  const auto [r, n, shifted] = reduced(x, T(Format::bias - 1));   // 2^(n−1)·2·exp(r), so that 2^(n−1) is a number whenever exp(x) is
  return exp_near_zero(r, T(2)) * power_of_two<T>(xsimd::bitwise_cast<xsimd::batch<typename Format::Bits, A>>(shifted));
#endif
}

// exp(x) for x <= 1, shorter: where 2^n is no normal number (f32: below −87.7) it may be zero. For powers beside which a 1 stands, or that
// are divided by a sum that is at least 1.
template <class T, class A>
xsimd::batch<T, A> exp_to_one(const xsimd::batch<T, A>& x) {
  using B = xsimd::batch<T, A>;
  using Format = ExpFormat<T>;
#if defined(__AVX512F__)
  return exp_in_range(xsimd::max(B(Format::lowest), x), B(T(0)));
#else
  const auto [r, n, shifted] = reduced(xsimd::max(B(Format::power_zero), x), T(Format::bias));
  return exp_near_zero(r, T(1)) * power_of_two<T>(xsimd::bitwise_cast<xsimd::batch<typename Format::Bits, A>>(shifted));
#endif
}

// 1 / (1 + exp(−x)), both sides of the fraction times c = 2^-spare: exp(−x) may then go beyond the range, and the result be subnormal.
template <class T, class A>
xsimd::batch<T, A> fast_sigmoid(const xsimd::batch<T, A>& x) {
  using B = xsimd::batch<T, A>;
  using Format = ExpFormat<T>;
  constexpr T c = T(1) / T(std::uint64_t{1} << Format::spare);
  const B bounded = xsimd::max(B(T(-40)), xsimd::min(B(-Format::lowest), -x));   // from exp(−40) on the result is 1
  const auto [r, n, shifted] = reduced(bounded, T(Format::bias - 1 - Format::spare));
  const B power = exp_near_zero(r, T(2)) * power_of_two<T>(xsimd::bitwise_cast<xsimd::batch<typename Format::Bits, A>>(shifted));
  return B(c) / (B(c) + power);
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
