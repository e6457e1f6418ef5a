#include <gradus/autograd/kernels/elementwise/dropout.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

#include <gradus/autograd/kernels/random/philox.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
BitsOf<T> bits_of(T x) {
  BitsOf<T> bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}
template <class T>
T of_bits(BitsOf<T> bits) {
  T x;
  std::memcpy(&x, &bits, sizeof bits);
  return x;
}

// y[i] = f(x[i], all bits where it is kept and none elsewhere): a branch would be mispredicted half of the time.
template <class T, class F>
void for_kept(const T* x, std::int64_t n, std::uint64_t block, std::uint64_t key, std::uint32_t threshold, T* y, F f) {
  constexpr std::int64_t width = 4 * philox_blocks;
  alignas(64) std::uint32_t words[width];
  const auto kept = [&](std::int64_t j) { return -static_cast<BitsOf<T>>(words[j] >= threshold); };
  std::int64_t i = 0;
  for (; i + width <= n; i += width, block += philox_blocks) {
    PhiloxBlocks(block, key).store(words);
    for (std::int64_t j = 0; j < width; ++j) y[i + j] = f(x[i + j], kept(j));
  }
  if (i == n) return;
  PhiloxBlocks(block, key).store(words);
  for (std::int64_t j = 0; i < n; ++i, ++j) y[i] = f(x[i], kept(j));
}

template <class T>
void dropout(const T* x, std::int64_t n, std::uint64_t block, std::uint64_t key, std::uint32_t threshold, T scale, T* y) {
  for_kept(x, n, block, key, threshold, y, [=](T v, BitsOf<T> kept) { return of_bits<T>(bits_of(v * scale) & kept); });
}

template <class T>
void alpha_dropout(const T* x, std::int64_t n, std::uint64_t block, std::uint64_t key, std::uint32_t threshold, T scale, T shift, T dropped,
                   T* y) {
  for_kept(x, n, block, key, threshold, y, [=, otherwise = bits_of(dropped)](T v, BitsOf<T> kept) {
    return of_bits<T>((bits_of(v * scale + shift) & kept) | (otherwise & ~kept));
  });
}

}  // namespace

const DropoutLoops& dropout_loops() {
  static constexpr DropoutLoops loops([]<class T>(T) { return &dropout<T>; });
  return loops;
}
const AlphaDropoutLoops& alpha_dropout_loops() {
  static constexpr AlphaDropoutLoops loops([]<class T>(T) { return &alpha_dropout<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
