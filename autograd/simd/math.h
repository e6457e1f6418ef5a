// Mathematics of registers, shorter or closer than xsimd's: exp.h, erf.h, power.h, and tanh of f32. NaN stays NaN everywhere.
#pragma once
#include <gradus/autograd/simd/erf.h>
#include <gradus/autograd/simd/exp.h>
#include <gradus/autograd/simd/power.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// An odd rational function x·p(x²)/q(x²), one division and no cases: within 2e-8 of tanh for |x| <= 9, where it has become 1 (fitted by
// Lawson's reweighted least squares). Nothing cancels: p and q have positive coefficients. Errors up to 7 units in the last place, where it
// comes close to 1 (tests/autograd/simd/simd_test.cpp).
template <class A>
Floats<A> fast_tanh(const Floats<A>& x) {
  const Floats<A> z = xsimd::min(x * x, Floats<A>(81.f));
  const auto p = polynomial(z, 9.999999795e-01f, 1.338102463e-01f, 3.495586932e-03f, 2.060906323e-05f, 1.335463638e-08f);
  const auto q = polynomial(z, 1.f, 4.671434023e-01f, 2.587697763e-02f, 3.285632886e-04f, 7.776547734e-07f);
  return xsimd::max(Floats<A>(-1.f), xsimd::min(Floats<A>(1.f), x * (p / q)));
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
