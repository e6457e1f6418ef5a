#include <gradus/autograd/kernels/axes/scan.h>

#include <algorithm>
#include <type_traits>

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

// Four at a time: what waits for the one before is one addition in four. Gives the last one; x may be y.
template <class Joins, int step>
double stretch(const double* x, std::int64_t n, double before, double* y) {
  std::int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const double a = x[i * step], b = Joins::join(a, x[(i + 1) * step]), c = Joins::join(b, x[(i + 2) * step]),
                 d = Joins::join(c, x[(i + 3) * step]);
    y[i * step] = Joins::join(before, a), y[(i + 1) * step] = Joins::join(before, b), y[(i + 2) * step] = Joins::join(before, c);
    before = Joins::join(before, d);
    y[(i + 3) * step] = before;
  }
  for (; i < n; ++i) y[i * step] = before = Joins::join(before, x[i * step]);
  return before;
}

// What is not f64 is converted in blocks, of several rows if they are short.
template <class T, class Joins, int step>
void rows_in(const T* x, std::int64_t count, std::int64_t n, const double* before, T* y) {
  constexpr std::int64_t block = 256;
  const auto start = [=](std::int64_t r) { return before ? before[r] : Joins::start; };
  const auto front = [](std::int64_t size) { return step > 0 ? std::int64_t{0} : size - 1; };
  if constexpr (std::is_same_v<T, double>) {
    for (std::int64_t r = 0; r < count; ++r) stretch<Joins, step>(x + r * n + front(n), n, start(r), y + r * n + front(n));
  } else {
    double wide[block];
    const std::int64_t together = std::max<std::int64_t>(block / n, 1);
    for (std::int64_t r = 0; r < count; r += together) {
      const std::int64_t some = std::min(together, count - r), size = some * n;
      double carry = start(r);
      for (std::int64_t i = 0; i < size; i += block) {
        const std::int64_t m = std::min(block, size - i), at = r * n + (step > 0 ? i : size - i - m);
        std::copy(x + at, x + at + m, wide);
        if (m < size || some == 1) carry = stretch<Joins, step>(wide + front(m), m, carry, wide + front(m));
        else
          for (std::int64_t k = 0; k < some; ++k) stretch<Joins, step>(wide + k * n + front(n), n, start(r + k), wide + k * n + front(n));
        for (std::int64_t j = 0; j < m; ++j) y[at + j] = static_cast<T>(wide[j]);
      }
    }
  }
}

template <class T, class Joins>
void rows(const T* x, std::int64_t count, std::int64_t n, bool reverse, const double* before, T* y) {
  if (reverse) rows_in<T, Joins, -1>(x, count, n, before, y);
  else rows_in<T, Joins, 1>(x, count, n, before, y);
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
constexpr ScanRows<T> rows_of{.of = {{rows<T, Plus>, columns<T, Plus>}, {rows<T, Times>, columns<T, Times>}}, .linear = linear<T>};

}  // namespace

const ScanTable& scan_loops() {
  static constexpr ScanTable loops([]<class T>(T) { return rows_of<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
