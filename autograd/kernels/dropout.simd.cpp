#include <gradus/autograd/kernels/dropout.h>

#include <algorithm>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

constexpr int blocks = 32;   // Philox blocks drawn side by side

// philox() of base/random.h for the blocks block, block + 1, …; words[4·b + k] is word k of the b-th.
void draw(std::uint64_t block, std::uint64_t key, std::uint32_t* words) {
  std::uint32_t c0[blocks], c1[blocks], c2[blocks] = {}, c3[blocks] = {};
  for (int b = 0; b < blocks; ++b) {
    c0[b] = static_cast<std::uint32_t>(block + static_cast<std::uint64_t>(b));
    c1[b] = static_cast<std::uint32_t>((block + static_cast<std::uint64_t>(b)) >> 32);
  }
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9, k1 += 0xBB67AE85)
    for (int b = 0; b < blocks; ++b) {
      const std::uint64_t p = std::uint64_t{0xD2511F53} * c0[b], q = std::uint64_t{0xCD9E8D57} * c2[b];
      c0[b] = static_cast<std::uint32_t>(q >> 32) ^ c1[b] ^ k0;
      c2[b] = static_cast<std::uint32_t>(p >> 32) ^ c3[b] ^ k1;
      c1[b] = static_cast<std::uint32_t>(q);
      c3[b] = static_cast<std::uint32_t>(p);
    }
  for (int b = 0; b < blocks; ++b) words[4 * b] = c0[b], words[4 * b + 1] = c1[b], words[4 * b + 2] = c2[b], words[4 * b + 3] = c3[b];
}

template <class T>
void dropout(const T* x, std::int64_t n, std::uint64_t block, std::uint64_t key, std::uint32_t threshold, T scale, T* y) {
  constexpr std::int64_t width = 4 * blocks;
  std::uint32_t words[width];
  for (std::int64_t i = 0; i < n; i += width, block += blocks) {
    draw(block, key, words);
    const std::int64_t count = std::min(width, n - i);
    if (count == width)
      for (std::int64_t j = 0; j < width; ++j) y[i + j] = words[j] >= threshold ? x[i + j] * scale : T{0};
    else
      for (std::int64_t j = 0; j < count; ++j) y[i + j] = words[j] >= threshold ? x[i + j] * scale : T{0};
  }
}

}  // namespace

const DropoutLoops& dropout_loops() {
  static const DropoutLoops loops{dropout<float>, dropout<double>};
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
