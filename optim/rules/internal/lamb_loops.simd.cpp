#include <gradus/optim/rules/internal/lamb_loops.h>

#include <cmath>

#include <gradus/optim/kernels/lanes.h>

namespace gradus::optim::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
double moments(const T* __restrict w, const T* __restrict g, T* __restrict m, T* __restrict v, std::int64_t n,
               const LambNumbers<T>& numbers) {
  const LambNumbers<T> s = numbers;
  return square_sum_of<T>(n, [=](std::int64_t i) {
    const T x = s.sign * g[i], mi = m[i] + s.rest1 * (x - m[i]), vi = s.beta2 * v[i] + s.rest2 * x * x;
    m[i] = mi;
    v[i] = vi;
    return mi * s.correction1 / (std::sqrt(vi) * s.root + s.eps) + s.decay * w[i];
  });
}

template <class T>
void step(T* __restrict w, const T* __restrict m, const T* __restrict v, std::int64_t n, const LambNumbers<T>& numbers, T lr) {
  const LambNumbers<T> s = numbers;
  for (std::int64_t i = 0; i < n; ++i) w[i] -= lr * (m[i] * s.correction1 / (std::sqrt(v[i]) * s.root + s.eps) + s.decay * w[i]);
}

template <class T>
double squares(const T* w, const T* m, const T* v, std::int64_t n, const LambNumbers<T>& s, double scale) {
  double total = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double r = scale * static_cast<double>(m[i] * s.correction1 / (std::sqrt(v[i]) * s.root + s.eps) + s.decay * w[i]);
    total += r * r;
  }
  return total;
}

}  // namespace

const LambLoops& lamb_loops() {
  static constexpr LambLoops table([]<class T>(T) { return LambLoopsOf<T>{moments<T>, step<T>, squares<T>}; });
  return table;
}

}  // namespace gradus::optim::kernels::GRADUS_SIMD_LEVEL
