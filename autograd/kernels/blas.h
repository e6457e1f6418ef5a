// Products by OpenBLAS. Its own threads stay out of it: they would spin beside ours on the same cores (Debian's default flavour), so the
// product is split among our threads and each part is a single-threaded call. The host's thread settings are as before afterwards.
// Builds without OpenBLAS (GRADUS_BLAS=OFF) have blas_plain.cpp for blas.cpp: loops of our own, for any sizes.
#pragma once
#include <gradus/autograd/kernels/gemm.h>

namespace gradus::kernels {

// m, n, k >= 1. ShapeError for sizes beyond BLAS's 32-bit integers.
void blas_gemm(const Product<float>& product);
void blas_gemm(const Product<double>& product);

}  // namespace gradus::kernels
