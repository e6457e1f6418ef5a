// Arithmetic, with NumPy's broadcasting. Both sides have one dtype: nothing is promoted silently; a plain number
// takes the tensor's dtype. Formulas: ops/formulas/arithmetic.h.
//
// Whole numbers have arithmetic too, without a gradient: i64, i32, i16, i8 and u8 stay what they are and wrap around where they overflow,
// as in PyTorch. Where PyTorch would promote there is a DtypeError: label * 0.5, label / 2 (true division) and mask + 1 say how to convert.
// Of two bools, + is "or" and * is "and".
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// ShapeError when the shapes do not broadcast, DtypeError when the dtypes differ or do not fit, GraphError for an undefined tensor.
Tensor add(const Tensor& a, const Tensor& b);
Tensor sub(const Tensor& a, const Tensor& b);
Tensor mul(const Tensor& a, const Tensor& b);
Tensor div(const Tensor& a, const Tensor& b);                   // f32 or f64
Tensor add(const Tensor& a, double b);
Tensor sub(const Tensor& a, double b);
Tensor mul(const Tensor& a, double b);
Tensor div(const Tensor& a, double b);
Tensor add(const Tensor& a, const Tensor& b, double alpha);     // a + alpha·b
Tensor sub(const Tensor& a, const Tensor& b, double alpha);
// ⌊a / b⌋, gradient 0, and a − b·⌊a / b⌋: Python's // and %, the rest having the sign of b. Its slope along b is −⌊a / b⌋. ValueError for a
// division of whole numbers by zero. With other roundings, and C's fmod: rounding.h.
Tensor floor_divide(const Tensor& a, const Tensor& b);
Tensor floor_divide(const Tensor& a, double b);
Tensor remainder(const Tensor& a, const Tensor& b);
Tensor remainder(const Tensor& a, double b);
Tensor neg(const Tensor& x);
// x^exponent. Of whole numbers by multiplying; then ValueError for a negative plain exponent, and 1/n cut off to a whole number for a
// tensor's.
Tensor pow(const Tensor& x, double exponent);
Tensor pow(const Tensor& x, const Tensor& exponent);
Tensor pow(double base, const Tensor& exponent);
Tensor maximum(const Tensor& a, const Tensor& b);               // where a == b, each side gets half of the gradient; NaN wins
Tensor maximum(const Tensor& a, double b);
inline Tensor maximum(double a, const Tensor& b) { return maximum(b, a); }
Tensor minimum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, double b);
inline Tensor minimum(double a, const Tensor& b) { return minimum(b, a); }
Tensor clamp(const Tensor& x, double low, double high);         // ValueError when low > high; slope 1 on the bounds (tensors: blend.h)

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator+(const Tensor& a, double b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, double b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, double b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, double b) { return div(a, b); }
inline Tensor operator+(double a, const Tensor& b) { return add(b, a); }
Tensor operator-(double a, const Tensor& b);
inline Tensor operator*(double a, const Tensor& b) { return mul(b, a); }
Tensor operator/(double a, const Tensor& b);
inline Tensor operator-(const Tensor& x) { return neg(x); }
inline Tensor operator+(const Tensor& x) { return x; }

}  // namespace gradus
