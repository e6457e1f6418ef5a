// Weighted sums of bytes with x86's instruction for pairs of products: along a row for four results at a time, along columns for sixteen.
// Sums are whole numbers of 32 bits, so their order does not matter, and the results are those of plain loops.
#pragma once
#ifdef __SSE2__
#include <cstdint>
#include <cstring>
#include <vector>

#include <emmintrin.h>

namespace gradus::data::detail {

// Weights of results along a row, each filled up with zeros to four or to eights of bytes that begin where the result's first byte is.
struct RowWeights {
  std::int64_t out, each;
  const std::int64_t* first;                     // [out], ascending
  std::vector<std::int16_t> weight;              // [out, each]

  RowWeights(std::int64_t out, std::int64_t most, const std::int64_t* first)
      : out(out), each(most <= 4 ? 4 : (most + 7) / 8 * 8), first(first), weight(static_cast<std::size_t>(out * each)) {}
};

// The results of a row up to the last four whose bytes end before `limit`; how many there are.
inline std::int64_t resize_row(const std::uint8_t* from, const std::uint8_t* limit, const RowWeights& w, std::int32_t start, int bits,
                               std::uint8_t* to) {
  const __m128i zero = _mm_setzero_si128(), half = _mm_set1_epi32(start), shift = _mm_cvtsi32_si128(bits);
  const std::int64_t each = w.each;
  const std::int16_t* weight = w.weight.data();
  const auto weights_at = [](const std::int16_t* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); };
  std::int64_t o = 0;
  for (; o + 4 <= w.out && w.first[o + 3] + each <= limit - from; o += 4) {
    __m128i four;
    if (each == 4) {   // two results in a register
      const auto bytes = [&](std::int64_t r) {
        int x;
        std::memcpy(&x, from + w.first[o + r], 4);
        return _mm_cvtsi32_si128(x);
      };
      const __m128i a = _mm_madd_epi16(_mm_unpacklo_epi8(_mm_unpacklo_epi32(bytes(0), bytes(1)), zero), weights_at(weight));
      const __m128i b = _mm_madd_epi16(_mm_unpacklo_epi8(_mm_unpacklo_epi32(bytes(2), bytes(3)), zero), weights_at(weight + 8));
      const __m128i c = _mm_unpacklo_epi32(a, b), d = _mm_unpackhi_epi32(a, b);   // the halves of 0, 2, 0, 2 and of 1, 3, 1, 3
      const __m128i low = _mm_unpacklo_epi32(c, d), high = _mm_unpackhi_epi32(c, d);
      four = _mm_add_epi32(half, _mm_add_epi32(low, high));
      weight += 16;
    } else {
      __m128i sum[4];
      for (int r = 0; r < 4; ++r, weight += each) {
        const std::uint8_t* const x = from + w.first[o + r];
        sum[r] = zero;
        for (std::int64_t k = 0; k < each; k += 8) {
          const __m128i eight = _mm_unpacklo_epi8(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(x + k)), zero);
          sum[r] = _mm_add_epi32(sum[r], _mm_madd_epi16(eight, weights_at(weight + k)));
        }
      }
      const __m128i a = _mm_add_epi32(_mm_unpacklo_epi32(sum[0], sum[1]), _mm_unpackhi_epi32(sum[0], sum[1]));
      const __m128i b = _mm_add_epi32(_mm_unpacklo_epi32(sum[2], sum[3]), _mm_unpackhi_epi32(sum[2], sum[3]));
      four = _mm_add_epi32(half, _mm_add_epi32(_mm_unpacklo_epi64(a, b), _mm_unpackhi_epi64(a, b)));
    }
    four = _mm_packs_epi32(_mm_sra_epi32(four, shift), zero);
    const int bytes = _mm_cvtsi128_si32(_mm_packus_epi16(four, zero));
    std::memcpy(to + o, &bytes, 4);
  }
  return o;
}

// Sixteen columns of the sum of `count` rows that lie `width` bytes apart.
inline void resize_columns(const std::uint8_t* line, std::int64_t width, const std::int16_t* weight, std::int64_t count, std::int32_t start,
                           int bits, std::uint8_t* to) {
  const __m128i zero = _mm_setzero_si128(), shift = _mm_cvtsi32_si128(bits);
  __m128i sum[4];
  for (__m128i& s : sum) s = _mm_set1_epi32(start);
  for (std::int64_t k = 0; k < count; k += 2, line += 2 * width) {
    const bool two = k + 1 < count;
    const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(line));
    const __m128i b = two ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(line + width)) : zero;
    const auto second = static_cast<std::uint32_t>(two ? weight[k + 1] : 0);
    const __m128i both = _mm_set1_epi32(static_cast<std::int32_t>(static_cast<std::uint16_t>(weight[k]) | second << 16));
    const __m128i low = _mm_unpacklo_epi8(a, b), high = _mm_unpackhi_epi8(a, b);
    sum[0] = _mm_add_epi32(sum[0], _mm_madd_epi16(_mm_unpacklo_epi8(low, zero), both));
    sum[1] = _mm_add_epi32(sum[1], _mm_madd_epi16(_mm_unpackhi_epi8(low, zero), both));
    sum[2] = _mm_add_epi32(sum[2], _mm_madd_epi16(_mm_unpacklo_epi8(high, zero), both));
    sum[3] = _mm_add_epi32(sum[3], _mm_madd_epi16(_mm_unpackhi_epi8(high, zero), both));
  }
  for (__m128i& s : sum) s = _mm_sra_epi32(s, shift);
  const __m128i bytes = _mm_packus_epi16(_mm_packs_epi32(sum[0], sum[1]), _mm_packs_epi32(sum[2], sum[3]));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
}

}  // namespace gradus::data::detail
#endif
