// Rearranging a matrix so that products read it from end to end. For *.simd.cpp files.
//   pack<wide<float>>(across(p.b, 0, 0), n, k, panel);
#pragma once
#include <algorithm>
#include <cstdint>

#include <gradus/autograd/kernels/products/gemm.h>
#include <gradus/autograd/simd/simd.h>

namespace gradus::kernels::GRADUS_SIMD_NAMESPACE {

// A matrix as its lines along the terms of the product: rows of a, columns of b; element t of line i at data[i · line + t · term].
template <class T>
struct Lines { const T* data; std::int64_t line, term; };

template <class T>
Lines<T> down(const Matrix<T>& a, std::int64_t row, std::int64_t term) {
  const Lines<T> all{a.data, a.transposed ? 1 : a.stride, a.transposed ? a.stride : 1};
  return {all.data + row * all.line + term * all.term, all.line, all.term};
}
template <class T>
Lines<T> across(const Matrix<T>& b, std::int64_t term, std::int64_t column) {
  return down(Matrix<T>{b.data, b.stride, !b.transposed}, column, term);
}

// So many terms, 16 bytes of them, `turn` takes at a time.
template <class T>
inline constexpr std::int64_t turned = 16 / sizeof(T);

// A register's worth of lines, `line` apart, whose terms lie side by side, becomes a register for each of `turned` terms, `step` apart.
#if !defined(GRADUS_PLAIN) && defined(__AVX512F__)
inline void turn(const float* from, std::int64_t line, float* to, std::int64_t step) {
  const auto quarter = [=](std::int64_t i) {   // of lines i, i + 4, i + 8, i + 12
    const float* const p = from + i * line;
    __m512 v = _mm512_castps128_ps512(_mm_loadu_ps(p));
    v = _mm512_insertf32x4(v, _mm_loadu_ps(p + 4 * line), 1);
    v = _mm512_insertf32x4(v, _mm_loadu_ps(p + 8 * line), 2);
    return _mm512_insertf32x4(v, _mm_loadu_ps(p + 12 * line), 3);
  };
  const __m512 a = quarter(0), b = quarter(1), c = quarter(2), d = quarter(3);
  const __m512 ab = _mm512_unpacklo_ps(a, b), cd = _mm512_unpacklo_ps(c, d), ab2 = _mm512_unpackhi_ps(a, b), cd2 = _mm512_unpackhi_ps(c, d);
  _mm512_storeu_ps(to, _mm512_shuffle_ps(ab, cd, 0x44));
  _mm512_storeu_ps(to + step, _mm512_shuffle_ps(ab, cd, 0xee));
  _mm512_storeu_ps(to + 2 * step, _mm512_shuffle_ps(ab2, cd2, 0x44));
  _mm512_storeu_ps(to + 3 * step, _mm512_shuffle_ps(ab2, cd2, 0xee));
}
inline void turn(const double* from, std::int64_t line, double* to, std::int64_t step) {
  const auto half = [=](std::int64_t i) {   // of lines i, i + 2, i + 4, i + 6
    const double* const p = from + i * line;
    __m512d v = _mm512_castpd128_pd512(_mm_loadu_pd(p));
    v = _mm512_insertf64x2(v, _mm_loadu_pd(p + 2 * line), 1);
    v = _mm512_insertf64x2(v, _mm_loadu_pd(p + 4 * line), 2);
    return _mm512_insertf64x2(v, _mm_loadu_pd(p + 6 * line), 3);
  };
  const __m512d a = half(0), b = half(1);
  _mm512_storeu_pd(to, _mm512_unpacklo_pd(a, b));
  _mm512_storeu_pd(to + step, _mm512_unpackhi_pd(a, b));
}
#elif !defined(GRADUS_PLAIN) && defined(__AVX2__)
inline void turn(const float* from, std::int64_t line, float* to, std::int64_t step) {
  const auto quarter = [=](std::int64_t i) {   // of lines i, i + 4
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(from + i * line)), _mm_loadu_ps(from + (i + 4) * line), 1);
  };
  const __m256 a = quarter(0), b = quarter(1), c = quarter(2), d = quarter(3);
  const __m256 ab = _mm256_unpacklo_ps(a, b), cd = _mm256_unpacklo_ps(c, d), ab2 = _mm256_unpackhi_ps(a, b), cd2 = _mm256_unpackhi_ps(c, d);
  _mm256_storeu_ps(to, _mm256_shuffle_ps(ab, cd, 0x44));
  _mm256_storeu_ps(to + step, _mm256_shuffle_ps(ab, cd, 0xee));
  _mm256_storeu_ps(to + 2 * step, _mm256_shuffle_ps(ab2, cd2, 0x44));
  _mm256_storeu_ps(to + 3 * step, _mm256_shuffle_ps(ab2, cd2, 0xee));
}
inline void turn(const double* from, std::int64_t line, double* to, std::int64_t step) {
  const auto half = [=](std::int64_t i) {   // of lines i, i + 2
    return _mm256_insertf128_pd(_mm256_castpd128_pd256(_mm_loadu_pd(from + i * line)), _mm_loadu_pd(from + (i + 2) * line), 1);
  };
  const __m256d a = half(0), b = half(1);
  _mm256_storeu_pd(to, _mm256_unpacklo_pd(a, b));
  _mm256_storeu_pd(to + step, _mm256_unpackhi_pd(a, b));
}
#else
template <class T>
void turn(const T* from, std::int64_t line, T* to, std::int64_t step) {
  for (std::int64_t t = 0; t < turned<T>; ++t)
    for (std::int64_t i = 0; i < Vec<T>::size; ++i) to[t * step + i] = from[i * line + t];
}
#endif

// Writes `count` lines of `terms` to columns of rows that are `step` apart, a row a term. What lies in a row behind them is left alone.
template <class T>
void lay_lines(Lines<T> from, std::int64_t count, std::int64_t terms, T* to, std::int64_t step) {
  constexpr std::int64_t w = Vec<T>::size;
  for (; count > 0; count -= w, from.data += w * from.line, to += w) {
    std::int64_t t = 0;
    if (count >= w && from.line == 1)
      for (; t < terms; ++t) Vec<T>::load(from.data + t * from.term).store(to + t * step);
    else if (from.line == 1)
      for (; t < terms; ++t) Vec<T>::load(from.data + t * from.term, count).store(to + t * step, count);
    else if (count >= w && from.term == 1)
      for (; t + turned<T> <= terms; t += turned<T>) turn(from.data + t, from.line, to + t * step, step);
    for (; t < terms; ++t)
      for (std::int64_t i = 0; i < std::min(count, w); ++i) to[t * step + i] = from.data[i * from.line + t * from.term];
  }
}

// Rearranges `count` lines of `terms` into panels of `width` lines, whole registers, term after term; lines beyond the last are zero.
template <std::int64_t width, class T>
void pack(Lines<T> from, std::int64_t count, std::int64_t terms, T* to) {
  for (; count > 0; count -= width, from.data += width * from.line, to += width * terms) {
    const std::int64_t lines = std::min(width, count);
    lay_lines(from, lines, terms, to, width);
    if (lines < width)
      for (std::int64_t t = 0; t < terms; ++t) std::fill(to + t * width + lines, to + (t + 1) * width, T(0));
  }
}

}  // namespace gradus::kernels::GRADUS_SIMD_NAMESPACE
