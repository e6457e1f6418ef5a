// softmax and its logarithm along one axis, shifted by the largest element so that ±1000 is harmless.
//   Tensor p = softmax(logits);   // rows sum to 1
// A NaN in a row makes the row NaN; −inf gives 0 (−inf for the logarithm).
#pragma once
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

Tensor softmax(const Tensor& x, Axis axis = -1);       // e^x / Σ e^x; DtypeError unless f32 or f64, ValueError for the axis
Tensor log_softmax(const Tensor& x, Axis axis = -1);   // x − log Σ e^x

}  // namespace gradus
