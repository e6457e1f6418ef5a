// Distances of all rows of a [..., M, D] to all rows of b [..., N, D], f32 or f64, and their gradients; p is 1 or 2. No tensor of all
// differences is made.
#pragma once
#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

Array distances(const Array& a, const Array& b, double p);   // [..., M, N]
// The gradient by a: Σ over n of w[m, n]·(a[m] − b[n]), of p = 1 times the sign of the difference.
Array distances_backward(const Array& a, const Array& b, const Array& w, double p);

// The loops inside, compiled for each SIMD level: of one a [d] to the columns of b [d, n]; and of columns a [d, m] from column `from` to
// `to`, with w [n, m].
template <class T>
struct DistanceRows {
  void (*forward)(const T* a, const T* b, std::int64_t d, std::int64_t n, bool squared, T* y);
  void (*backward)(const T* a, const T* b, const T* w, std::int64_t d, std::int64_t m, std::int64_t n, std::int64_t from, std::int64_t to,
                   bool squared, T* da);
};
using DistanceLoops = PerFloat<DistanceRows>;

const DistanceLoops& distance_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
