// The recurrence behind running products and their gradients, as a differentiable operation.
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus::detail {

// s[i] = a[i]·s[i − 1] + b[i] along an axis, from s = 0; in reverse a[i]·s[i + 1] + b[i]. Its gradient is another one, so zeros in a are no
// exception, to any order. a and b have one shape.
Tensor linear_scan(const Tensor& a, const Tensor& b, int axis, bool reverse);

// x moved by one place along an axis: y[i] = x[i − 1], or back: x[i + 1]; `fill` where nothing comes from.
Tensor shifted(const Tensor& x, int axis, bool back, double fill = 0);

}  // namespace gradus::detail
