#include <gradus/autograd/kernels/axes/segments.h>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

// Some columns of the sum of one segment, in `registers` accumulators; `lanes` of the last one.
template <int registers, class T, class... Lanes>
void columns(const T* table, std::int64_t d, const std::int64_t* rows, const T* weight, std::int64_t count, T scale, T* out, Lanes... lanes) {
  constexpr std::int64_t w = Vec<T>::size;
  Vec<T> sum[registers];
  for (int r = 0; r < registers; ++r) sum[r] = 0;
  if (weight) {
    for (std::int64_t k = 0; k < count; ++k) {
      const T* row = table + rows[k] * d;
      const Vec<T> factor = weight[k];
      for (int r = 0; r < registers; ++r) sum[r] = fma(Vec<T>::load(row + r * w, lanes...), factor, sum[r]);
    }
  } else {
    for (std::int64_t k = 0; k < count; ++k) {
      const T* row = table + rows[k] * d;
      for (int r = 0; r < registers; ++r) sum[r] = sum[r] + Vec<T>::load(row + r * w, lanes...);
    }
  }
  for (int r = 0; r < registers; ++r) (sum[r] * Vec<T>(scale)).store(out + r * w, lanes...);
}

template <class T>
void sum(const T* table, std::int64_t d, const std::int64_t* rows, const T* weight, std::int64_t count, T scale, T* out) {
  constexpr std::int64_t w = Vec<T>::size;
  std::int64_t j = 0;
  for (; j + 8 * w <= d; j += 8 * w) columns<8>(table + j, d, rows, weight, count, scale, out + j);
  if (j + 4 * w <= d) columns<4>(table + j, d, rows, weight, count, scale, out + j), j += 4 * w;
  if (j + 2 * w <= d) columns<2>(table + j, d, rows, weight, count, scale, out + j), j += 2 * w;
  if (j + w <= d) columns<1>(table + j, d, rows, weight, count, scale, out + j), j += w;
  if (j < d) columns<1>(table + j, d, rows, weight, count, scale, out + j, d - j);
}

template <class T>
double product(const T* a, const T* b, std::int64_t n) {
  return blocked_sum<T>(n, [=](std::int64_t i, auto... lanes) { return Vec<T>::load(a + i, lanes...) * Vec<T>::load(b + i, lanes...); });
}

}  // namespace

const SegmentLoops& segment_loops() {
  static constexpr SegmentLoops loops([]<class T>(T) { return SegmentRow<T>{sum<T>, product<T>}; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
