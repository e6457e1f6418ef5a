#include <gradus/autograd/kernels/axes/scan.h>

#include <algorithm>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

struct Plus {
  static constexpr double start = 0;
  static double join(double a, double b) { return a + b; }
};
struct Times {
  static constexpr double start = 1;
  static double join(double a, double b) { return a * b; }
};

// Four at a time: what waits for the one before is one addition in four.
template <class T, class Joins>
void row(const T* x, std::int64_t n, std::int64_t step, double before, T* y) {
  const auto at = [=](std::int64_t k) { return static_cast<double>(x[k * step]); };
  const auto put = [=](std::int64_t k, double value) { y[k * step] = static_cast<T>(value); };
  std::int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const double a = at(i), b = Joins::join(a, at(i + 1)), c = Joins::join(b, at(i + 2)), d = Joins::join(c, at(i + 3));
    put(i, Joins::join(before, a)), put(i + 1, Joins::join(before, b)), put(i + 2, Joins::join(before, c));
    before = Joins::join(before, d);
    put(i + 3, before);
  }
  for (; i < n; ++i) {
    before = Joins::join(before, at(i));
    put(i, before);
  }
}

template <class T, class Joins>
void columns(const T* x, std::int64_t n, std::int64_t stride, std::int64_t width, T* y) {
  double state[ReduceRows<T>::max_width];
  std::fill(state, state + width, Joins::start);
  for (std::int64_t r = 0; r < n; ++r, x += stride, y += stride)
    for (std::int64_t j = 0; j < width; ++j) {
      state[j] = Joins::join(state[j], static_cast<double>(x[j]));
      y[j] = static_cast<T>(state[j]);
    }
}

template <class T>
void linear(const T* a, const T* b, std::int64_t n, std::int64_t stride, std::int64_t width, T* s) {
  double state[ReduceRows<T>::max_width];
  std::fill(state, state + width, 0.0);
  for (std::int64_t r = 0; r < n; ++r, a += stride, b += stride, s += stride)
    for (std::int64_t j = 0; j < width; ++j) {
      state[j] = (r > 0 ? static_cast<double>(a[j]) * state[j] : 0) + static_cast<double>(b[j]);
      s[j] = static_cast<T>(state[j]);
    }
}

template <class T>
constexpr ScanRows<T> rows_of{.of = {{row<T, Plus>, columns<T, Plus>}, {row<T, Times>, columns<T, Times>}}, .linear = linear<T>};

}  // namespace

const ScanTable& scan_loops() {
  static constexpr ScanTable loops([]<class T>(T) { return rows_of<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
