// A formula's row function (formula/broadcast.h) in one pass over tensors of any shapes: what the elementwise operations and fuse() stand
// on.
#pragma once
#include <gradus/autograd/formula/broadcast.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {

// The number `constant` as a tensor that broadcasts against x: the vocabulary of formulas on Tensors.
inline Tensor like(const Tensor& x, double constant) { return Array::full({}, constant, x.dtype()); }

namespace detail {

// An empty array of the shape that the inputs broadcast to. Throws unless all are f32, or all f64.
Array elementwise_result(const char* name, std::span<const Tensor* const> inputs);
void elementwise_results(const char* name, std::span<const Tensor* const> inputs, std::span<Array> ys);   // several of them

// One pass of `row` over the inputs into y, or several results of one shape.
void run_value_row(kernels::Row row, const void* formula, std::span<const Tensor* const> inputs, Array& y);
void run_value_row(kernels::Row row, const void* formula, std::span<const Tensor* const> inputs, std::span<Array> ys);

// g · slope for each wanted input in one pass of `row` over x and g, each summed to the shape of its x. Written over g if nobody holds it.
Grads run_slope_row(kernels::Row row, const void* formula, std::span<const Tensor> x, Array g, std::uint32_t wanted);

// The same for several results, of whose gradients some are undefined and not read.
Grads run_slope_row(kernels::Row row, const void* formula, std::span<const Tensor> x, std::span<const Tensor> gs, std::uint32_t wanted);

// Σ slope · v over the inputs that have a tangent v, by the same row.
Tensor run_tangent_row(kernels::Row row, const void* formula, std::span<const Tensor> x, std::span<const Tensor> vs);

// The sum of both; an undefined one is zero.
Tensor sum_of_tangents(const Tensor& a, const Tensor& b);

// The shape that the shapes of `all` broadcast to.
template <class List, class ShapeOf>
Shape common_shape(const List& all, ShapeOf shape_of) {
  Shape shape = shape_of(all[0]);
  for (const auto& each : all) shape = broadcast_shapes(shape, shape_of(each), "tangent");
  return shape;
}

}  // namespace detail

}  // namespace gradus
