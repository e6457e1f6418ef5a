// Elementwise functions of one tensor, and of two that are no arithmetic (f32 or f64; square, abs and sign of whole numbers too). Formulas:
// ops/formulas/math.h. GraphError for an undefined tensor, DtypeError.
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

Tensor exp(const Tensor& x);
Tensor exp2(const Tensor& x);
Tensor expm1(const Tensor& x);          // e^x − 1, exact near 0
Tensor log(const Tensor& x);
Tensor log2(const Tensor& x);
Tensor log10(const Tensor& x);
Tensor log1p(const Tensor& x);          // log(1 + x), exact near 0
Tensor sqrt(const Tensor& x);
Tensor rsqrt(const Tensor& x);          // 1/√x
Tensor reciprocal(const Tensor& x);     // 1/x
Tensor square(const Tensor& x);
Tensor abs(const Tensor& x);            // slope 0 at 0
Tensor sign(const Tensor& x);           // −1, 0, 1; NaN stays; slope 0
Tensor tanh(const Tensor& x);
Tensor erf(const Tensor& x);

// Of two tensors: ShapeError when they do not broadcast, DtypeError when the dtypes differ.
Tensor logaddexp(const Tensor& a, const Tensor& b);      // log(e^a + e^b); slopes 0 where both are −∞
Tensor logaddexp2(const Tensor& a, const Tensor& b);     // log2(2^a + 2^b)
Tensor hypot(const Tensor& a, const Tensor& b);          // √(a² + b²), without overflow; slopes 0 at (0, 0)
Tensor copysign(const Tensor& a, const Tensor& b);       // |a| with the sign of b, also of −0; slope 0 at a = 0, and along b
Tensor copysign(const Tensor& a, double b);
Tensor ldexp(const Tensor& x, const Tensor& exponent);   // x·2^exponent

}  // namespace gradus
