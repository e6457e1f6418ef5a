// Sums, products, norms, extremes and their kin: over all elements, or over the given axes: one, some in braces, or a vector of them
// (array/axes.h).
//   sum(x);   sum(x, 1);   sum(x, {0, -1}, true);   sum(x, {}, true);   // the last: all of them, kept with size 1
//   const auto [values, indices] = max(x, 1);   const Tensor largest = amax(x, {0, 2});
#pragma once
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/ops/values_and_indices.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// keepdim keeps the reduced dimensions with size 1. No axes at all, {}, are all axes, as in PyTorch; a scalar has axis 0 (and −1).
// ValueError for an axis out of range or named twice.

// Σ x. Whole numbers and bool are summed in i64.
Tensor sum(const Tensor& x);
Tensor sum(const Tensor& x, const Axes& axes, bool keepdim = false);
Tensor mean(const Tensor& x);                                             // f32 or f64; NaN for no elements
Tensor mean(const Tensor& x, const Axes& axes, bool keepdim = false);
// The same of the elements that are not NaN, which alone have a gradient. nanmean of none of them is NaN.
Tensor nansum(const Tensor& x);
Tensor nansum(const Tensor& x, const Axes& axes, bool keepdim = false);
Tensor nanmean(const Tensor& x);
Tensor nanmean(const Tensor& x, const Axes& axes, bool keepdim = false);
// Π x; 1 for no elements; whole numbers and bool in i64. The gradient of an element is the product of all others, made without dividing:
// with one zero it is that element's alone, with two nobody's, and right to any order.
Tensor prod(const Tensor& x);
Tensor prod(const Tensor& x, const Axes& axes, bool keepdim = false);
// log Σ eˣ, shifted by the largest element; −∞ for no elements, and where all are −∞ (gradient 0, where PyTorch has NaN). f32 or f64.
Tensor logsumexp(const Tensor& x);
Tensor logsumexp(const Tensor& x, const Axes& axes, bool keepdim = false);
// (Σ |x|ᵖ)^(1/p) of the elements, whatever the rank; p = ±∞: the largest or smallest |x|, shared as amax does; 0: how many are not 0,
// without a gradient. Where the norm is 0 so is its gradient, and that of each element 0. f32 or f64; ValueError for no elements unless 0
// <= p < ∞.
Tensor norm(const Tensor& x, double p = 2);
Tensor norm(const Tensor& x, double p, const Axes& axes, bool keepdim = false);

// The largest and smallest elements, in any dtype; NaN wins. ValueError for an empty reduction.
// Over all axes, or a list of them, several equal ones have equal parts of the gradient (max and min of NaN give it to the NaN, amax and
// amin are NaN everywhere, as PyTorch's).
Tensor amax(const Tensor& x);
Tensor amax(const Tensor& x, const Axes& axes, bool keepdim = false);
Tensor amin(const Tensor& x);
Tensor amin(const Tensor& x, const Axes& axes, bool keepdim = false);
Tensor max(const Tensor& x);
Tensor max(const Tensor& x, const Axes& axes, bool keepdim = false);
Tensor min(const Tensor& x);
Tensor min(const Tensor& x, const Axes& axes, bool keepdim = false);
// Along one axis, a plain number, with the index of the first of several equal ones, which has all of the gradient: max(x, 1), but max(x,
// {1}) is a list.
namespace detail {
ValuesAndIndices max_along(const Tensor& x, Axis axis, bool keepdim);
ValuesAndIndices min_along(const Tensor& x, Axis axis, bool keepdim);
}  // namespace detail
template <WholeNumber A>
ValuesAndIndices max(const Tensor& x, A axis, bool keepdim = false) { return detail::max_along(x, axis, keepdim); }
template <WholeNumber A>
ValuesAndIndices min(const Tensor& x, A axis, bool keepdim = false) { return detail::min_along(x, axis, keepdim); }
// The index (i64) of the first largest or smallest element, counted row-major through the reduced axes; no gradient.
Tensor argmax(const Tensor& x);
Tensor argmax(const Tensor& x, const Axes& axes, bool keepdim = false);
Tensor argmin(const Tensor& x);
Tensor argmin(const Tensor& x, const Axes& axes, bool keepdim = false);

// Whether all, or any, of the elements are not zero (bool); of no elements: all, but not any. Any dtype; no gradient.
Tensor all(const Tensor& x);
Tensor all(const Tensor& x, const Axes& axes, bool keepdim = false);
Tensor any(const Tensor& x);
Tensor any(const Tensor& x, const Axes& axes, bool keepdim = false);
// How many are not zero (i64). Any dtype; no gradient.
Tensor count_nonzero(const Tensor& x);
Tensor count_nonzero(const Tensor& x, const Axes& axes);

// x summed over the dimensions along which `shape` was broadcast to x's shape: the gradient of broadcasting, in this one place.
Tensor sum_to(const Tensor& x, const Shape& shape);
// Broadcasts x to `shape` (a view), in which -1 keeps a size; its gradient is sum_to.
Tensor expand(const Tensor& x, const Shape& shape);

}  // namespace gradus
