// What numbers, slices and new axes leave of a tensor: a view of it, and what can be assigned to.
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus::detail {

// Of each axis `count` elements from `begin` on, `step` apart; then some axes (of one element) are dropped, and some of size 1 added.
struct Cutout {
  Shape begin, step, count;
  unsigned dropped = 0, added = 0;   // bits: axes of x; axes of the result
  bool whole(const Shape& shape) const { return dropped == 0 && added == 0 && count == shape; }   // steps are at least 1
  Array view(const Array& x) const;
};

Tensor region(const Tensor& x, const Cutout& at);                               // a view
Tensor put_region(const Tensor& x, const Cutout& at, const Tensor& values);   // x with `values`, of the region's shape, in its place

// An array of `shape` and x's dtype, with `fill` everywhere but in the region, where the values are.
Tensor into_full(const Tensor& values, const Cutout& at, const Shape& shape, double fill = 0);

}  // namespace gradus::detail
