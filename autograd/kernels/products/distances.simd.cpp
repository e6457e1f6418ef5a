#include <gradus/autograd/kernels/products/distances.h>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

constexpr std::int64_t block = 64;  // terms that are added up before they are added to the others

template <class T>
void forward(const T* a, const T* b, std::int64_t d, std::int64_t n, bool squared, T* y) {
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    Vec<T> total(0);
    for (std::int64_t k = 0; k < d;) {
      Vec<T> part(0);
      for (const std::int64_t stop = std::min(d, k + block); k < stop; ++k) {
        const Vec<T> difference = Vec<T>(a[k]) - Vec<T>::load(b + k * n + i, lanes...);
        part = squared ? fma(difference, difference, part) : part + abs(difference);
      }
      total = total + part;
    }
    (squared ? sqrt(total) : total).store(y + i, lanes...);
  });
}

template <class T>
void backward(const T* a, const T* b, const T* w, std::int64_t d, std::int64_t m, std::int64_t n, std::int64_t from, std::int64_t to,
              bool squared, T* da) {
  for_batches<T>(to - from, [=](std::int64_t at, auto... lanes) {
    const std::int64_t i = from + at;
    for (std::int64_t k = 0; k < d; ++k) {
      const Vec<T> x = Vec<T>::load(a + k * m + i, lanes...);
      Vec<T> total(0);
      for (std::int64_t j = 0; j < n;) {
        Vec<T> part(0);
        for (const std::int64_t stop = std::min(n, j + block); j < stop; ++j) {
          const Vec<T> difference = x - Vec<T>(b[k * n + j]);
          part = fma(squared ? difference : sign(difference), Vec<T>::load(w + j * m + i, lanes...), part);
        }
        total = total + part;
      }
      total.store(da + k * m + i, lanes...);
    }
  });
}

}  // namespace

const DistanceLoops& distance_loops() {
  static constexpr DistanceLoops loops([]<class T>(T) { return DistanceRows<T>{&forward<T>, &backward<T>}; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
