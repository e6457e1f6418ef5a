// Half and BFloat16: every one of their 65536 values, and what they are rounded from, against arithmetic that knows nothing of bits.
#include <gradus/autograd/base/small_float.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace gradus::small_float_test {

// What a number's bits say, by IEEE 754's definition.
double value_of(unsigned bits, int exponent_bits, int fraction_bits) {
  const int bias = (1 << (exponent_bits - 1)) - 1, most = (1 << exponent_bits) - 1;
  const int exponent = static_cast<int>(bits >> fraction_bits) & most, fraction = static_cast<int>(bits & ((1u << fraction_bits) - 1));
  const double size = exponent == 0      ? std::ldexp(fraction, 1 - bias - fraction_bits)
                      : exponent < most  ? std::ldexp((1 << fraction_bits) + fraction, exponent - bias - fraction_bits)
                      : fraction == 0    ? HUGE_VAL
                                         : NAN;
  return bits >> (exponent_bits + fraction_bits) ? -size : size;
}

template <class T>
struct Format;
template <>
struct Format<Half> {
  static double value(unsigned bits) { return value_of(bits, 5, 10); }
  static constexpr unsigned infinity = 0x7c00;
};
template <>
struct Format<BFloat16> {
  static double value(unsigned bits) { return value_of(bits, 8, 7); }
  static constexpr unsigned infinity = 0x7f80;
};

// The nearest number's bits, of two the even one: by search among all.
template <class T>
unsigned nearest(double x) {
  static const std::vector<double> all = [] {
    std::vector<double> out;
    for (unsigned bits = 0; bits < Format<T>::infinity; ++bits) out.push_back(Format<T>::value(bits));
    return out;
  }();
  const unsigned sign = std::signbit(x) ? 0x8000 : 0;
  x = std::abs(x);
  const auto above = std::upper_bound(all.begin(), all.end(), x);
  const unsigned low = static_cast<unsigned>(above - all.begin()) - 1;
  // beyond the largest one stands infinity
  const double next = above == all.end() ? all.back() + (all.back() - all[all.size() - 2]) : *above;
  const double middle = (all[low] + next) / 2;
  return sign | (x > middle || (x == middle && low % 2 != 0) ? low + 1 : low);
}

template <class T>
class SmallFloats : public ::testing::Test {};
using Types = ::testing::Types<Half, BFloat16>;
TYPED_TEST_SUITE(SmallFloats, Types);

TYPED_TEST(SmallFloats, EveryOneIsTheNumberThatItsBitsSay) {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const float got = TypeParam::from_bits(static_cast<std::uint16_t>(bits)), wanted = static_cast<float>(Format<TypeParam>::value(bits));
    ASSERT_TRUE(got == wanted || (std::isnan(got) && std::isnan(wanted))) << bits << ": " << got << ", not " << wanted;
    ASSERT_EQ(std::signbit(got), std::signbit(wanted)) << bits;
  }
}

TYPED_TEST(SmallFloats, EveryOneComesBack) {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const auto x = TypeParam::from_bits(static_cast<std::uint16_t>(bits));
    const unsigned quiet = (bits & 0x7fff) > Format<TypeParam>::infinity ? (0x8000 - Format<TypeParam>::infinity) / 2 : 0;
    ASSERT_EQ(TypeParam(static_cast<float>(x)).bits, bits | quiet) << bits;
    ASSERT_EQ(TypeParam(static_cast<double>(x)).bits, bits | quiet) << bits;
    ASSERT_EQ(TypeParam(x).bits, bits);
  }
}

// The middle between any two neighbours, and the next float and double on either side.
TYPED_TEST(SmallFloats, TiesGoToTheEvenOne) {
  for (unsigned bits = 0; bits < Format<TypeParam>::infinity; ++bits)
    for (const double sign : {1.0, -1.0}) {
      const double here = Format<TypeParam>::value(bits), step = bits + 1 < Format<TypeParam>::infinity
                                                                     ? Format<TypeParam>::value(bits + 1) - here
                                                                     : here - Format<TypeParam>::value(bits - 1);
      const double tie = sign * (here + step / 2);
      const unsigned minus = sign < 0 ? 0x8000 : 0, even = bits % 2 ? bits + 1 : bits;
      ASSERT_EQ(TypeParam(tie).bits, minus | even) << bits;
      ASSERT_EQ(TypeParam(static_cast<float>(tie)).bits, minus | even) << bits;
      for (const double towards : {0.0, sign * HUGE_VAL}) {
        const unsigned wanted = minus | (towards == 0 ? bits : bits + 1);
        ASSERT_EQ(TypeParam(std::nextafter(tie, towards)).bits, wanted) << bits;
        ASSERT_EQ(TypeParam(std::nextafter(static_cast<float>(tie), static_cast<float>(towards))).bits, wanted) << bits;
      }
    }
}

