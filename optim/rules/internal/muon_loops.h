// Muon's own passes over stretches of memory, compiled for several instruction sets; its products are kernels/products/gemm.h's.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::optim::kernels {

template <class T>
struct MuonLoopsOf {
  // With b as it will be, b + (1−momentum)·(g − b):  u = ahead ? (1−momentum)·g + momentum·b : b;  Σ uᵢ²
  double (*momentum)(const T* g, const T* b, T* u, std::int64_t n, T momentum, T rest, bool ahead);
  void (*average)(const T* g, T* b, std::int64_t n, T rest);        // b ← b + (1−momentum)·(g − b)
};
using MuonLoops = PerFloat<MuonLoopsOf>;

const MuonLoops& muon_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::optim::kernels
