#include <gradus/optim/kernels/vector_loops.h>

#include <limits>

#include <gradus/optim/kernels/lanes.h>

// The elements of a loop do not wait for each other, though `to` may be one of the vectors that are read.
#ifdef __clang__
#define GRADUS_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define GRADUS_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace gradus::optim::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
SumOf<T> square_distance(const T* __restrict a, const T* __restrict b, std::int64_t n) {
  return sum_in_lanes(n, [=](std::int64_t i) {
    const SumOf<T> d = static_cast<SumOf<T>>(b[i]) - static_cast<SumOf<T>>(a[i]);
    return d * d;
  });
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
void scale(T a, const T* x, T* to, std::int64_t n) {
  GRADUS_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) to[i] = a * x[i];
}

template <class T>
void blend(T a, const T* x, T b, const T* y, T* to, std::int64_t n) {
  GRADUS_INDEPENDENT
  for (std::int64_t i = 0; i < n; ++i) to[i] = a * x[i] + b * y[i];
}

template <class T>
void clamp(T* __restrict g, std::int64_t n, double limit) {
  const T high = static_cast<T>(limit), low = -high;
  for (std::int64_t i = 0; i < n; ++i) {
    const T x = g[i] > high ? high : g[i];
    g[i] = x < low ? low : x;
  }
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
void climb(T* __restrict y, const T* __restrict w, const T* __restrict g, std::int64_t n, double scale) {
  const T by = static_cast<T>(scale);
  for (std::int64_t i = 0; i < n; ++i) y[i] = w[i] + by * g[i];
}

template <class T>
SumOf<T> scaled_square_sum(const T* __restrict w, const T* __restrict g, std::int64_t n, double eta) {
  const T more = static_cast<T>(eta);
  return sum_in_lanes(n, [=](std::int64_t i) {
    const SumOf<T> x = static_cast<SumOf<T>>(size_of_weight(w[i], more)) * static_cast<SumOf<T>>(g[i]);
    return x * x;
  });
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
constexpr VectorLoopsOf<T> loops_of{dot<T>,  square_sum<T>, square_distance<T>, largest<T>, scale<T>,             blend<T>,
                                    clamp<T>, pull<T>,      pull_back<T>,       climb<T>,   scaled_square_sum<T>, scaled_climb<T>};

}  // namespace

const VectorLoops& vector_loops() {
  static constexpr VectorLoops table([]<class T>(T) { return loops_of<T>; });
  return table;
}

}  // namespace gradus::optim::kernels::GRADUS_SIMD_LEVEL
