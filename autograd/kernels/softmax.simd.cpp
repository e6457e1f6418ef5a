#include <gradus/autograd/kernels/softmax.h>

#include <cmath>
#include <limits>

#include <gradus/autograd/kernels/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class T>
Vec<T> larger(Vec<T> a, Vec<T> b) { return where(a > b, a, b); }

// Where NaN occurs the result may be anything: the sum of exponentials that follows is NaN then.
template <class T>
T largest_of(const T* x, std::int64_t n) {
  constexpr std::int64_t w = Vec<T>::size;
  T largest = -std::numeric_limits<T>::infinity();
  std::int64_t i = 0;
  if (n >= w) {
    Vec<T> a = Vec<T>::load(x), b = a;
    for (; i + 2 * w <= n; i += 2 * w) {
      a = larger(a, Vec<T>::load(x + i));
      b = larger(b, Vec<T>::load(x + i + w));
    }
    T lanes[w];
    larger(a, b).store(lanes);
    for (T lane : lanes) largest = lane > largest ? lane : largest;
  }
  for (; i < n; ++i) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

template <class T>
void forward(const T* x, std::int64_t rows, std::int64_t n, bool logarithm, T* y) {
  for (std::int64_t r = 0; r < rows; ++r, x += n, y += n) {
    const Vec<T> largest = static_cast<double>(largest_of(x, n));
    if (logarithm) {
      const double total = blocked_sum<T>(n, [=](std::int64_t i, auto... lanes) { return exp(Vec<T>::load(x + i, lanes...) - largest); });
      const Vec<T> log_sum = std::log(total);
      for_batches<T>(n, [=](std::int64_t i, auto... lanes) { ((Vec<T>::load(x + i, lanes...) - largest) - log_sum).store(y + i, lanes...); });
    } else {
      const double total = blocked_sum<T>(n, [=](std::int64_t i, auto... lanes) {
        const Vec<T> e = exp(Vec<T>::load(x + i, lanes...) - largest);
        e.store(y + i, lanes...);
        return e;
      });
      const Vec<T> factor = 1 / total;
      for_batches<T>(n, [=](std::int64_t i, auto... lanes) { (Vec<T>::load(y + i, lanes...) * factor).store(y + i, lanes...); });
    }
  }
}

template <class T>
void backward(const T* y, const T* g, std::int64_t rows, std::int64_t n, bool logarithm, T* dx) {
  for (std::int64_t r = 0; r < rows; ++r, y += n, g += n, dx += n) {
    const Vec<T> total = blocked_sum<T>(n, [=](std::int64_t i, auto... lanes) {
      const Vec<T> slope = Vec<T>::load(g + i, lanes...);
      return logarithm ? slope : slope * Vec<T>::load(y + i, lanes...);
    });
    for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
      const Vec<T> slope = Vec<T>::load(g + i, lanes...), value = Vec<T>::load(y + i, lanes...);
      (logarithm ? slope - exp(value) * total : value * (slope - total)).store(dx + i, lanes...);
    });
  }
}

// Sums go in T within blocks of rows and in double across them, as everywhere.
template <class T>
void forward_columns(const T* x, std::int64_t n, std::int64_t inner, std::int64_t width, bool logarithm, T* y) {
  constexpr std::int64_t room = SoftmaxRows<T>::max_width, block = 64;
  alignas(64) T largest[room], total[room];
  double all_blocks[room] = {};
  std::copy(x, x + width, largest);
  for (std::int64_t r = 1; r < n; ++r)
    for_batches<T>(width, [&](std::int64_t j, auto... lanes) {
      larger(Vec<T>::load(largest + j, lanes...), Vec<T>::load(x + r * inner + j, lanes...)).store(largest + j, lanes...);
    });
  for (std::int64_t r0 = 0; r0 < n; r0 += block) {
    std::fill(total, total + width, T{0});
    for (std::int64_t r = r0; r < std::min(n, r0 + block); ++r)
      for_batches<T>(width, [&](std::int64_t j, auto... lanes) {
        const Vec<T> shifted = Vec<T>::load(x + r * inner + j, lanes...) - Vec<T>::load(largest + j, lanes...), e = exp(shifted);
        (logarithm ? shifted : e).store(y + r * inner + j, lanes...);
        (Vec<T>::load(total + j, lanes...) + e).store(total + j, lanes...);
      });
    for (std::int64_t j = 0; j < width; ++j) all_blocks[j] += static_cast<double>(total[j]);
  }
  for (std::int64_t j = 0; j < width; ++j) total[j] = static_cast<T>(logarithm ? std::log(all_blocks[j]) : 1 / all_blocks[j]);
  for (std::int64_t r = 0; r < n; ++r)
    for_batches<T>(width, [&](std::int64_t j, auto... lanes) {
      const Vec<T> value = Vec<T>::load(y + r * inner + j, lanes...), all = Vec<T>::load(total + j, lanes...);
      (logarithm ? value - all : value * all).store(y + r * inner + j, lanes...);
    });
}

template <class T>
void backward_columns(const T* y, const T* g, std::int64_t n, std::int64_t inner, std::int64_t width, bool logarithm, T* dx) {
  constexpr std::int64_t room = SoftmaxRows<T>::max_width, block = 64;
  alignas(64) T total[room];
  double all_blocks[room] = {};
  for (std::int64_t r0 = 0; r0 < n; r0 += block) {
    std::fill(total, total + width, T{0});
    for (std::int64_t r = r0; r < std::min(n, r0 + block); ++r)
      for_batches<T>(width, [&](std::int64_t j, auto... lanes) {
        const Vec<T> slope = Vec<T>::load(g + r * inner + j, lanes...), value = Vec<T>::load(y + r * inner + j, lanes...);
        (Vec<T>::load(total + j, lanes...) + (logarithm ? slope : slope * value)).store(total + j, lanes...);
      });
    for (std::int64_t j = 0; j < width; ++j) all_blocks[j] += static_cast<double>(total[j]);
  }
  for (std::int64_t j = 0; j < width; ++j) total[j] = static_cast<T>(all_blocks[j]);
  for (std::int64_t r = 0; r < n; ++r)
    for_batches<T>(width, [&](std::int64_t j, auto... lanes) {
      const Vec<T> slope = Vec<T>::load(g + r * inner + j, lanes...), value = Vec<T>::load(y + r * inner + j, lanes...);
      const Vec<T> all = Vec<T>::load(total + j, lanes...);
      (logarithm ? slope - exp(value) * all : value * (slope - all)).store(dx + r * inner + j, lanes...);
    });
}

template <class T>
void log_sum(const T* x, std::int64_t n, T& largest, T& log_sum) {
  largest = largest_of(x, n);
  const Vec<T> shift = static_cast<double>(largest);
  const double total = blocked_sum<T>(n, [=](std::int64_t i, auto... lanes) { return exp(Vec<T>::load(x + i, lanes...) - shift); });
  log_sum = static_cast<T>(std::log(total));
}

template <class T>
void distance(const T* x, std::int64_t n, T largest, T log_sum, T less, T factor, T* dx) {
  const Vec<T> a = largest, b = log_sum, c = less, f = factor;
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    ((exp((Vec<T>::load(x + i, lanes...) - a) - b) - c) * f).store(dx + i, lanes...);
  });
}

template <class T>
constexpr SoftmaxRows<T> rows_of{forward<T>, backward<T>, forward_columns<T>, backward_columns<T>, log_sum<T>, distance<T>};

}  // namespace

const SoftmaxLoops& softmax_loops() {
  static const SoftmaxLoops loops{rows_of<float>, rows_of<double>};
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
