// Products of matrices and vectors. Where letters name the dimensions instead: einsum.h.
//   matmul(images, weight);   matmul(matrix, vector);   addmm(bias, x, weight);   outer(a, b);
// f32 or f64, both sides alike. GraphError for an undefined tensor, ShapeError, DtypeError.
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// a [..., M, K] · b [..., K, N] → [..., M, N]; the leading dimensions broadcast. A vector a [K] is a row, a vector b [K] a column, which
// the result then has not: [..., N], [..., M], and a scalar of two vectors. Transposed views cost nothing: the product takes them as flags.
Tensor matmul(const Tensor& a, const Tensor& b);
// The same for two matrices, a matrix and a vector, two batches [B, M, K] and [B, K, N], which do not broadcast, and two vectors.
Tensor mm(const Tensor& a, const Tensor& b);
Tensor mv(const Tensor& a, const Tensor& v);
Tensor bmm(const Tensor& a, const Tensor& b);
Tensor dot(const Tensor& a, const Tensor& b);

// beta·x + alpha·(a·b), with x broadcast to the product; with beta = 0 x is not looked at, and may be NaN. addmm takes matrices, baddbmm
// batches.
Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, double beta = 1, double alpha = 1);
Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, double beta = 1, double alpha = 1);

Tensor outer(const Tensor& a, const Tensor& b);                           // [M], [N] → [M, N]: a[i]·b[j]
Tensor inner(const Tensor& a, const Tensor& b);                           // Σ over both last dimensions: [..., K], [... , K] → [..., ...]

// x [..., K] · weightᵀ + bias: weight [N, K], bias [N] or undefined → [..., N]. Bias and product are one pass.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});
// Σ a[i]·weight[n, i, j]·b[j] + bias[n]: a [..., I], b [..., J], weight [N, I, J], bias [N] or undefined → [..., N].
Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias = {});

}  // namespace gradus
