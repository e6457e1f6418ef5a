// A formula's row function (formula/broadcast.h) in one pass over tensors of any shapes: what the elementwise operations and fuse() stand on.
#pragma once
#include <gradus/autograd/formula/broadcast.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {

// The number `constant` as a tensor that broadcasts against x: the vocabulary of formulas on Tensors.
inline Tensor like(const Tensor& x, double constant) { return Array::full({}, constant, x.dtype()); }

namespace detail {

// An empty array of the shape that the inputs broadcast to. Throws unless all are f32, or all f64.
Array elementwise_result(const char* name, std::span<const Tensor* const> inputs);

// One pass of `row` over the inputs into y.
void run_value_row(kernels::Row row, const void* formula, std::span<const Tensor* const> inputs, Array& y);

// g · slope for each wanted input in one pass of `row` over x and g, each summed to the shape of its x. Written over g if nobody holds it.
Grads run_slope_row(kernels::Row row, const void* formula, std::span<const Tensor> x, Array g, std::uint32_t wanted);

}  // namespace detail

}  // namespace gradus
