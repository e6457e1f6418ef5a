// Decimal numbers at the beginning of a text that something else than a number ends (a separator, the end of a line): their digits in one
// pass, and their value, exactly: short ones by one multiplication or division of two numbers that doubles hold (Clinger, "How to read
// floating point numbers accurately", 1990), the others by std::from_chars. No locale has a say.
#pragma once
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <system_error>

namespace gradus::data {

struct ScannedNumber {
  const char *begin, *end;        // of the text, sign included
  std::uint64_t digits;           // as a number, decimal point left out; right if there are at most 19 of them
  std::int64_t count;             // of digits
  std::int64_t exponent;          // of 10
  bool negative, real;            // real: with a decimal point or an exponent
};

inline bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// How many bytes behind the end of a text scan_number may read.
inline constexpr std::size_t scan_padding = 8;

// Appends the digits at p to the number `digits`; behind them.
inline const char* scan_digits(const char* p, std::uint64_t& digits) {
  if constexpr (std::endian::native == std::endian::little) {
    static constexpr std::uint64_t powers[] = {1, 10, 100, 1000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};
    while (true) {
      std::uint64_t bytes;
      std::memcpy(&bytes, p, 8);
      bytes ^= 0x3030303030303030u;                                       // digits become 0 to 9
      const std::uint64_t others = (bytes | (bytes + 0x7676767676767676u)) & 0x8080808080808080u;   // a carry comes from another one
      const int n = others == 0 ? 8 : std::countr_zero(others) / 8;
      if (n == 0) return p;
      bytes <<= 64 - 8 * n;                                               // zeros before them
      bytes = (bytes * 2561) >> 8;                                        // pairs
      bytes = ((bytes & 0x00ff00ff00ff00ffu) * 6553601) >> 16;            // fours
      digits = digits * powers[n] + (((bytes & 0x0000ffff0000ffffu) * 42949672960001u) >> 32);
      p += n;
      if (n < 8) return p;
    }
  } else {
    for (; is_digit(*p); ++p) digits = digits * 10 + static_cast<std::uint64_t>(*p - '0');
    return p;
  }
}

// False where no number begins.
inline bool scan_number(const char* p, char decimal, ScannedNumber& n) {
  n.begin = p;
  n.negative = *p == '-';
  p += *p == '-' || *p == '+';
  n.digits = 0;
  const char* first = p;
  p = scan_digits(p, n.digits);
  n.count = p - first;
  n.exponent = 0;
  n.real = *p == decimal;
  if (n.real) {
    first = ++p;
    p = scan_digits(p, n.digits);
    n.count += p - first;
    n.exponent = first - p;
  }
  if (n.count == 0) return false;
  if (*p == 'e' || *p == 'E') {
    const char* q = p + 1;
    const bool below = *q == '-';
    q += *q == '-' || *q == '+';
    if (is_digit(*q)) {
      std::int64_t exponent = 0;
      for (; is_digit(*q); ++q)
        if (exponent < 100'000'000) exponent = exponent * 10 + (*q - '0');
      n.exponent += below ? -exponent : exponent;
      n.real = true;
      p = q;
    }
  }
  n.end = p;
  return true;
}

// A whole number; false if it lies beyond std::int64_t.
inline bool whole_value(const ScannedNumber& n, std::int64_t& value) {
  if (n.count <= 18) {
    value = n.negative ? -static_cast<std::int64_t>(n.digits) : static_cast<std::int64_t>(n.digits);
    return true;
  }
  const char* begin = n.begin + (*n.begin == '+');
  return std::from_chars(begin, n.end, value).ec == std::errc{};
}

template <class Float> Float slow_value(const ScannedNumber& n, char decimal);

// Rounded once, to nearest even; beyond the largest number: infinite.
template <class Float>
inline Float real_value(const ScannedNumber& n, char decimal) {
  constexpr bool wide = sizeof(Float) == 8;
  constexpr std::int64_t most = wide ? 22 : 10;                           // 10^most is exact
  constexpr std::uint64_t exact = std::uint64_t{1} << (wide ? 53 : 24);   // whole numbers up to here are
  static constexpr double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (n.count <= 19 && n.digits <= exact && n.exponent >= -most && n.exponent <= most) [[likely]] {
    const auto digits = static_cast<Float>(n.digits);
    const Float value = n.exponent < 0 ? digits / static_cast<Float>(powers[-n.exponent]) : digits * static_cast<Float>(powers[n.exponent]);
    return n.negative ? -value : value;
  }
  return slow_value<Float>(n, decimal);
}

template <class Float>
Float slow_value(const ScannedNumber& n, char decimal) {
  const char *begin = n.begin + (*n.begin == '+'), *end = n.end;
  std::string copy;
  if (decimal != '.') {
    copy.assign(begin, end);
    for (char& c : copy)
      if (c == decimal) c = '.';
    begin = copy.data();
    end = begin + copy.size();
  }
  Float value = 0;
  if (std::from_chars(begin, end, value).ec == std::errc{}) return value;
  // Out of range, this way or that: where the first digit that counts stands says which.
  std::int64_t place = n.exponent + n.count;
  for (const char* p = n.begin; p != n.end && (*p == '0' || !is_digit(*p)); ++p) place -= *p == '0';
  value = place > 0 ? std::numeric_limits<Float>::infinity() : Float(0);
  return n.negative ? -value : value;
}

}  // namespace gradus::data
