#include <gradus/optim/rules/internal/adafactor_loops.h>

#include <cmath>

#include <gradus/optim/kernels/lanes.h>

namespace gradus::optim::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
void sums(const T* g, std::int64_t rows, std::int64_t columns, std::int64_t stride, double* row_sums, T* __restrict column_sums) {
  constexpr std::int64_t width = 1024;   // of what stays in the first-level cache between the two sums
  for (std::int64_t j = 0; j < columns; ++j) column_sums[j] = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    double total = 0;
    for (std::int64_t begin = 0; begin < columns; begin += width) {
      const T* __restrict x = g + i * stride + begin;
      T* __restrict c = column_sums + begin;
      const std::int64_t n = columns - begin < width ? columns - begin : width;
      total += square_sum(x, n);
      for (std::int64_t j = 0; j < n; ++j) c[j] += x[j] * x[j];
    }
    row_sums[i] = total;
  }
}

// NaN stays NaN.
template <class T>
T at_most(T x, T most) {
  return x > most ? most : x;
}

template <class T>
double squares(const FactoredTile<T>& t) {
  double total = 0;
  for (std::int64_t i = 0; i < t.rows; ++i) {
    const T *__restrict g = t.g + i * t.stride, *__restrict b = t.b, a = t.a[i], most = t.most;
    total += square_sum_of<T>(t.columns, [=](std::int64_t j) { return g[j] * at_most(a * b[j], most); });
  }
  return total;
}

template <class T>
void step(const FactoredTile<T>& t, T* to, T keep, T step) {
  for (std::int64_t i = 0; i < t.rows; ++i) {
    const T *__restrict g = t.g + i * t.stride, *__restrict b = t.b, a = t.a[i], most = t.most;
    T* __restrict w = to + i * t.stride;
    for (std::int64_t j = 0; j < t.columns; ++j) w[j] = keep * w[j] - step * (g[j] * at_most(a * b[j], most));
  }
}

template <class T>
T direction(T g, T v, T eps) {
  const T root = std::sqrt(v);
  return g / (root < eps ? eps : root);
}

template <class T>
double whole_squares(const T* __restrict g, T* __restrict v, std::int64_t n, T take, T eps) {
  return square_sum_of<T>(n, [=](std::int64_t i) {
    v[i] += take * (g[i] * g[i] - v[i]);
    return direction(g[i], v[i], eps);
  });
}

template <class T>
void whole_step(T* __restrict w, const T* __restrict g, const T* __restrict v, std::int64_t n, T eps, T keep, T step) {
  for (std::int64_t i = 0; i < n; ++i) w[i] = keep * w[i] - step * direction(g[i], v[i], eps);
}

template <class T>
constexpr AdafactorLoopsOf<T> loops_of{sums<T>, squares<T>, step<T>, whole_squares<T>, whole_step<T>};

}  // namespace

const AdafactorLoops& adafactor_loops() {
  static constexpr AdafactorLoops table([]<class T>(T) { return loops_of<T>; });
  return table;
}

}  // namespace gradus::optim::kernels::GRADUS_SIMD_LEVEL
