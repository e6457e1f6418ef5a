#include <gradus/optim/kernels/clip_loops.h>

#include <limits>

#include <gradus/optim/kernels/lanes.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
SumOf<T> square_distance(const T* __restrict a, const T* __restrict b, std::int64_t n) {
  SumOf<T> sums[lanes] = {};
  const auto square = [&](std::int64_t i) {
    const auto d = static_cast<SumOf<T>>(b[i]) - static_cast<SumOf<T>>(a[i]);
    return d * d;
  };
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::int64_t j = 0; j < lanes; ++j) sums[j] += square(i + j);
  for (; i < n; ++i) sums[i % lanes] += square(i);
  SumOf<T> total = 0;
  for (const SumOf<T> sum : sums) total += sum;
  return total;
}

template <class T>
double largest(const T* __restrict g, std::int64_t n) {
  T tops[lanes] = {}, odd[lanes] = {};   // odd: 1 for NaN, which a comparison would lose
  const auto take = [&](T x, std::int64_t j) {
    const T size = x < 0 ? -x : x;
    tops[j] = tops[j] < size ? size : tops[j];
    odd[j] = x != x ? T(1) : odd[j];
  };
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::int64_t j = 0; j < lanes; ++j) take(g[i + j], j);
  for (; i < n; ++i) take(g[i], i % lanes);
  T top = 0, any = 0;
  for (std::int64_t j = 0; j < lanes; ++j) {
    top = top < tops[j] ? tops[j] : top;
    any += odd[j];
  }
  return any > 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(top);
}

template <class T>
void scale(T* __restrict g, std::int64_t n, double factor) {
  const T by = static_cast<T>(factor);
  for (std::int64_t i = 0; i < n; ++i) g[i] *= by;
}

template <class T>
void clamp(T* __restrict g, std::int64_t n, double limit) {
  const T high = static_cast<T>(limit), low = -high;
  for (std::int64_t i = 0; i < n; ++i) {
    const T x = g[i] > high ? high : g[i];
    g[i] = x < low ? low : x;
  }
}

template <class T>
constexpr ClipLoopsOf<T> loops_of{square_sum<T>, square_distance<T>, largest<T>, scale<T>, clamp<T>};

}  // namespace

const ClipLoops& clip_loops() {
  static constexpr ClipLoops table([]<class T>(T) { return loops_of<T>; });
  return table;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
