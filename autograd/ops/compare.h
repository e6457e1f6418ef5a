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

// Which elements are such (dtype bool), in any dtype; no gradient.
Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);
Tensor signbit(const Tensor& x);                                  // below 0, or −0, or NaN with a sign
// Whether |a − b| <= atol + rtol·|b|, or both are the same infinity: element by element, or for all. Whole numbers are compared in f64.
Tensor isclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);
// 0 below 0 (and of NaN), 1 above, `values` at 0; no gradient.
Tensor heaviside(const Tensor& x, const Tensor& values);

// Elementwise: a where the condition (dtype bool) holds, b elsewhere.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
Tensor where(const Tensor& condition, const Tensor& a, double b);
Tensor where(const Tensor& condition, double a, const Tensor& b);
Tensor where(const Tensor& condition, double a, double b, Dtype dtype = f32);

}  // namespace gradus
