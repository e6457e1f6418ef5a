// The first byte that ends a cell, sixteen bytes at a time where the processor has registers for it.
//   CellEnds ends(',');   const char* end = ends.find(p, ascii);   // ',', CR or LF, one of which must come; `ascii`: what is before it
// Up to 16 bytes behind the end that is found are read.
#pragma once
#include <bit>
#include <cstdint>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace gradus::data {

class CellEnds {
 public:
  explicit CellEnds(char separator) : separator_(separator) {}

  const char* find(const char* p, bool& ascii) const {
#ifdef __SSE2__
    const __m128i separator = _mm_set1_epi8(separator_), cr = _mm_set1_epi8('\r'), lf = _mm_set1_epi8('\n');
    for (unsigned others = 0;; p += 16) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      const __m128i lines = _mm_or_si128(_mm_cmpeq_epi8(bytes, cr), _mm_cmpeq_epi8(bytes, lf));
      const __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(bytes, separator), lines);
      const auto found = static_cast<unsigned>(_mm_movemask_epi8(ends)), high = static_cast<unsigned>(_mm_movemask_epi8(bytes));
      if (found != 0) {
        others |= high & (found ^ (found - 1));
        ascii = others == 0;
        return p + std::countr_zero(found);
      }
      others |= high;
    }
#else
    unsigned char beyond = 0;
    for (; *p != separator_ && *p != '\r' && *p != '\n'; ++p) beyond |= static_cast<unsigned char>(*p);
    ascii = beyond < 0x80;
    return p;
#endif
  }

  // The first quote from p on, or `end`; how many lines end before it (CRLF is one end).
  static const char* find_quote(const char* p, const char* end, char quote, std::int64_t& lines, bool& ascii) {
#ifdef __SSE2__
    const __m128i quotes = _mm_set1_epi8(quote), cr = _mm_set1_epi8('\r'), lf = _mm_set1_epi8('\n');
    for (unsigned others = 0;; p += 16) {
      if (p >= end) return ascii &= others == 0, end;
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      auto found = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, quotes)));
      if (end - p < 16) found |= 1u << (end - p);
      const unsigned before = found ? (found & (0u - found)) - 1 : 0xffffu;
      auto breaks = before & static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, cr), _mm_cmpeq_epi8(bytes, lf))));
      for (; breaks; breaks &= breaks - 1) {
        const char* const at = p + std::countr_zero(breaks);
        lines += *at == '\n' || at[1] != '\n';
      }
      others |= before & static_cast<unsigned>(_mm_movemask_epi8(bytes));
      if (found) return ascii &= others == 0, p + std::countr_zero(found);
    }
#else
    unsigned char beyond = 0;
    for (; p != end && *p != quote; ++p) {
      lines += *p == '\n' || (*p == '\r' && p[1] != '\n');
      beyond |= static_cast<unsigned char>(*p);
    }
    ascii &= beyond < 0x80;
    return p;
#endif
  }

 private:
  char separator_;
};

}  // namespace gradus::data
