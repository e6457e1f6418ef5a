// Sorting along one axis, and what needs only a part of it.
//   const auto [values, places] = sort(x, 0, true);   topk(x, 5).indices;   median(x);
// Any dtype. Every order is stable, NaN is larger than all numbers, and a gradient goes to the element that was picked. A scalar has axis 0
// (and −1). ValueError for an axis out of range.
#pragma once
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/ops/values_and_indices.h>

namespace gradus {

ValuesAndIndices sort(const Tensor& x, Axis axis = -1, bool descending = false);
Tensor argsort(const Tensor& x, Axis axis = -1, bool descending = false); // the indices alone (i64)
ValuesAndIndices topk(const Tensor& x, std::int64_t k, Axis axis = -1, bool largest = true);   // in order; ValueError unless 0 <= k <= n
ValuesAndIndices kthvalue(const Tensor& x, std::int64_t k, Axis axis = -1,
                          bool keepdim = false);  // the k-th smallest; ValueError unless 1 <= k <= n

// The middle one in order, of two the lower; NaN if there is one. Of all elements, or those of a list of axes, several equal ones share the
// gradient; along one axis, a plain number, the first one that a sort puts there has it. Of no elements at all NaN; ValueError for an empty
// axis.
Tensor median(const Tensor& x);
Tensor median(const Tensor& x, const Axes& axes, bool keepdim = false);
namespace detail {
ValuesAndIndices median_along(const Tensor& x, Axis axis, bool keepdim);
}
template <WholeNumber A>
ValuesAndIndices median(const Tensor& x, A axis, bool keepdim = false) { return detail::median_along(x, axis, keepdim); }

}  // namespace gradus
