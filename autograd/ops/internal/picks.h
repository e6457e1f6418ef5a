// Blocks of a tensor at positions along some of its axes, and assigning to them, differentiably: what index.h stands on. Positions have
// been checked: i64, contiguous, of one shape, one for each axis.
#pragma once
#include <gradus/autograd/base/small_vector.h>
#include <gradus/autograd/kernels/axes/picks.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::detail {

struct Picks {
  const char* name;                  // of the operation, for profiles
  kernels::Picked at;
  SmallVector<Tensor, 2> positions;
};

Tensor pick(const Tensor& x, const Picks& picks);
// x with `values`, in the shape of pick(x, picks), in those places, or added there, in the order of the positions. Of several for one place
// the last one stays, and it alone gets the gradient.
Tensor put(const Tensor& x, const Picks& picks, const Tensor& values, bool accumulate);

// Zeros of `shape` with values, in the shape of pick(zeros, picks), added in those places: the transpose of pick.
Tensor pick_into_zeros(const Tensor& values, const Picks& picks, const Shape& shape);

}  // namespace gradus::detail
