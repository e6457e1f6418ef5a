// The operations behind scatter.h, for arguments whose shapes and dtypes have been checked. Indices are i64, of any strides, and no larger
// than the arrays that go along; for scatter_reduce_checked they are in range, the others look at them.
#pragma once
#include <gradus/autograd/ops/scatter.h>

namespace gradus::detail {

Tensor gather_checked(const Tensor& x, int axis, const Tensor& index);
Tensor scatter_checked(const Tensor& x, int axis, const Tensor& index, const Tensor& src);       // src in the shape of the index
Tensor scatter_add_checked(const Tensor& x, int axis, const Tensor& index, const Tensor& src);
Tensor scatter_reduce_checked(const Tensor& x, int axis, const Tensor& index, const Tensor& src, Reduce reduce, bool include_self);

// The type in which loops add and multiply such elements: f32 for small floats, i64 for bool and whole numbers.
constexpr Dtype worked_in(Dtype d) { return computes_in(d) ? d : is_small_float(d) ? f32 : i64; }

}  // namespace gradus::detail
