// Products by OpenBLAS. Its own threads stay out of it: they would spin beside ours on the same cores (Debian's default flavour), so the
// product is split among our threads and each part is a single-threaded call. The host's thread settings are as before afterwards.
// Builds without OpenBLAS (GRADUS_BLAS=OFF) have blas_plain.cpp for blas.cpp: loops of our own, for any sizes.
//
// An OpenBLAS that does not know the processor, mostly because it is older, falls back to its oldest kernels (core "Prescott"), which use a
// quarter of the registers: then our own loops multiply (gemm_packed.h).
#pragma once
#include <string>
#include <string_view>

#include <gradus/autograd/simd/internal/level.h>
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels {

// m, n, k >= 1. ShapeError for sizes beyond BLAS's 32-bit integers.
void blas_gemm(const Product<float>& product);
void blas_gemm(const Product<double>& product);

// Whether OpenBLAS's kernels for this core are those of processors that have no AVX, although the machine's level is v3 or better.
bool blas_core_is_old(std::string_view core, Level machine);

// Whether they are, or there is no OpenBLAS.
bool blas_is_old();

// Who multiplies, for people: "OpenBLAS 0.3.21 (pthreads), kernels for Haswell".
std::string blas_description();

}  // namespace gradus::kernels
