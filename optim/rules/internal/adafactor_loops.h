// Adafactor's passes over tiles of a matrix and stretches of a vector, compiled for several instruction sets.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::optim::kernels {

// A part of a matrix whose rows are `stride` elements apart, with U = g·min(aᵢ·bⱼ, most): a and b are 1/√ of the rows' and columns' parts
// of V, `most` is 1/ε₁.
template <class T>
struct FactoredTile {
  const T *g, *a, *b;
  std::int64_t rows, columns, stride;
  T most;
};

template <class T>
struct AdafactorLoopsOf {
  // row_sums[i] = Σⱼ g²; column_sums[j] = Σᵢ g²
  void (*sums)(const T* g, std::int64_t rows, std::int64_t columns, std::int64_t stride, double* row_sums, T* column_sums);
  double (*squares)(const FactoredTile<T>& tile);                       // Σ U²
  void (*step)(const FactoredTile<T>& tile, T* w, T keep, T step);      // w ← keep·w − step·U
  // The same with all of v kept: U = g/max(√v, eps).
  double (*whole_squares)(const T* g, T* v, std::int64_t n, T take, T eps);   // after v ← v + take·(g² − v)
  void (*whole_step)(T* w, const T* g, const T* v, std::int64_t n, T eps, T keep, T step);
};
using AdafactorLoops = PerFloat<AdafactorLoopsOf>;

const AdafactorLoops& adafactor_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::optim::kernels
