// Loops over vectors, compiled for several instruction sets.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

template <class T>
struct VectorLoopsOf {
  SumOf<T> (*dot)(const T* a, const T* b, std::int64_t n);                       // Σ aᵢ·bᵢ
  void (*blend)(T a, const T* x, T b, const T* y, T* to, std::int64_t n);        // to ← a·x + b·y; `to` may be x or y
};
using VectorLoops = PerFloat<VectorLoopsOf>;

const VectorLoops& vector_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
