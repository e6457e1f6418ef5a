// Loops over one gradient of n elements, compiled for several instruction sets.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

template <class T>
struct ClipLoopsOf {
  SumOf<T> (*square_sum)(const T* g, std::int64_t n);       // Σ gᵢ²
  SumOf<T> (*square_distance)(const T* a, const T* b, std::int64_t n);   // Σ (bᵢ − aᵢ)²
  double (*largest)(const T* g, std::int64_t n);            // max |gᵢ|, NaN if any is
  void (*scale)(T* g, std::int64_t n, double factor);
  void (*clamp)(T* g, std::int64_t n, double limit);
};
using ClipLoops = PerFloat<ClipLoopsOf>;

const ClipLoops& clip_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
