// Arithmetic on whole numbers and truth values, elementwise with broadcasting. What does not fit wraps around.
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// floor_divide rounds down and remainder has the sign of the divisor, trunc_divide and fmod are C's / and %; the divisor must not be zero.
// Shifts by fewer than 0 or by all bits leave 0, or −1 of what is negative to the right. All these, sub and power: not of bool.
enum class WholeOp { add, sub, mul, floor_divide, remainder, trunc_divide, fmod, power, maximum, minimum,
                     bit_and, bit_or, bit_xor, left_shift, right_shift };

Array whole(WholeOp op, const Array& a, const Array& b, const Shape& shape);   // dtypes equal, not floating

}  // namespace gradus::kernels
