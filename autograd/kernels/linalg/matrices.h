// Factorisations of arrays of matrices [..., M, N], f32 or f64, which share the matrices out among all cores. Shapes are known to fit;
// leading dimensions are equal. Knows nothing of gradients: ops/linalg.h does.
#pragma once
#include <array>

#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// The first of the matrices that failed (counted row-major), and at which row (from 1); -1: none.
struct Failure {
  std::int64_t matrix = -1, row = 0;
};

// Factors of square matrices, whichever way they are kept: they lead to everything below.
struct Lu {
  Array factors, pivots;
  Failure singular = {};
};
Lu lu(const Array& a);
Array inverse(const Lu& lu);
Array solve(const Lu& lu, const Array& b, bool transposed);   // b [..., N, K]: X of A·X = b or Aᵀ·X = b
Array determinant(const Lu& lu);                              // [...]
std::array<Array, 2> log_determinant(const Lu& lu);           // sign and log |det|: 0 and −∞ of a singular one

Array cholesky(const Array& a, Failure& failure);             // of the lower triangle: L, with zeros above it
Array solve_triangular(const Array& a, const Array& b, bool upper, bool unit);
std::array<Array, 2> qr(const Array& a);                      // M >= N: Q [..., M, N], R [..., N, N]
// The columns [..., M, M − K] that complete K orthogonal ones, q [..., M, K], to a basis.
Array completion(const Array& q);
// U [..., M, K], S [..., K], Vᵀ [..., K, N]; values alone: S, the others undefined.
std::array<Array, 3> svd(const Array& a, bool values_alone, Failure& failure);
std::array<Array, 2> eigh(const Array& a, bool values_alone, Failure& failure);   // of the lower triangle: values [..., N], vectors

// Σ Aⁿ/n!, by Padé's approximation, scaled and squared (Higham 2005).
Array matrix_exp(const Array& a);

}  // namespace gradus::kernels
