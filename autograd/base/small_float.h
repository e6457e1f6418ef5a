// Floating-point numbers of 16 bits and less, which are stored and not computed with: f16 (IEEE 754's binary16) and bf16 (the upper half of
// a float). Made of any number, rounded once, to nearest even; used as floats, exactly.
//   Half h(0.1);   float x = h;             // 0.099975586
//   Half::from_bits(0x7bff)                 // 65504, the largest one
// NaN stays NaN, quiet, with its sign and what fits of its payload; what is too large becomes infinite. (std::bit_cast by its compilers'
// name: libc++ 14 has none.)
#pragma once
#include <cstdint>
#include <limits>
#include <type_traits>

namespace gradus {

// A sign, bits of exponent, bits of fraction, as IEEE 754 lays them out, infinities and subnormal numbers too.
template <int exponent_bits, int fraction_bits>
struct SmallFloat {
  using Bits = std::conditional_t<(exponent_bits + fraction_bits < 8), std::uint8_t, std::uint16_t>;
  Bits bits;

  SmallFloat() = default;
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
  constexpr explicit SmallFloat(T x) : bits(rounded(x)) {}
  template <int other_exponent_bits, int other_fraction_bits>
  constexpr explicit SmallFloat(SmallFloat<other_exponent_bits, other_fraction_bits> x) : SmallFloat(static_cast<float>(x)) {}
  static constexpr SmallFloat from_bits(Bits bits) {
    SmallFloat x{};
    x.bits = bits;
    return x;
  }

  // No arithmetic on f32's own subnormals: a processor may be told to flush them.
  constexpr operator float() const {
    constexpr int shift = 23 - fraction_bits;
    const std::uint32_t sign = std::uint32_t{bits} >> (exponent_bits + fraction_bits) << 31, size = bits & (sign_bit - 1u);
    if constexpr (bias == 127) {
      return __builtin_bit_cast(float, sign | size << shift);
    } else {
      if (size > infinity) return __builtin_bit_cast(float, sign | 0x7fc00000u | (size & (one - 1u)) << shift);
      if (size == infinity) return __builtin_bit_cast(float, sign | 0x7f800000u);
      if (size >= one) return __builtin_bit_cast(float, sign | ((size << shift) + (std::uint32_t{127 - bias} << 23)));
      const float unit = __builtin_bit_cast(float, std::uint32_t{127 + 1 - bias - fraction_bits} << 23),
                  x = static_cast<float>(size) * unit;
      return sign ? -x : x;
    }
  }

 private:
  static constexpr int bias = (1 << (exponent_bits - 1)) - 1;
  static constexpr unsigned one = 1u << fraction_bits;                              // the lowest bit of the exponent
  static constexpr unsigned sign_bit = 1u << (exponent_bits + fraction_bits), infinity = sign_bit - one, quiet = one >> 1;

  // To nearest, a tie to the even one. A carry out of the fraction makes the exponent one more, as it should.
  template <class Word>
  static constexpr unsigned without_last(int count, Word x) {
    return static_cast<unsigned>((x + (Word{1} << (count - 1)) - 1 + (x >> count & 1)) >> count);
  }

  template <class T>
  static constexpr Bits rounded(T x) {
    if constexpr (std::is_integral_v<T>) {   // as a double, where bits that it has no room for must not make a tie of what is none
      const bool negative = x < T{0};
      std::uint64_t size = negative ? 0 - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x);
      constexpr std::uint64_t last = 0xfff;
      if (size >> 52) size = (size & ~last) | (size & last ? std::uint64_t{0x800} : 0);
      const auto wide = static_cast<double>(size);
      return rounded(negative ? -wide : wide);
    } else {
      using Float = std::conditional_t<std::is_same_v<T, float>, float, double>;
      using Word = std::conditional_t<sizeof(Float) == 4, std::uint32_t, std::uint64_t>;
      constexpr int digits = std::numeric_limits<Float>::digits - 1, its_bias = std::numeric_limits<Float>::max_exponent - 1;
      constexpr int extra = digits - fraction_bits, below = its_bias - bias;
      constexpr Word its_one = Word{1} << digits, its_infinity = Word{2 * its_bias + 1} << digits;
      const auto word = __builtin_bit_cast(Word, static_cast<Float>(x));
      const Word size = word & (static_cast<Word>(-1) >> 1);
      const unsigned sign = word == size ? 0 : sign_bit;
      const auto with_sign = [sign](unsigned magnitude) { return static_cast<Bits>(sign | magnitude); };
      if (size > its_infinity) return with_sign(infinity | quiet | (static_cast<unsigned>(size >> extra) & (one - 1)));
      if (size >= Word{its_bias + bias + 1} << digits) return with_sign(infinity);
      if (size >= Word{below + 1} << digits) return with_sign(without_last(extra, size - (Word{below} << digits)));
      const int exponent = static_cast<int>(size >> digits), shift = extra + below + 1 - (exponent > 0 ? exponent : 1);
      if (shift > digits + 1) return with_sign(0);   // less than half of the smallest
      return with_sign(without_last(shift, (size & (its_one - 1)) | (exponent > 0 ? its_one : 0)));
    }
  }
};

using Half = SmallFloat<5, 10>;
using BFloat16 = SmallFloat<8, 7>;

}  // namespace gradus
