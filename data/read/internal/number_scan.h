// Decimal numbers at the beginning of a text that something else than a number ends (a separator, the end of a line): their digits in one
// pass, and their value, exactly: short ones by one multiplication or division of two numbers that doubles hold (Clinger, "How to read
// floating point numbers accurately", 1990), or of two that x86's registers of 64 digits hold, the others by std::from_chars. No locale has
// a say.
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

// Up to eight digits at p as a number; how many there are.
inline int some_digits(const char* p, std::uint64_t& digits) {
  if constexpr (std::endian::native == std::endian::little) {
    std::uint64_t bytes;
    std::memcpy(&bytes, p, 8);
    bytes ^= 0x3030303030303030u;                                                                 // digits become 0 to 9
    const std::uint64_t others = (bytes | (bytes + 0x7676767676767676u)) & 0x8080808080808080u;   // a carry comes from another one
    const int n = std::countr_zero(others) / 8;
    bytes = bytes << (32 - 4 * n) << (32 - 4 * n);                                                // zeros before them
    bytes = (bytes * 2561) >> 8;                                                                  // pairs
    bytes = ((bytes & 0x00ff00ff00ff00ffu) * 6553601) >> 16;                                      // fours
    digits = ((bytes & 0x0000ffff0000ffffu) * 42949672960001u) >> 32;
    return n;
  } else {
    int n = 0;
    for (digits = 0; n < 8 && is_digit(p[n]); ++n) digits = digits * 10 + static_cast<std::uint64_t>(p[n] - '0');
    return n;
  }
}

// Appends the digits at p to the number `digits`; behind them.
[[gnu::always_inline]] inline const char* scan_digits(const char* p, std::uint64_t& digits) {
  static constexpr std::uint64_t powers[] = {1, 10, 100, 1000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};
  while (true) {
    std::uint64_t some;
    const int n = some_digits(p, some);
    digits = digits * powers[n] + some;
    p += n;
    if (n < 8) return p;
  }
}

// False where no number begins.
inline bool scan_number(const char* p, char decimal, ScannedNumber& n) {
  n.begin = p;
  n.negative = *p == '-';
  p += *p == '-' || *p == '+';
  const char* first = p;
  const int begin = some_digits(p, n.digits);
  p += begin;
  if (begin == 8) p = scan_digits(p, n.digits);
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

template <class Float> Float slow_value(ScannedNumber n, char decimal);

// What was rounded to more digits than Float has, rounded once more: the same as rounding once, but where the first result lies half way
// between two Floats. Then false.
inline bool rounded_twice(double wide, float& out) {
  out = static_cast<float>(wide);
  return (std::bit_cast<std::uint64_t>(wide) & 0x1fffffff) != 0x10000000;
}
inline bool rounded_twice(long double wide, double& out) {   // of x86's 64 bits
  std::uint64_t mantissa;
  std::memcpy(&mantissa, &wide, 8);
  out = static_cast<double>(wide);
  return (mantissa & 0x7ff) != 0x400;
}

// digits * 10^exponent, where both are numbers of the type Wide.
template <class Wide>
inline Wide scaled(std::uint64_t digits, std::int64_t exponent) {
  static constexpr Wide powers[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
                                    1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
  const auto value = static_cast<Wide>(digits);
  return exponent < 0 ? value / powers[-exponent] : value * powers[exponent];
}

// Rounded once, to nearest even; beyond the largest number: infinite.
template <class Float>
[[gnu::always_inline]] inline Float real_value(const ScannedNumber& n, char decimal) {
  constexpr std::uint64_t exact = std::uint64_t{1} << 53;                 // whole numbers up to here are doubles, and 10^22 is
  constexpr bool extended = std::numeric_limits<long double>::digits == 64 && std::endian::native == std::endian::little;
  Float value = 0;
  bool found = false;
  if (n.count <= 19 && n.exponent >= -22 && n.exponent <= 22) [[likely]] {
    if (n.digits <= exact) {
      const auto wide = scaled<double>(n.digits, n.exponent);
      if constexpr (sizeof(Float) == 8) value = wide, found = true;
      else found = rounded_twice(wide, value);
    } else if constexpr (extended && sizeof(Float) == 8) {
      found = rounded_twice(scaled<long double>(n.digits, n.exponent), value);   // 10^27 is a number of 64 bits
    }
  }
  if (!found) return slow_value<Float>(n, decimal);
  // Signs are as good as random: no branch.
  if constexpr (sizeof(Float) == 8)
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) | std::uint64_t{n.negative} << 63);
  else
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) | std::uint32_t{n.negative} << 31);
}

template <class Float>
[[gnu::noinline]] Float slow_value(ScannedNumber n, char decimal) {
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
