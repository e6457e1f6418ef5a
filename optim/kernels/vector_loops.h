// Loops over vectors of n elements, for clipping, statistics, averages, Lookahead, SAM, Muon and L-BFGS, compiled for several instruction
// sets. Sums are in SumOf<T>.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::optim::kernels {

template <class T>
struct VectorLoopsOf {
  SumOf<T> (*dot)(const T* a, const T* b, std::int64_t n);                 // Σ aᵢ·bᵢ
  SumOf<T> (*square_sum)(const T* x, std::int64_t n);                      // Σ xᵢ²
  SumOf<T> (*square_distance)(const T* a, const T* b, std::int64_t n);     // Σ (bᵢ − aᵢ)²
  double (*largest)(const T* x, std::int64_t n);                           // max |xᵢ|, NaN if any is
  void (*scale)(T a, const T* x, T* to, std::int64_t n);                   // to ← a·x; `to` may be x
  void (*blend)(T a, const T* x, T b, const T* y, T* to, std::int64_t n);  // to ← a·x + b·y; `to` may be x or y
  void (*clamp)(T* x, std::int64_t n, double limit);                       // into [−limit, limit]
  // a ← a + by·(w − a); exactly a for by = 0 and exactly w for by = 1.
  void (*pull)(T* a, const T* w, std::int64_t n, double by);
  // The same of slow towards fast; then fast is slow.
  void (*pull_back)(T* slow, T* fast, std::int64_t n, double by);
  // y ← w + scale·g
  void (*climb)(T* y, const T* w, const T* g, std::int64_t n, double scale);
  // Σ (t·g)², t = |w| + eta; and y ← w + scale·t²·g.
  SumOf<T> (*scaled_square_sum)(const T* w, const T* g, std::int64_t n, double eta);
  void (*scaled_climb)(T* y, const T* w, const T* g, std::int64_t n, double scale, double eta);
};
using VectorLoops = PerFloat<VectorLoopsOf>;

const VectorLoops& vector_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::optim::kernels
