// erf of registers, odd and between −1 and 1; NaN stays NaN. Errors, in units in the last place (tests/autograd/simd/simd_test.cpp): 2.
//   near 0    x + x·q(x²), q fitted to erf(x)/x − 1
//   beyond    1 − erfc(x): it is small, and so are its errors. f32: the 16th power of a polynomial fitted to erfc(x)^(1/16);
//             f64: exp of one fitted to log erfc(x)
// Sixteen f32 look up a polynomial (erf_table.h) instead.
// Coefficients are minimax fits (Remez's exchange at 50 digits), weighted with what an error does to the result.
#pragma once
#include <gradus/autograd/simd/erf_table.h>
#include <gradus/autograd/simd/exp.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

template <class A>
Floats<A> fast_erf(const Floats<A>& x) {
  using F = Floats<A>;
#ifdef __AVX512F__
  if constexpr (F::size == 16) return xsimd::copysign(F(erf_of_size(xsimd::min(F(3.93f), xsimd::abs(x)))), x);
#endif
  const F size = xsimd::min(F(3.95f), xsimd::abs(x)), z = size * size;   // beyond, erf is 1
  const F q = polynomial(z, 0.1283791608f, -0.3761261305f, 0.1128353757f, -0.02685560693f, 0.005201187589f, -0.0008269977004f,
                         0.0001008226963f, -7.019338319e-6f);
  F p = polynomial(size, 0.9997107348f, -0.06971885946f, -0.03803219768f, -0.003657458869f, 0.002789241838f, -0.0002623521045f);
  p = p * p, p = p * p, p = p * p;
  return xsimd::copysign(xsimd::select(size < F(1.3f), xsimd::fma(size, q, size), xsimd::fnma(p, p, F(1.f))), x);
}

template <class A>
Doubles<A> fast_erf(const Doubles<A>& x) {
  using D = Doubles<A>;
  const D size = xsimd::min(D(5.95), xsimd::abs(x)), z = size * size, zz = z * z;   // beyond, erf is 1
  const D q = xsimd::fma(z, polynomial(zz, -0.37612638903183051, -0.026866170641547917, -8.5483254977974902e-4, -1.4924518149477472e-5,
                                       -1.6191097924762962e-7, -7.673867140716711e-10),
                         polynomial(zz, 0.12837916709551252, 0.11283791670931432, 0.0052239775955813347, 1.2055282261731918e-4,
                                    1.6444961813043193e-6, 1.3650181684680584e-8));
  const D near = xsimd::fma(size, q, size);
  const auto far = size > D(1.);
  if (!xsimd::any(far)) return xsimd::copysign(near, x);
  const D t = size - D(1.), tt = t * t;
  const D p = xsimd::fma(t, polynomial(tt, 2.6389675142347256, 0.041561097967083662, 0.0019778972415808911, -2.6341288082349275e-5,
                                       -9.7935706250971968e-6, -2.9734309763915941e-7, 1.3831983171590445e-8, 3.6262758022886873e-10),
                         polynomial(tt, 1.8496055099332484, 0.84310725636216567, -0.010033824554251479, -2.3730019905710297e-4,
                                    2.7286415464574549e-5, 2.2562612893116782e-6, -7.8223312795413483e-9, -3.1986873990741591e-9,
                                    -1.7403787858297543e-11));
  const D beyond = D(1.) - exp_in_range(xsimd::max(D(-40.), -p), D(0.));
  return xsimd::copysign(xsimd::select(far, beyond, near), x);
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
