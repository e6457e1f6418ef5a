// A register of f32 as two of f64, and back: for what needs more than 24 bits on the way.
#pragma once
#include <gradus/autograd/simd/exp.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

template <class A>
struct Halves {
  Doubles<A> low, high;
};

#if defined(__AVX512F__)
template <class A>
Halves<A> widened(const Floats<A>& x) {   // masked by nothing: g++ 12 warns of the others
  const __m512d both = _mm512_castps_pd(x);
  return {
      _mm512_maskz_cvtps_pd(static_cast<__mmask8>(-1), _mm512_castps512_ps256(x)),
      _mm512_maskz_cvtps_pd(static_cast<__mmask8>(-1), _mm256_castpd_ps(_mm512_maskz_extractf64x4_pd(static_cast<__mmask8>(-1), both, 1)))};
}
template <class A>
Floats<A> narrowed(const Halves<A>& x) {
  const __m256 low = _mm512_maskz_cvtpd_ps(static_cast<__mmask8>(-1), x.low),
               high = _mm512_maskz_cvtpd_ps(static_cast<__mmask8>(-1), x.high);
  return _mm512_castpd_ps(_mm512_insertf64x4(_mm512_castps_pd(_mm512_castps256_ps512(low)), _mm256_castps_pd(high), 1));
}
#elif defined(__AVX2__)
template <class A>
Halves<A> widened(const Floats<A>& x) {
  return {_mm256_cvtps_pd(_mm256_castps256_ps128(x)), _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1))};
}
template <class A>
Floats<A> narrowed(const Halves<A>& x) {
  return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(x.low)), _mm256_cvtpd_ps(x.high), 1);
}
#elif defined(__SSE2__)
template <class A>
Halves<A> widened(const Floats<A>& x) {
  return {_mm_cvtps_pd(x), _mm_cvtps_pd(_mm_movehl_ps(x, x))};
}
template <class A>
Floats<A> narrowed(const Halves<A>& x) {
  return _mm_movelh_ps(_mm_cvtpd_ps(x.low), _mm_cvtpd_ps(x.high));
}
#else
template <class A>
Halves<A> widened(const Floats<A>& x) {
  constexpr std::size_t n = Floats<A>::size;
  float narrow[n];
  double wide[n];
  x.store_unaligned(narrow);
  for (std::size_t i = 0; i < n; ++i) wide[i] = static_cast<double>(narrow[i]);
  return {Doubles<A>::load_unaligned(wide), Doubles<A>::load_unaligned(wide + n / 2)};
}
template <class A>
Floats<A> narrowed(const Halves<A>& x) {
  constexpr std::size_t n = Floats<A>::size;
  float narrow[n];
  double wide[n];
  x.low.store_unaligned(wide);
  x.high.store_unaligned(wide + n / 2);
  for (std::size_t i = 0; i < n; ++i) narrow[i] = static_cast<float>(wide[i]);
  return Floats<A>::load_unaligned(narrow);
}
#endif

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
