// Exponential functions of f32 registers, shorter than xsimd's: every coefficient serves 24 bits. NaN stays NaN everywhere.
// Errors, in units in the last place (tests/autograd/simd_test.cpp): exp 2, tanh and erf 7 (where they come close to 1), sigmoid 4.
// exp has a result of 0 below 2^-125.5 instead of denormal numbers.
#pragma once
#include <cstdint>
#include <limits>

#include <gradus/autograd/kernels/registers.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

template <class A>
using Floats = xsimd::batch<float, A>;

// c[0] + c[1]·x + … by Horner's rule; with FMA one instruction a term.
template <class A, class... C>
Floats<A> polynomial(const Floats<A>& x, float c, C... more) {
  if constexpr (sizeof...(C) == 0) return Floats<A>(c);
  else return xsimd::fma(polynomial(x, more...), x, Floats<A>(c));
}

// exp(x) = 2^(n−1)·2·exp(r) with |r| <= ln 2 / 2, so that 2^(n−1) is a number whenever exp(x) is; the polynomial is xsimd's, its terms paired
// to shorten the chain of dependent products, on which the speed depends. Out of range n stops where the product is infinite, or 2^(n−1)
// is zero. min and max give their second argument where there is NaN.
template <class A>
Floats<A> fast_exp(const Floats<A>& given) {
  using F = Floats<A>;
  constexpr float round = 12582912.f + 126.f;   // 1.5·2^23 + …: a sum with it has the exponent of 2^(n−1) in its last bits
  const F x = xsimd::max(F(-87.5f), xsimd::min(F(89.f), given));
  const F shifted = xsimd::fma(x, F(1.44269504088896341f), F(round)), n = shifted - F(round);
  const F r = xsimd::fnma(n, F(-2.12194440e-4f), xsimd::fnma(n, F(0.693359375f), x)), rr = r * r;   // ln 2 in two parts: n·first is exact
  const F high = xsimd::fma(rr, F(2.7995592e-3f), polynomial(r, 8.3330802e-2f, 1.67911258e-2f));
  const F twice = xsimd::fma(xsimd::fma(rr, high, polynomial(r, 1.f, 3.3332554e-1f)), rr, polynomial(r, 2.f, 2.f));
  return twice * xsimd::bitwise_cast<F>(xsimd::bitwise_cast<xsimd::batch<std::int32_t, A>>(shifted) << 23);
}

// Odd rational functions x·p(x²)/q(x²), one division and no cases: within 2e-8 of tanh for |x| <= 9 and of erf for |x| <= 3.92, where they
// have become 1 (fitted by Lawson's reweighted least squares). Nothing cancels: p and q have positive coefficients.
template <class A>
Floats<A> between_ones(const Floats<A>& y) { return xsimd::max(Floats<A>(-1.f), xsimd::min(Floats<A>(1.f), y)); }

template <class A>
Floats<A> fast_tanh(const Floats<A>& x) {
  const Floats<A> z = xsimd::min(x * x, Floats<A>(81.f));
  const auto p = polynomial(z, 9.999999795e-01f, 1.338102463e-01f, 3.495586932e-03f, 2.060906323e-05f, 1.335463638e-08f);
  const auto q = polynomial(z, 1.f, 4.671434023e-01f, 2.587697763e-02f, 3.285632886e-04f, 7.776547734e-07f);
  return between_ones(x * (p / q));
}

template <class A>
Floats<A> fast_erf(const Floats<A>& x) {
  const Floats<A> z = xsimd::min(x * x, Floats<A>(15.3664f));
  const auto p = polynomial(z, 1.128379146f, 1.904058122e-01f, 5.274864728e-02f, 3.765592561e-03f, 2.848827818e-04f, 2.050099535e-06f);
  const auto q = polynomial(z, 1.f, 5.020754985e-01f, 1.141088511e-01f, 1.496916631e-02f, 1.162530790e-03f, 3.809184678e-05f);
  return between_ones(x * (p / q));
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
