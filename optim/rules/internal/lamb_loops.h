// LAMB's passes over stretches of a parameter, compiled for several instruction sets.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::optim::kernels {

// r = m·correction1/(√v·root + eps) + decay·w
template <class T>
struct LambNumbers {
  T sign, rest1, beta2, rest2, correction1, root, eps, decay;
};

template <class T>
struct LambLoopsOf {
  // Brings m and v up to date; Σ rᵢ².
  double (*moments)(const T* w, const T* g, T* m, T* v, std::int64_t n, const LambNumbers<T>& s);
  void (*step)(T* w, const T* m, const T* v, std::int64_t n, const LambNumbers<T>& s, T lr);   // w ← w − lr·r
  double (*squares)(const T* w, const T* m, const T* v, std::int64_t n, const LambNumbers<T>& s, double scale);   // Σ (scale·rᵢ)²
};
using LambLoops = PerFloat<LambLoopsOf>;

const LambLoops& lamb_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::optim::kernels
