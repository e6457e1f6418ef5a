#include <gradus/autograd/kernels/reduce.h>

#include <gradus/autograd/kernels/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
double row_sum(const T* x, std::int64_t n) {
  return blocked_sum<T>(n, [x](std::int64_t i, auto... lanes) { return Vec<T>::load(x + i, lanes...); });
}

// NaN wins. (That x != x is not asked: with AVX, xsimd answers no for NaN.)
template <class T>
Vec<T> larger(Vec<T> best, Vec<T> x) { return where(x > best || !(x == x), x, best); }

template <class T>
T row_max(const T* x, std::int64_t n) {
  constexpr std::int64_t w = Vec<T>::size;
  T lanes[w];
  std::fill(lanes, lanes + w, x[0]);
  std::int64_t i = 0;
  if (n >= w) {
    Vec<T> a = Vec<T>::load(x), b = a, c = a, d = a;
    for (; i + 4 * w <= n; i += 4 * w) {
      a = larger(a, Vec<T>::load(x + i));
      b = larger(b, Vec<T>::load(x + i + w));
      c = larger(c, Vec<T>::load(x + i + 2 * w));
      d = larger(d, Vec<T>::load(x + i + 3 * w));
    }
    for (; i + w <= n; i += w) a = larger(a, Vec<T>::load(x + i));
    larger(larger(a, b), larger(c, d)).store(lanes);
  }
  const auto larger_of_two = [](T best, T y) { return y > best || y != y ? y : best; };
  T best = lanes[0];
  for (std::int64_t j = 1; j < w; ++j) best = larger_of_two(best, lanes[j]);
  for (; i < n; ++i) best = larger_of_two(best, x[i]);
  return best;
}

// Row after row, as memory lies; four rows for each walk over the accumulators.
template <class T>
void column_sums(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, double* sums) {
  constexpr std::int64_t block = 64;
  constexpr std::int64_t w = Vec<T>::size;
  std::fill(sums, sums + width, 0.0);
  for (std::int64_t r0 = 0; r0 < rows; r0 += block) {
    alignas(64) T block_sums[ReduceRows<T>::max_width] = {};
    const std::int64_t stop = std::min(rows, r0 + block);
    std::int64_t r = r0;
    for (; r + 4 <= stop; r += 4) {
      const T *a = x + r * stride, *b = a + stride, *c = b + stride, *d = c + stride;
      std::int64_t j = 0;
      for (; j + w <= width; j += w) {
        const Vec<T> four = (Vec<T>::load(a + j) + Vec<T>::load(b + j)) + (Vec<T>::load(c + j) + Vec<T>::load(d + j));
        (Vec<T>::load(block_sums + j) + four).store(block_sums + j);
      }
      for (; j < width; ++j) block_sums[j] += (a[j] + b[j]) + (c[j] + d[j]);
    }
    for (; r < stop; ++r)
      for (std::int64_t j = 0; j < width; ++j) block_sums[j] += x[r * stride + j];
    for (std::int64_t j = 0; j < width; ++j) sums[j] += static_cast<double>(block_sums[j]);
  }
}

}  // namespace

const ReduceLoops& reduce_loops() {
  static const ReduceLoops loops{{row_sum<float>, row_max<float>, column_sums<float>}, {row_sum<double>, row_max<double>, column_sums<double>}};
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
