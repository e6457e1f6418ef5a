// Loops over vectors, compiled for several instruction sets.
#pragma once
#include <cstdint>

namespace gradus::kernels {

template <class T>
struct VectorLoopsOf {
  double (*dot)(const T* a, const T* b, std::int64_t n);                         // Σ aᵢ·bᵢ in double
  void (*blend)(T a, const T* x, T b, const T* y, T* to, std::int64_t n);        // to ← a·x + b·y; `to` may be x or y
};
struct VectorLoops {
  VectorLoopsOf<float> f32;
  VectorLoopsOf<double> f64;
  const auto& of(float) const { return f32; }
  const auto& of(double) const { return f64; }
};

const VectorLoops& vector_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
