#include <gradus/autograd/kernels/axes/segments.h>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

// Some columns of the sum of one segment, in `registers` accumulators; `lanes` of the last one.
template <int registers, class T, class... Lanes>
void columns(const T* table, std::int64_t d, const std::int64_t* rows, const T* weight, std::int64_t count, T scale, T* out,
             Lanes... lanes) {
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

// Uses are counted in T, exactly: so many at a time.
constexpr std::int64_t countable = std::int64_t{1} << 22;

// Some columns, as in `columns`.
template <int registers, class T, class... Lanes>
void largest_columns(const T* table, std::int64_t d, const std::int64_t* rows, std::int64_t count, std::int64_t* out, Lanes... lanes) {
  constexpr std::int64_t w = Vec<T>::size;
  Vec<T> most[registers];
  for (int r = 0; r < registers; ++r) most[r] = Vec<T>::load(table + rows[0] * d + r * w, lanes...);
  for (std::int64_t first = 0; first < count; first += countable) {
    Vec<T> use[registers];                                   // where the largest one is, from `first` on; −1: before
    for (int r = 0; r < registers; ++r) use[r] = first == 0 ? 0 : -1;
    const std::int64_t end = std::min(count - first, countable);
    for (std::int64_t k = first == 0; k < end; ++k) {
      const T* row = table + rows[first + k] * d;
      for (int r = 0; r < registers; ++r) {
        const Vec<T> v = Vec<T>::load(row + r * w, lanes...);
        const Mask<T> larger = !(v <= most[r]) && most[r] == most[r];   // or the first NaN
        most[r] = where(larger, v, most[r]);
        use[r] = where(larger, Vec<T>(static_cast<T>(k)), use[r]);
      }
    }
    for (int r = 0; r < registers; ++r) {
      T places[w];
      use[r].store(places);
      const std::int64_t columns_here = sizeof...(lanes) == 0 ? w : (std::int64_t{0} + ... + lanes);
      for (std::int64_t j = 0; j < columns_here; ++j)
        if (places[j] >= 0) out[r * w + j] = rows[first + static_cast<std::int64_t>(places[j])];
    }
  }
}

template <class T>
void largest(const T* table, std::int64_t d, const std::int64_t* rows, std::int64_t count, std::int64_t* out) {
  constexpr std::int64_t w = Vec<T>::size;
  std::int64_t j = 0;
  for (; j + 4 * w <= d; j += 4 * w) largest_columns<4>(table + j, d, rows, count, out + j);
  for (; j + w <= d; j += w) largest_columns<1>(table + j, d, rows, count, out + j);
  if (j < d) largest_columns<1>(table + j, d, rows, count, out + j, d - j);
}

}  // namespace

const SegmentLoops& segment_loops() {
  static constexpr SegmentLoops loops([]<class T>(T) { return SegmentRow<T>{sum<T>, product<T>, largest<T>}; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
