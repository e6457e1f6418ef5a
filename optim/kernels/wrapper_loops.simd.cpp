#include <gradus/optim/kernels/wrapper_loops.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

constexpr std::int64_t lanes = 32;   // partial sums side by side: a single one would have to wait for itself

// Σ f(i)² for i < n.
template <class F>
double sum_of_squares(std::int64_t n, F f) {
  double sums[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes)
    for (std::int64_t j = 0; j < lanes; ++j) sums[j] += f(i + j) * f(i + j);
  for (; i < n; ++i) sums[i % lanes] += f(i) * f(i);
  double total = 0;
  for (double sum : sums) total += sum;
  return total;
}

// Calls loop with the step from a to w as torch.lerp has it: from the nearer end, so that both ends are met exactly.
template <class T, class Loop>
void with_step(double by, Loop loop) {
  const T near = static_cast<T>(by), rest = static_cast<T>(1 - by);
  if (by < 0.5) loop([=](T a, T w) { return a + near * (w - a); });
  else loop([=](T a, T w) { return w - rest * (w - a); });
}

template <class T>
void pull(T* a, const T* w, std::int64_t n, double by) {
  with_step<T>(by, [=](auto step) {
    [step, n](T* __restrict to, const T* __restrict from) {
      for (std::int64_t i = 0; i < n; ++i) to[i] = step(to[i], from[i]);
    }(a, w);
  });
}

template <class T>
void pull_back(T* slow, T* fast, std::int64_t n, double by) {
  with_step<T>(by, [=](auto step) {
    [step, n](T* __restrict one, T* __restrict two) {
      for (std::int64_t i = 0; i < n; ++i) one[i] = two[i] = step(one[i], two[i]);
    }(slow, fast);
  });
}

template <class T>
T size_of_weight(T w, T eta) {
  return (w < 0 ? -w : w) + eta;
}

template <class T>
SumOf<T> scaled_square_sum(const T* __restrict w, const T* __restrict g, std::int64_t n, double eta) {
  const T more = static_cast<T>(eta);
  return sum_of_squares(n, [=](std::int64_t i) { return static_cast<double>(size_of_weight(w[i], more)) * static_cast<double>(g[i]); });
}

template <class T>
void scaled_climb(T* __restrict y, const T* __restrict w, const T* __restrict g, std::int64_t n, double scale, double eta) {
  const T by = static_cast<T>(scale), more = static_cast<T>(eta);
  for (std::int64_t i = 0; i < n; ++i) {
    const T t = size_of_weight(w[i], more);
    y[i] = w[i] + by * (t * t * g[i]);
  }
}

template <class T>
SumOf<T> square_sum(const T* __restrict g, std::int64_t n) {
  return sum_of_squares(n, [=](std::int64_t i) { return static_cast<double>(g[i]); });
}

template <class T>
void climb(T* __restrict y, const T* __restrict w, const T* __restrict g, std::int64_t n, double scale) {
  const T by = static_cast<T>(scale);
  for (std::int64_t i = 0; i < n; ++i) y[i] = w[i] + by * g[i];
}

template <class T>
constexpr WrapperLoopsOf<T> loops_of{pull<T>, pull_back<T>, scaled_square_sum<T>, scaled_climb<T>, square_sum<T>, climb<T>};

}  // namespace

const WrapperLoops& wrapper_loops() {
  static constexpr WrapperLoops table([]<class T>(T) { return loops_of<T>; });
  return table;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
