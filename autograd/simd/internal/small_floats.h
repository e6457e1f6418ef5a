// Registers of float for the small floats (base/small_float.h): loads that widen, stores that round to nearest even, with the bits that
// SmallFloat itself would give.
//   Vec<float> v = load_small(p);   store_small(v * 2, p);        // p: Half* or BFloat16*, as many as Vec<float>::size
//   load_small(p, n), store_small(v, p, n)                        // the first n, 0 < n < size
#pragma once
#include <cstdint>
#include <cstring>

#include <gradus/autograd/base/small_float.h>
#include <gradus/autograd/simd/simd.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

#if defined(GRADUS_PLAIN)

template <class T>
Vec<float> load_small(const T* p) { return static_cast<float>(*p); }
template <class T>
void store_small(Vec<float> x, T* p) { *p = T(x.b); }
template <class T>
Vec<float> load_small(const T*, std::int64_t) { return 0; }
template <class T>
void store_small(Vec<float>, T*, std::int64_t) {}

#else

#if defined(__AVX512F__)   // masked by nothing: g++ 12 warns of the others
inline constexpr auto every16 = static_cast<__mmask16>(-1);
inline __m256i bits16(const void* p) { return _mm256_loadu_si256(static_cast<const __m256i*>(p)); }
inline void put16(void* p, __m256i x) { _mm256_storeu_si256(static_cast<__m256i*>(p), x); }
inline Vec<float> load_small(const Half* p) { return Vec<float>::Batch(_mm512_maskz_cvtph_ps(every16, bits16(p))); }
inline void store_small(Vec<float> x, Half* p) {
  put16(p, _mm512_maskz_cvtps_ph(every16, x.b, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
inline Vec<float> load_small(const BFloat16* p) {
  return Vec<float>::Batch(_mm512_castsi512_ps(_mm512_maskz_slli_epi32(every16, _mm512_maskz_cvtepu16_epi32(every16, bits16(p)), 16)));
}
inline void store_small(Vec<float> x, BFloat16* p) {
  const __m512i word = _mm512_castps_si512(x.b), upper = _mm512_maskz_srli_epi32(every16, word, 16);
  const __m512i odd = _mm512_maskz_and_epi32(every16, upper, _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_maskz_srli_epi32(every16, _mm512_add_epi32(word, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff))), 16);
  const __mmask16 nan = _mm512_cmp_ps_mask(x.b, x.b, _CMP_UNORD_Q);
  put16(p, _mm512_maskz_cvtepi32_epi16(every16, _mm512_mask_or_epi32(rounded, nan, upper, _mm512_set1_epi32(0x40))));
}
#elif defined(__AVX2__)
inline __m128i bits8(const void* p) { return _mm_loadu_si128(static_cast<const __m128i*>(p)); }
inline void put8(void* p, __m128i x) { _mm_storeu_si128(static_cast<__m128i*>(p), x); }
inline Vec<float> load_small(const Half* p) { return Vec<float>::Batch(_mm256_cvtph_ps(bits8(p))); }
inline void store_small(Vec<float> x, Half* p) { put8(p, _mm256_cvtps_ph(x.b, _MM_FROUND_TO_NEAREST_INT)); }
inline Vec<float> load_small(const BFloat16* p) {
  return Vec<float>::Batch(_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits8(p)), 16)));
}
inline void store_small(Vec<float> x, BFloat16* p) {
  const __m256i word = _mm256_castps_si256(x.b), upper = _mm256_srli_epi32(word, 16), odd = _mm256_and_si256(upper, _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_srli_epi32(_mm256_add_epi32(word, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff))), 16);
  const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(x.b, x.b, _CMP_UNORD_Q)), quiet = _mm256_or_si256(upper, _mm256_set1_epi32(0x40));
  const __m256i chosen = _mm256_blendv_epi8(rounded, quiet, nan);
  put8(p, _mm_packus_epi32(_mm256_castsi256_si128(chosen), _mm256_extracti128_si256(chosen, 1)));
}
#elif defined(__SSE2__)
inline __m128i words4(const void* p) { return _mm_unpacklo_epi16(_mm_loadl_epi64(static_cast<const __m128i*>(p)), _mm_setzero_si128()); }
// Each number's lower 16 bits.
inline void put4(void* p, __m128i x) {
  x = _mm_srai_epi32(_mm_slli_epi32(x, 16), 16);   // what packs_epi32 keeps as it is
  _mm_storel_epi64(static_cast<__m128i*>(p), _mm_packs_epi32(x, x));
}
inline __m128i choose(__m128i where, __m128i a, __m128i b) { return _mm_or_si128(_mm_and_si128(where, a), _mm_andnot_si128(where, b)); }
inline Vec<float> load_small(const Half* p) {
  const __m128i word = words4(p), size = _mm_and_si128(word, _mm_set1_epi32(0x7fff));
  const __m128i sign = _mm_slli_epi32(_mm_xor_si128(word, size), 16), moved = _mm_slli_epi32(size, 13);
  const __m128i normal = _mm_add_epi32(moved, _mm_set1_epi32(112 << 23));
  const __m128i tiny = _mm_castps_si128(_mm_mul_ps(_mm_cvtepi32_ps(size), _mm_set1_ps(0x1p-24f)));
  const __m128i nan = _mm_cmpgt_epi32(size, _mm_set1_epi32(0x7c00));
  const __m128i special = _mm_or_si128(_mm_or_si128(moved, _mm_set1_epi32(0x7f800000)), _mm_and_si128(nan, _mm_set1_epi32(0x400000)));
  const __m128i finite = choose(_mm_cmplt_epi32(size, _mm_set1_epi32(0x400)), tiny, normal);
  const __m128i x = choose(_mm_cmpgt_epi32(size, _mm_set1_epi32(0x7bff)), special, finite);
  return Vec<float>::Batch(_mm_castsi128_ps(_mm_or_si128(sign, x)));
}
inline void store_small(Vec<float> x, Half* p) {
  const __m128i word = _mm_castps_si128(x.b), size = _mm_and_si128(word, _mm_set1_epi32(0x7fffffff));
  const __m128i sign = _mm_srli_epi32(_mm_xor_si128(word, size), 16), odd = _mm_and_si128(_mm_srli_epi32(size, 13), _mm_set1_epi32(1));
  const __m128i normal = _mm_srli_epi32(_mm_add_epi32(_mm_add_epi32(size, odd), _mm_set1_epi32(0xfff - (112 << 23))), 13);
  // Below the smallest normal number: beside 0.5 a float has room for multiples of 2^-24 alone.
  const __m128i half = _mm_set1_epi32(126 << 23);
  const __m128i tiny = _mm_sub_epi32(_mm_castps_si128(_mm_add_ps(_mm_castsi128_ps(size), _mm_castsi128_ps(half))), half);
  const __m128i nan = _mm_cmpgt_epi32(size, _mm_set1_epi32(0x7f800000));
  const __m128i payload = _mm_or_si128(_mm_and_si128(_mm_srli_epi32(size, 13), _mm_set1_epi32(0x3ff)), _mm_set1_epi32(0x200));
  const __m128i special = _mm_or_si128(_mm_set1_epi32(0x7c00), _mm_and_si128(nan, payload));
  const __m128i finite = choose(_mm_cmplt_epi32(size, _mm_set1_epi32(113 << 23)), tiny, normal);
  put4(p, _mm_or_si128(sign, choose(_mm_cmpgt_epi32(size, _mm_set1_epi32((143 << 23) - 1)), special, finite)));
}
inline Vec<float> load_small(const BFloat16* p) { return Vec<float>::Batch(_mm_castsi128_ps(_mm_slli_epi32(words4(p), 16))); }
inline void store_small(Vec<float> x, BFloat16* p) {
  const __m128i word = _mm_castps_si128(x.b), upper = _mm_srli_epi32(word, 16), odd = _mm_and_si128(upper, _mm_set1_epi32(1));
  const __m128i rounded = _mm_srli_epi32(_mm_add_epi32(word, _mm_add_epi32(odd, _mm_set1_epi32(0x7fff))), 16);
  const __m128i nan = _mm_castps_si128(_mm_cmpunord_ps(x.b, x.b));
  put4(p, choose(nan, _mm_or_si128(upper, _mm_set1_epi32(0x40)), rounded));
}
#else
template <class T>
Vec<float> load_small(const T* p) {
  float lanes[Vec<float>::size];
  for (std::int64_t i = 0; i < Vec<float>::size; ++i) lanes[i] = static_cast<float>(p[i]);
  return Vec<float>::load(lanes);
}
template <class T>
void store_small(Vec<float> x, T* p) {
  float lanes[Vec<float>::size];
  x.store(lanes);
  for (std::int64_t i = 0; i < Vec<float>::size; ++i) p[i] = T(lanes[i]);
}
#endif

// The other lanes hold the first number once more, as those of Vec::load do.
template <class T>
Vec<float> load_small(const T* p, std::int64_t n) {
  T lanes[Vec<float>::size];
  for (T& lane : lanes) std::memcpy(&lane, p, sizeof lane);
  std::memcpy(lanes, p, static_cast<std::size_t>(n) * sizeof(T));
  return load_small(lanes);
}
template <class T>
void store_small(Vec<float> x, T* p, std::int64_t n) {
  T lanes[Vec<float>::size];
  store_small(x, lanes);
  std::memcpy(p, lanes, static_cast<std::size_t>(n) * sizeof(T));
}

#endif

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
