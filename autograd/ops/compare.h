// Comparison, logic and where, elementwise with NumPy's broadcasting, for every dtype. Both sides have one dtype; a plain number takes the
// tensor's.
//   where(x > 0, x, 0.0)
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// ShapeError when the shapes do not broadcast, DtypeError when the dtypes differ or do not fit, GraphError for an undefined tensor.
// Elementwise truth values (dtype bool); no gradient.
Tensor operator==(const Tensor& a, const Tensor& b);
Tensor operator!=(const Tensor& a, const Tensor& b);
Tensor operator<(const Tensor& a, const Tensor& b);
Tensor operator<=(const Tensor& a, const Tensor& b);
Tensor operator>(const Tensor& a, const Tensor& b);
Tensor operator>=(const Tensor& a, const Tensor& b);
Tensor operator==(const Tensor& a, double b);
Tensor operator!=(const Tensor& a, double b);
Tensor operator<(const Tensor& a, double b);
Tensor operator<=(const Tensor& a, double b);
Tensor operator>(const Tensor& a, double b);
Tensor operator>=(const Tensor& a, double b);

// Elementwise logic in any dtypes, also two: what is not zero is true. The result is bool; no gradient. && and || have both sides
// evaluated, as any function has.
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& x);
inline Tensor operator&&(const Tensor& a, const Tensor& b) { return logical_and(a, b); }
inline Tensor operator||(const Tensor& a, const Tensor& b) { return logical_or(a, b); }
inline Tensor operator!(const Tensor& x) { return logical_not(x); }

// Elementwise: a where the condition (dtype bool) holds, b elsewhere.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, double b);
Tensor where(const Tensor& condition, double a, const Tensor& b);
Tensor where(const Tensor& condition, double a, double b, Dtype dtype = f32);

}  // namespace gradus
