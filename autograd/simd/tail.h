// The last few numbers of a row, at least one and fewer than a register holds: loads that read only those, stores that write only those.
// Nothing beyond them is touched, and what was stored is read again without waiting where the machine can. The other lanes hold the first
// number once more: what a formula does with it happens anyway, where a zero could be divided by, and set off a host's trap.
#pragma once
#include <cstdint>
#include <cstring>

#include <gradus/autograd/simd/xsimd.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

#if defined(__AVX512F__)
inline __mmask16 first16(std::int64_t n) { return static_cast<__mmask16>((1u << n) - 1); }
inline __mmask8 first8(std::int64_t n) { return static_cast<__mmask8>((1u << n) - 1); }
inline __m512 load_first(const float* p, std::int64_t n) { return _mm512_mask_loadu_ps(_mm512_set1_ps(*p), first16(n), p); }
inline __m512d load_first(const double* p, std::int64_t n) { return _mm512_mask_loadu_pd(_mm512_set1_pd(*p), first8(n), p); }
inline void store_first(float* p, std::int64_t n, __m512 x) { _mm512_mask_storeu_ps(p, first16(n), x); }
inline void store_first(double* p, std::int64_t n, __m512d x) { _mm512_mask_storeu_pd(p, first8(n), x); }
#elif defined(__SSE2__)
inline void store_first(float* p, std::int64_t n, __m128 x) {
  if (n & 2) {
    _mm_storel_pi(reinterpret_cast<__m64*>(p), x);
    p += 2, x = _mm_movehl_ps(x, x);
  }
  if (n & 1) _mm_store_ss(p, x);
}
inline void store_first(double* p, std::int64_t n, __m128d x) {
  if (n & 1) _mm_store_sd(p, x);
}
#if defined(__AVX2__)
inline constexpr std::int64_t all_then_none[] = {-1, -1, -1, -1, 0, 0, 0, 0};
inline __m256i first_of(std::int64_t bytes) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(reinterpret_cast<const char*>(all_then_none) + 32 - bytes));
}
inline __m256 load_first(const float* p, std::int64_t n) {
  const __m256i wanted = first_of(4 * n);
  return _mm256_blendv_ps(_mm256_set1_ps(*p), _mm256_maskload_ps(p, wanted), _mm256_castsi256_ps(wanted));
}
inline __m256d load_first(const double* p, std::int64_t n) {
  const __m256i wanted = first_of(8 * n);
  return _mm256_blendv_pd(_mm256_set1_pd(*p), _mm256_maskload_pd(p, wanted), _mm256_castsi256_pd(wanted));
}
// In pieces: masked stores of AVX2 are slow on several processors.
inline void store_first(float* p, std::int64_t n, __m256 x) {
  __m128 rest = _mm256_castps256_ps128(x);
  if (n & 4) {
    _mm_storeu_ps(p, rest);
    p += 4, rest = _mm256_extractf128_ps(x, 1);
  }
  store_first(p, n, rest);
}
inline void store_first(double* p, std::int64_t n, __m256d x) {
  __m128d rest = _mm256_castpd256_pd128(x);
  if (n & 2) {
    _mm_storeu_pd(p, rest);
    p += 2, rest = _mm256_extractf128_pd(x, 1);
  }
  store_first(p, n, rest);
}
#else
inline __m128 load_first(const float* p, std::int64_t n) {
  if (n == 1) return _mm_set1_ps(*p);
  const __m128 two = _mm_castpd_ps(_mm_load1_pd(reinterpret_cast<const double*>(p)));
  return n == 2 ? two : _mm_movelh_ps(two, _mm_set1_ps(p[2]));
}
inline __m128d load_first(const double* p, std::int64_t) { return _mm_set1_pd(*p); }
#endif
#else
template <class T>
xsimd::batch<T> load_first(const T* p, std::int64_t n) {
  T lanes[xsimd::batch<T>::size];
  for (T& lane : lanes) lane = *p;
  std::memcpy(lanes, p, static_cast<std::size_t>(n) * sizeof(T));
  return xsimd::batch<T>::load_unaligned(lanes);
}
template <class T>
void store_first(T* p, std::int64_t n, xsimd::batch<T> x) {
  T lanes[xsimd::batch<T>::size];
  x.store_unaligned(lanes);
  std::memcpy(p, lanes, static_cast<std::size_t>(n) * sizeof(T));
}
#endif

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
