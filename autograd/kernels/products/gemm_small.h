// Products so small that calling a library costs more than the arithmetic.
#pragma once
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels {

template <class T>
bool gemm_small_fits(const Product<T>& p) {
  return p.m * p.n * p.k <= 512;
}

// Any product with k >= 1; meant for those that fit.
void gemm_small(const Product<float>& product);
void gemm_small(const Product<double>& product);

}  // namespace gradus::kernels
