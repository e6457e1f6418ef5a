#include <gradus/autograd/kernels/elementwise/dropout.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#if defined(__AVX2__) || defined(__SSE2__)
#include <immintrin.h>
#endif

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

static_assert(std::endian::native == std::endian::little, "two words are stored as one number");

// Philox words in the low halves of 64-bit lanes, one lane a block; what the high halves hold does not matter.
#if defined(__AVX2__)
using Lanes = unsigned long long __attribute__((vector_size(32)));
Lanes product(Lanes a, Lanes b) {
  return reinterpret_cast<Lanes>(_mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
}
Lanes merge_low(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
Lanes merge_high(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
#else
using Lanes = unsigned long long __attribute__((vector_size(16)));
Lanes merge_low(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 0, 2); }
Lanes merge_high(Lanes a, Lanes b) { return __builtin_shufflevector(a, b, 1, 3); }
#if defined(__SSE2__)
Lanes product(Lanes a, Lanes b) {
  return reinterpret_cast<Lanes>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
}
#else
Lanes product(Lanes a, Lanes b) { return (a & 0xFFFFFFFF) * (b & 0xFFFFFFFF); }
#endif
#endif

constexpr int lanes = sizeof(Lanes) / sizeof(std::uint64_t);
constexpr int side = 3;                // vectors of blocks drawn side by side, which hides the latency of a product
constexpr int blocks = side * lanes;

// philox() of base/random.h for the blocks block, block + 1, …, one after the other.
void draw(std::uint64_t block, std::uint64_t key, std::uint32_t* words) {
  Lanes c0[side], c1[side], c2[side] = {}, c3[side] = {};
  for (int s = 0; s < side; ++s)
    for (int l = 0; l < lanes; ++l) c0[s][l] = block + static_cast<std::uint64_t>(s * lanes + l);
  for (int s = 0; s < side; ++s) c1[s] = c0[s] >> 32;
  const Lanes first = Lanes{} + 0xD2511F53, second = Lanes{} + 0xCD9E8D57;
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9, k1 += 0xBB67AE85)
    for (int s = 0; s < side; ++s) {
      const Lanes p = product(c0[s], first), q = product(c2[s], second);
      c0[s] = (q >> 32) ^ c1[s] ^ k0;
      c2[s] = (p >> 32) ^ c3[s] ^ k1;
      c1[s] = q;
      c3[s] = p;
    }
  for (int s = 0; s < side; ++s) {
    const Lanes front = (c0[s] & 0xFFFFFFFF) | c1[s] << 32, back = (c2[s] & 0xFFFFFFFF) | c3[s] << 32;
    const Lanes in_order[] = {merge_low(front, back), merge_high(front, back)};
    std::memcpy(words + 4 * lanes * s, in_order, sizeof in_order);
  }
}

// All bits of x where `keep`, none elsewhere: a branch would be mispredicted half of the time.
template <class T>
T masked(T x, bool keep) {
  std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t> bits;
  std::memcpy(&bits, &x, sizeof bits);
  bits &= -static_cast<decltype(bits)>(keep);
  std::memcpy(&x, &bits, sizeof bits);
  return x;
}

template <class T>
void dropout(const T* x, std::int64_t n, std::uint64_t block, std::uint64_t key, std::uint32_t threshold, T scale, T* y) {
  constexpr std::int64_t width = 4 * blocks;
  alignas(64) std::uint32_t words[width];
  std::int64_t i = 0;
  for (; i + width <= n; i += width, block += blocks) {
    draw(block, key, words);
    for (std::int64_t j = 0; j < width; ++j) y[i + j] = masked(x[i + j] * scale, words[j] >= threshold);
  }
  if (i == n) return;
  draw(block, key, words);
  for (std::int64_t j = 0; i < n; ++i, ++j) y[i] = masked(x[i] * scale, words[j] >= threshold);
}

}  // namespace

const DropoutLoops& dropout_loops() {
  static constexpr DropoutLoops loops([]<class T>(T) { return &dropout<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
