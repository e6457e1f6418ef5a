#include <gradus/autograd/kernels/random/fill.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gradus/autograd/kernels/random/philox.h>
#include <gradus/autograd/simd/simd.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

using Doubles = Vec<double>;
struct Both {
  Doubles first, second;
};

// In [0, 1), 53 bits: 2^52 and a whole number below it are a double with that number in its last bits.
using DoubleLanes = double __attribute__((vector_size(sizeof(Lanes))));
DoubleLanes units(Lanes high, Lanes low) {
  const Lanes power = Lanes{} + 0x4330000000000000;
  const auto number = [=](Lanes bits) { return reinterpret_cast<DoubleLanes>(bits | power) - 0x1p52; };
  return number(high & 0xFFFFFFFF) * 0x1p-32 + number((low & 0xFFFFFFFF) >> 11) * 0x1p-53;
}

// y from pair(u, v) of each block's two numbers.
template <class Pair>
void fill(std::uint64_t block, std::uint64_t key, std::int64_t n, float* y, Pair pair) {
  constexpr std::int64_t blocks = philox_blocks, width = 2 * blocks;
  alignas(64) double u[blocks], v[blocks];
  for (; n > 0; n -= width, block += blocks, y += width) {
    const PhiloxBlocks drawn(block, key);
    for (int s = 0; s < philox_side; ++s) {
      const DoubleLanes first = units(drawn.c[0][s], drawn.c[1][s]), second = units(drawn.c[2][s], drawn.c[3][s]);
      std::memcpy(u + s * philox_lanes, &first, sizeof first), std::memcpy(v + s * philox_lanes, &second, sizeof second);
    }
    for (std::int64_t i = 0; i < blocks; i += Doubles::size) {
      const Both numbers = pair(Doubles::load(u + i), Doubles::load(v + i));
      numbers.first.store(u + i), numbers.second.store(v + i);
    }
    if (n >= width)
      for (std::int64_t i = 0; i < blocks; ++i) y[2 * i] = static_cast<float>(u[i]), y[2 * i + 1] = static_cast<float>(v[i]);
    else
      for (std::int64_t i = 0; i < n; ++i) y[i] = static_cast<float>((i % 2 ? v : u)[i / 2]);
  }
}

// (cos x, sin x)·radius
Both turned(Doubles radius, Doubles x) {
#ifdef GRADUS_PLAIN
  return {radius * std::cos(x.b), radius * std::sin(x.b)};
#else
  const auto [sine, cosine] = xsimd::sincos(x.b);
  return {radius * Doubles(cosine), radius * Doubles(sine)};
#endif
}

void words(std::uint64_t block, std::uint64_t key, std::int64_t blocks, std::uint32_t* to) {
  for (; blocks >= philox_blocks; blocks -= philox_blocks, block += philox_blocks, to += 4 * philox_blocks)
    PhiloxBlocks(block, key).store(to);
  if (blocks <= 0) return;
  std::uint32_t last[4 * philox_blocks];
  PhiloxBlocks(block, key).store(last);
  std::copy_n(last, 4 * blocks, to);
}

void uniform(std::uint64_t block, std::uint64_t key, std::int64_t n, double low, double span, double last, float* y) {
  const Doubles l = low, s = span, most = last;
  const auto number = [=](Doubles u) {
    const Doubles x = l + s * u;
    return where(x < most, x, most);
  };
  fill(block, key, n, y, [=](Doubles u, Doubles v) { return Both{number(u), number(v)}; });
}

void normal(std::uint64_t block, std::uint64_t key, std::int64_t n, double mean, double deviation, float* y) {
  const Doubles m = mean, d = deviation;
  fill(block, key, n, y, [=](Doubles u, Doubles v) {
    const Both both = turned(d * sqrt(Doubles(-2) * log(Doubles(1) - u)), Doubles(2 * std::numbers::pi) * v);
    return Both{m + both.first, m + both.second};
  });
}

void exponential(std::uint64_t block, std::uint64_t key, std::int64_t n, float* y) {
  const auto number = [](Doubles u) { return -log(Doubles(1) - u); };   // 1 − u is exact
  fill(block, key, n, y, [=](Doubles u, Doubles v) { return Both{number(u), number(v)}; });
}

}  // namespace

const RandomLoops& random_loops() {
  static constexpr RandomLoops loops{words, uniform, normal, exponential};
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
