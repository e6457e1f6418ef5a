// Finding elements in sorted ones, and distinct elements. No gradients.
//   const auto [values, inverse, counts] = unique(x);   bucketize(x, tensor({0, 0.5, 1}));
#pragma once
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// How many elements of `sorted` are smaller than each value (right: no larger), i64: where it could be put in. sorted is [n], for all
// values, or [..., n] beside values [..., m]; one dtype. That it is sorted is not checked.
Tensor searchsorted(const Tensor& sorted, const Tensor& values, bool right = false);
// The same of elements that are sorted where `sorter` (i64, in their shape) names them in order, as argsort() does.
Tensor searchsorted(const Tensor& elements, const Tensor& values, const Tensor& sorter, bool right = false);
Tensor bucketize(const Tensor& values, const Tensor& boundaries, bool right = false);   // the same with boundaries [n]

// The distinct elements in order (a vector), for each element of x which of them it is (i64, x's shape), and how many there are of each.
// Every NaN is distinct. Where one tensor is wanted, it is the values.
struct Unique {
  Tensor values, inverse, counts;
  operator Tensor() const { return values; }
};
Unique unique(const Tensor& x);
Unique unique_consecutive(const Tensor& x);   // of neighbours alone, in their order
// The distinct slices along an axis, which keeps its place, in the order of their first elements that differ; inverse and counts are
// vectors.
Unique unique(const Tensor& x, Axis axis);
Unique unique_consecutive(const Tensor& x, Axis axis);

}  // namespace gradus
