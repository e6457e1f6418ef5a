// The axes that a reduction is given, and the shapes that it leaves.
#pragma once
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/kernels/axes/run.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::detail {

using kernels::AxisSet, kernels::with_ones;

// Those named, or all if none are. GraphError for an undefined tensor, ValueError for an axis out of range or named twice; of a scalar 0
// and −1 are allowed, and stand for nothing.
AxisSet axis_set(const Axes& axes, const Tensor& x, const char* op);
// One of them; 0 of a scalar.
int axis_of(Axis axis, const Tensor& x, const char* op);

Shape without(const Shape& shape, AxisSet axes);
inline Shape reduced(const Shape& shape, AxisSet axes, bool keepdim) { return keepdim ? with_ones(shape, axes) : without(shape, axes); }
std::int64_t reduced_size(const Shape& shape, AxisSet axes);   // how many elements become one

// ValueError if there is nothing to choose from along one of the axes.
void check_not_empty(const Tensor& x, AxisSet axes, const char* op);

}  // namespace gradus::detail
