// Sums and their kin: over all elements, or over the given axes (negative ones count from the back).
#pragma once
#include <initializer_list>

#include <gradus/autograd/tensor.h>

namespace gradus {

using Axes = std::initializer_list<int>;

// keepdim keeps the reduced dimensions with size 1. ValueError for an axis out of range or named twice.
Tensor sum(const Tensor& x);
Tensor sum(const Tensor& x, Axes axes, bool keepdim = false);
inline Tensor sum(const Tensor& x, int axis, bool keepdim = false) { return sum(x, {axis}, keepdim); }
Tensor mean(const Tensor& x);                                             // NaN for no elements
Tensor mean(const Tensor& x, Axes axes, bool keepdim = false);
inline Tensor mean(const Tensor& x, int axis, bool keepdim = false) { return mean(x, {axis}, keepdim); }

// The largest element; where several are equal the gradient goes in equal parts to all of them over all elements (PyTorch's amax).
// NaN wins. ValueError for an empty reduction.
Tensor max(const Tensor& x);
Tensor max(const Tensor& x, int axis, bool keepdim = false);
// The index (i64) of the first largest element; no gradient.
Tensor argmax(const Tensor& x);
Tensor argmax(const Tensor& x, int axis, bool keepdim = false);

// x summed over the dimensions along which `shape` was broadcast to x's shape: the gradient of broadcasting, in this one place.
Tensor sum_to(const Tensor& x, const Shape& shape);
// Broadcasts x to `shape` (a view); its gradient is sum_to.
Tensor expand(const Tensor& x, const Shape& shape);

}  // namespace gradus
