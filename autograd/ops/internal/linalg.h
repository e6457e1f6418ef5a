// What the sources of linalg.h share: checks, and who is refused.
#pragma once
#include <gradus/autograd/kernels/linalg/matrices.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::linalg::detail {

inline Tensor mT(const Tensor& x) { return transpose(x, -2, -1); }

void check_matrix(const char* op, const Tensor& a);             // defined, at least two dimensions, f32 or f64
void check_square(const char* op, const Tensor& a);
Shape leading(const Tensor& a);                                 // the batch
Tensor in_batch(const Tensor& a, const Shape& lead);            // broadcast to this batch
Tensor identity_like(const Tensor& a);                          // [N, N]
inline Tensor zeros_of(const Tensor& a) { return Array::zeros(a.shape(), a.dtype()); }   // of a's shape

// ValueError if one of a's matrices failed: "inv: matrix [1, 0] of a [2, 3, 4, 4] f32 " and what `why(row)` says.
[[noreturn]] void refuse(const char* op, const Tensor& a, const kernels::Failure& failure, const std::string& why);
void check_not_singular(const char* op, const Tensor& a, const kernels::Failure& failure);
void check_converged(const char* op, const Tensor& a, const kernels::Failure& failure);

// Singular values [..., K] above `atol`, and above `rtol` times the largest (below 0: max(M, N)·ε, or 0 with an atol) of a: bool.
Tensor significant(const char* op, const Tensor& a, const Tensor& values, double rtol, double atol = 0);

}  // namespace gradus::linalg::detail
