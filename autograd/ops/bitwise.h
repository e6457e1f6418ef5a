// The bits of whole numbers, and of bool its truth, elementwise with broadcasting. No gradient. GraphError for an undefined tensor,
// DtypeError when the dtypes differ or are floating, ShapeError. A plain number takes the tensor's dtype.
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

Tensor bitwise_and(const Tensor& a, const Tensor& b);
Tensor bitwise_and(const Tensor& a, std::int64_t b);
Tensor bitwise_or(const Tensor& a, const Tensor& b);
Tensor bitwise_or(const Tensor& a, std::int64_t b);
Tensor bitwise_xor(const Tensor& a, const Tensor& b);
Tensor bitwise_xor(const Tensor& a, std::int64_t b);
Tensor bitwise_not(const Tensor& x);
// Not of bool. By fewer than 0 or by all bits: 0 to the left; to the right 0, or −1 of negative numbers, whose sign is copied.
Tensor bitwise_left_shift(const Tensor& a, const Tensor& bits);
Tensor bitwise_left_shift(const Tensor& a, std::int64_t bits);
Tensor bitwise_right_shift(const Tensor& a, const Tensor& bits);
Tensor bitwise_right_shift(const Tensor& a, std::int64_t bits);

inline Tensor operator&(const Tensor& a, const Tensor& b) { return bitwise_and(a, b); }
inline Tensor operator|(const Tensor& a, const Tensor& b) { return bitwise_or(a, b); }
inline Tensor operator^(const Tensor& a, const Tensor& b) { return bitwise_xor(a, b); }
inline Tensor operator~(const Tensor& x) { return bitwise_not(x); }

}  // namespace gradus
