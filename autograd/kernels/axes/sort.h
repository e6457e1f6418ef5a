// Sorting and what comes of it, along one axis, for any dtype and any strides. Equal elements keep their order; NaN is larger than all
// numbers.
#pragma once
#include <gradus/autograd/kernels/axes/reduce.h>

namespace gradus::kernels {

// All elements in order and where they were (i64).
Extremes sort(const Array& x, int axis, bool descending);
// The first k of them, 1 <= k <= n.
Extremes topk(const Array& x, int axis, std::int64_t k, bool largest);
// The one with k smaller ones before it, 0 <= k < n; the axis keeps size 1. With nan_first the first NaN, if there is one.
Extremes kth(const Array& x, int axis, std::int64_t k, bool nan_first);

// [..., n] sorted and [..., m], one for all if sorted is a vector: how many of its elements are smaller (right: no larger) than each value.
Array searchsorted(const Array& sorted, const Array& values, bool right);

// Of a vector: the distinct elements in order, for each element which of them it is, and how many there are of each (i64).
struct Distinct {
  Array values, inverse, counts;
};
Distinct unique(const Array& x);
Distinct unique_consecutive(const Array& x);   // of neighbours alone, in their order
// Of the slices along an axis, or of neighbouring ones; `values` says where the first of each is (i64).
Distinct unique_slices(const Array& x, int axis, bool neighbours);

// How many elements of x (whole numbers, none negative) are 0, 1, …, size − 1; or the sums of their weights.
Array bincount(const Array& x, const Array& weights, std::int64_t size);
// How many elements of x lie in each of `bins` equal parts of [low, high], in x's dtype.
Array histogram(const Array& x, std::int64_t bins, double low, double high);

}  // namespace gradus::kernels
