// Positions that callers give, as indices and labels, in any type of whole numbers.
#pragma once
#include <string_view>

#include <gradus/autograd/tape/tensor.h>

namespace gradus::detail {

// `positions` as i64, contiguous; DtypeError that names `op` and `what` they are ("the index", "labels") for floating types and bool.
Array positions(std::string_view op, std::string_view what, const Tensor& positions);

}  // namespace gradus::detail
