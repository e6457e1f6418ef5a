// The gradients of a recurrent layer in differentiable operations, step by step: what its backward is while it is being recorded.
#pragma once
#include <array>

#include <gradus/autograd/kernels/sequences/recurrent.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::detail {

struct RecurrentInputs {
  Tensor x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh, weight_hr;  // undefined where they were left out
};
// Of x, h0, c0, …, in that order, from those of y, h_n and c_n, which may be undefined; x [rows, I]. All of them, wanted or not.
std::array<Tensor, 8> composed_gradients(const kernels::Recurrence& form, const RecurrentInputs& inputs, const Tensor& dy,
                                         const Tensor& dh_n, const Tensor& dc_n);

}  // namespace gradus::detail
