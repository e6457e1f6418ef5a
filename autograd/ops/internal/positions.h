// Positions that callers give, as indices and labels, in any type of whole numbers.
#pragma once
#include <string_view>

#include <gradus/autograd/tape/tensor.h>

namespace gradus::detail {

// `positions` as i64, contiguous; DtypeError that names `op` and `what` they are ("the index", "labels") for floating types and bool.
Array positions(std::string_view op, std::string_view what, const Tensor& positions);

// The same for those that point into `axis` of `shape`: ValueError, with the first that leads out of it and its place. With `from_back`,
// negative ones count from the back, and become what they mean.
Array positions_along(std::string_view op, std::string_view what, const Tensor& positions, const Shape& shape, int axis,
                      bool from_back = false);

// ValueError, with the first that is no row of `table` and its place, for positions that count from the front.
void check_rows(std::string_view op, const Array& indices, const Tensor& table);

// "[1, 3]": where the element with this number in row-major order stands.
Shape coordinates(std::int64_t element, const Shape& shape);

}  // namespace gradus::detail
