// The registers of the small floats give the bits that SmallFloat gives, at every level, and touch nothing beyond a row's end.
#include <bit>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include <gradus/autograd/array/internal/convert.h>
#include <gradus/autograd/base/denormal.h>
#include <gtest/gtest.h>

#include "autograd/simd/last_elements.h"

namespace gradus::small_floats_test {

template <class T>
class SmallFloatLoops : public ::testing::Test {};
using Types = ::testing::Types<Half, BFloat16>;
TYPED_TEST_SUITE(SmallFloatLoops, Types);

template <class T>
std::vector<T> all_bits() {
  std::vector<T> out;
  for (unsigned bits = 0; bits < 65536; ++bits) out.push_back(T::from_bits(static_cast<std::uint16_t>(bits)));
  return out;
}

// Every small float, its ties and their neighbours, and numbers of any bits.
template <class T>
std::vector<float> hard_floats() {
  std::vector<float> out;
  for (const T small : all_bits<T>()) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(small));
    for (const std::uint32_t beside : {0u, 1u, 0xfffu, 0x1000u, 0x1001u, 0x7fffu, 0x8000u, 0x8001u})
      out.push_back(std::bit_cast<float>(bits + beside));
    // a tie of two subnormal halves
    out.push_back(static_cast<float>(small) + (std::abs(static_cast<float>(small)) < 0x1p-14f ? 0x1p-25f : 0));
  }
  std::mt19937 random(2);
  for (int i = 0; i < 200'000; ++i) out.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
  return out;
}

template <class T>
void check_bits() {
  const auto& loops = kernels::small_float_loops().of(T{});
  const auto small = all_bits<T>();
  std::vector<float> wide(small.size());
  loops.widen(small.data(), std::ssize(small), wide.data());
  for (std::size_t i = 0; i < small.size(); ++i)
    ASSERT_EQ(std::bit_cast<std::uint32_t>(wide[i]), std::bit_cast<std::uint32_t>(static_cast<float>(small[i]))) << i;
  const auto floats = hard_floats<T>();
  std::vector<T> rounded(floats.size());
  loops.round(floats.data(), std::ssize(floats), rounded.data());
  for (std::size_t i = 0; i < floats.size(); ++i) ASSERT_EQ(rounded[i].bits, T(floats[i]).bits) << std::hexfloat << floats[i];
}

TYPED_TEST(SmallFloatLoops, GiveTheSameBits) { check_bits<TypeParam>(); }

TYPED_TEST(SmallFloatLoops, GiveThemWhereSubnormalFloatsAreFlushedToo) {
  if (!set_flush_denormal(true)) GTEST_SKIP() << "this processor always computes with them";
  const auto& loops = kernels::small_float_loops().of(TypeParam{});
  const auto small = all_bits<TypeParam>();
  std::vector<float> wide(small.size());
  std::vector<TypeParam> back(small.size());
  loops.widen(small.data(), std::ssize(small), wide.data());
  loops.round(wide.data(), std::ssize(wide), back.data());
  set_flush_denormal(false);
  for (std::size_t i = 0; i < small.size(); ++i) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(wide[i]), std::bit_cast<std::uint32_t>(static_cast<float>(small[i]))) << i;
    ASSERT_EQ(back[i].bits, TypeParam(static_cast<float>(small[i])).bits) << i;
  }
}

TYPED_TEST(SmallFloatLoops, AddInFloat) {
  std::mt19937 random(3);
  std::vector<TypeParam> a, b, y(1001);
  for (std::size_t i = 0; i < y.size(); ++i) {
    a.push_back(TypeParam(static_cast<double>(random() % 4000) / 7 - 250));
    b.push_back(TypeParam(static_cast<double>(random() % 4000) / 900 - 2));
  }
  kernels::small_float_loops().of(TypeParam{}).add(a.data(), b.data(), std::ssize(a), y.data());
  for (std::size_t i = 0; i < y.size(); ++i) ASSERT_EQ(y[i].bits, TypeParam(static_cast<float>(a[i]) + static_cast<float>(b[i])).bits) << i;
}

TYPED_TEST(SmallFloatLoops, StayInTheirRow) {
  const auto& loops = kernels::small_float_loops().of(TypeParam{});
  for (std::int64_t n = 0; n < 70; ++n) {
    const auto count = [](std::int64_t i) { return TypeParam(i); };
    LastElements<TypeParam> small(n, count), rounded(n, count), sum(n, count);
    LastElements<float> wide(n, [](std::int64_t i) { return static_cast<float>(i); });
    loops.widen(small.data(), n, wide.data());
    loops.round(wide.data(), n, rounded.data());
    loops.add(small.data(), rounded.data(), n, sum.data());
    for (std::int64_t i = 0; i < n; ++i) {
      ASSERT_EQ(wide[i], static_cast<float>(i)) << n;
      ASSERT_EQ(rounded[i].bits, TypeParam(i).bits) << n;
      ASSERT_EQ(static_cast<float>(sum[i]), static_cast<float>(TypeParam(2 * i))) << n;
    }
    ASSERT_EQ(wide[-1], -1.f);
    ASSERT_EQ(static_cast<float>(rounded[-1]), -1.f);
  }
}

}  // namespace gradus::small_floats_test
