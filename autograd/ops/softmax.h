// softmax, its logarithm and its kin along one axis, shifted by the largest element so that ±1000 is harmless.
//   Tensor p = softmax(logits);   // rows sum to 1
// A NaN in a row makes the row NaN; −inf gives 0 (−inf for the logarithm).
#pragma once
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

Tensor softmax(const Tensor& x, Axis axis = -1);       // e^x / Σ e^x; DtypeError unless f32 or f64, ValueError for the axis
Tensor log_softmax(const Tensor& x, Axis axis = -1);   // x − log Σ e^x
Tensor softmin(const Tensor& x, Axis axis = -1);       // softmax(−x)

// The point of the simplex that is nearest to x: max(x − τ, 0), whose sum is 1; of which many are 0 (Martins, Astudillo, ICML 2016). The
// gradient is g less its mean over those that are not 0, and 0 elsewhere. f32 or f64.
Tensor sparsemax(const Tensor& x, Axis axis = -1);

}  // namespace gradus
