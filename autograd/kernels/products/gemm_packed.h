// Products by loops of our own on the registers of the machine's level: for when there is no OpenBLAS, or one whose kernels are older than
// the machine (blas.h). The method is Goto's ("Anatomy of High-Performance Matrix Multiplication", 2008): a tile of c stays in
// registers (gemm_tile.h) while panels of b, rearranged to be read from end to end, and a, as it lies, stream past it.
#pragma once
#include <gradus/autograd/array/internal/per_type.h>
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels {

// Each in the calling thread alone; m, n, k >= 1.
template <class T>
using PackedProduct = void (*)(const Product<T>&);
using PackedGemm = PerFloat<PackedProduct>;
const PackedGemm& packed_gemm_loops();

// On all cores; m, n, k >= 1.
void packed_gemm(const Product<float>& product);
void packed_gemm(const Product<double>& product);

}  // namespace gradus::kernels
