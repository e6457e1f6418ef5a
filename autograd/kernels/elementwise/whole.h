// Arithmetic on whole numbers and truth values, elementwise with broadcasting. What does not fit wraps around.
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// floor_divide rounds down and remainder has the sign of the divisor, which must not be zero; both and sub, power: not of bool.
enum class WholeOp { add, sub, mul, floor_divide, remainder, power, maximum, minimum };

Array whole(WholeOp op, const Array& a, const Array& b, const Shape& shape);   // dtypes equal, not floating

}  // namespace gradus::kernels