TYPED_TEST(SmallFloats, AreTheNearestToNumbersOfAnyBits) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t word = random();
    const auto bits = static_cast<std::uint32_t>(word);
    float x;
    double y;
    std::memcpy(&x, &bits, sizeof x);
    const std::uint64_t exponent = 1023 - 140 + word % 280;   // most of a double's range is zero or infinite here
    const std::uint64_t wide = (word & 0x800fffffffffffff) | exponent << 52;
    std::memcpy(&y, &wide, sizeof y);
    if (std::isnan(x)) {
      ASSERT_TRUE(std::isnan(static_cast<float>(TypeParam(x))));
    } else if (std::isfinite(x)) {
      ASSERT_EQ(TypeParam(x).bits, nearest<TypeParam>(static_cast<double>(x))) << x;
    }
    ASSERT_EQ(TypeParam(y).bits, nearest<TypeParam>(y)) << y;
  }
}

TYPED_TEST(SmallFloats, NaNStaysNaN) {
  const auto float_of = [](std::uint32_t bits) {
    float x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
  };
  // the first ones' payload is lost
  for (const std::uint32_t bits : {0x7f800001u, 0xff800001u, 0x7fc00000u, 0xffffffffu, 0x7f801000u, 0x7fa00000u}) {
    const TypeParam x(float_of(bits));
    EXPECT_TRUE(std::isnan(static_cast<float>(x))) << std::hex << bits << " gives " << x.bits;
    EXPECT_EQ(x.bits >> 15, bits >> 31);
  }
  EXPECT_EQ(TypeParam(HUGE_VAL).bits, Format<TypeParam>::infinity);
  EXPECT_EQ(TypeParam(-HUGE_VALF).bits, 0x8000 | Format<TypeParam>::infinity);
  EXPECT_EQ(TypeParam(1e300).bits, Format<TypeParam>::infinity);
  EXPECT_EQ(TypeParam(-0.0).bits, 0x8000);
  EXPECT_EQ(TypeParam(-1e-300).bits, 0x8000);
}

TEST(SmallFloat, WholeNumbersAreRoundedOnce) {
  EXPECT_EQ(Half(2049).bits, Half(2048).bits);
  EXPECT_EQ(Half(2051).bits, Half(2052).bits);
  EXPECT_EQ(Half(65519).bits, 0x7bff);
  EXPECT_EQ(Half(65520).bits, 0x7c00);
  EXPECT_EQ(Half(true).bits, 0x3c00);
  EXPECT_EQ(Half(std::int8_t{-128}).bits, 0xd800);
  // A tie of bf16 and one more, which a double does not hold beside it.
  const std::int64_t tie = (std::int64_t{1} << 62) + (std::int64_t{1} << 54);
  EXPECT_EQ(BFloat16(tie).bits, 0x5e80);
  EXPECT_EQ(BFloat16(tie + 1).bits, 0x5e81);
  EXPECT_EQ(BFloat16(-tie - 1).bits, 0xde81);
  EXPECT_EQ(BFloat16(tie - 1).bits, 0x5e80);
  EXPECT_EQ(BFloat16(std::numeric_limits<std::int64_t>::min()).bits, 0xdf00);
}

TEST(SmallFloat, DoublesAreRoundedOnce) {
  const double above = 1 + 0x1p-11 + 0x1p-40;   // as a float it is the tie between 1 and the next half
  EXPECT_EQ(Half(above).bits, 0x3c01);
  EXPECT_EQ(Half(static_cast<float>(above)).bits, 0x3c00);
}

// Known while compiling; and of any other size: five bits of exponent, two of fraction (OFP8's E5M2).
static_assert(Half(1.5).bits == 0x3e00 && static_cast<float>(BFloat16(-2)) == -2 && Half::from_bits(1) == 0x1p-24f);
static_assert(SmallFloat<5, 2>(1.125).bits == 0x3c && SmallFloat<5, 2>(1.375f).bits == 0x3e && sizeof(SmallFloat<5, 2>) == 1);

}  // namespace gradus::small_float_test
