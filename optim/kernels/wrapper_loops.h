// Loops over one parameter of n elements for averages, Lookahead and SAM, compiled for several instruction sets.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

template <class T>
struct WrapperLoopsOf {
  // a ← a + by·(w − a); exactly a for by = 0 and exactly w for by = 1.
  void (*pull)(T* a, const T* w, std::int64_t n, double by);
  // The same of slow towards fast; then fast is slow.
  void (*pull_back)(T* slow, T* fast, std::int64_t n, double by);
  // Σ (t·g)², t = |w| + eta; and y ← w + scale·t²·g.
  SumOf<T> (*scaled_square_sum)(const T* w, const T* g, std::int64_t n, double eta);
  void (*scaled_climb)(T* y, const T* w, const T* g, std::int64_t n, double scale, double eta);
  // The same with t = 1.
  SumOf<T> (*square_sum)(const T* g, std::int64_t n);
  void (*climb)(T* y, const T* w, const T* g, std::int64_t n, double scale);
};
using WrapperLoops = PerFloat<WrapperLoopsOf>;

const WrapperLoops& wrapper_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
