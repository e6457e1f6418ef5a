// Elements that an operation picked, and where they were: what max along an axis, sort, topk, kthvalue, median, cummax and their like
// return.
//   const auto [values, indices] = topk(x, 5);   const Tensor largest = max(x, 1);   sort(x).indices
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// The gradient of a value goes to the element that was picked; indices (i64) have none. Where one tensor is wanted, it is the values.
struct ValuesAndIndices {
  Tensor values, indices;
  operator Tensor() const { return values; }
};

}  // namespace gradus
