// Products of matrices.
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// a [..., M, K] · b [..., K, N] → [..., M, N]; the leading dimensions broadcast. At least 2 dimensions each.
// ShapeError, DtypeError. Transposed views cost nothing: the product takes them as flags.
Tensor matmul(const Tensor& a, const Tensor& b);

// x [..., K] · weightᵀ + bias: weight [N, K], bias [N] or undefined → [..., N]. Bias and product are one pass.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});

}  // namespace gradus
