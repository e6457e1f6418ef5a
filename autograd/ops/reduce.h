// Sums and their kin: over all elements, or over the given axes: one, some in braces, or a vector of them (array/axes.h).
//   sum(x);   sum(x, 1);   sum(x, {0, -1}, true);   sum(x, {}, true);   // the last: all of them, kept with size 1
#pragma once
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// keepdim keeps the reduced dimensions with size 1. No axes at all, {}, are all axes, as in PyTorch. ValueError for an axis out of range or
// named twice.
Tensor sum(const Tensor& x);                                              // bool, u8 and i64 are summed in i64
Tensor sum(const Tensor& x, const Axes& axes, bool keepdim = false);
Tensor mean(const Tensor& x);                                             // f32 or f64; NaN for no elements
Tensor mean(const Tensor& x, const Axes& axes, bool keepdim = false);

// The largest element, in any dtype. Where several are equal, each gets an equal part of the gradient (PyTorch's amax; its max(x, axis)
// gives all of it to one). NaN wins. ValueError for an empty reduction.
Tensor max(const Tensor& x);
Tensor max(const Tensor& x, const Axes& axes, bool keepdim = false);
// The index (i64) of the first largest element; no gradient.
Tensor argmax(const Tensor& x);                                           // counted row-major through all of x
Tensor argmax(const Tensor& x, Axis axis, bool keepdim = false);

// Whether all, or any, of the elements are not zero (bool); of no elements: all, but not any. Any dtype; no gradient.
Tensor all(const Tensor& x);
Tensor all(const Tensor& x, const Axes& axes, bool keepdim = false);
Tensor any(const Tensor& x);
Tensor any(const Tensor& x, const Axes& axes, bool keepdim = false);

// x summed over the dimensions along which `shape` was broadcast to x's shape: the gradient of broadcasting, in this one place.
Tensor sum_to(const Tensor& x, const Shape& shape);
// Broadcasts x to `shape` (a view), in which -1 keeps a size; its gradient is sum_to.
Tensor expand(const Tensor& x, const Shape& shape);

}  // namespace gradus
