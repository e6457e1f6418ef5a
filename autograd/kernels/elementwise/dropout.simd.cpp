#include <gradus/autograd/kernels/elementwise/dropout.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

#include <gradus/autograd/kernels/random/philox.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

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
  constexpr std::int64_t width = 4 * philox_blocks;
  alignas(64) std::uint32_t words[width];
  std::int64_t i = 0;
  for (; i + width <= n; i += width, block += philox_blocks) {
    PhiloxBlocks(block, key).store(words);
    for (std::int64_t j = 0; j < width; ++j) y[i + j] = masked(x[i + j] * scale, words[j] >= threshold);
  }
  if (i == n) return;
  PhiloxBlocks(block, key).store(words);
  for (std::int64_t j = 0; i < n; ++i, ++j) y[i] = masked(x[i] * scale, words[j] >= threshold);
}

}  // namespace

const DropoutLoops& dropout_loops() {
  static constexpr DropoutLoops loops([]<class T>(T) { return &dropout<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
