// Elementwise functions of one tensor (f32 or f64; square, abs and sign of whole numbers too). Formulas: ops/internal/formulas/math.h.
// GraphError for an undefined tensor, DtypeError.
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

Tensor exp(const Tensor& x);
Tensor log(const Tensor& x);
Tensor log1p(const Tensor& x);          // log(1 + x), exact near 0
Tensor sqrt(const Tensor& x);
Tensor square(const Tensor& x);
Tensor abs(const Tensor& x);            // slope 0 at 0
Tensor sign(const Tensor& x);           // −1, 0, 1; NaN stays; slope 0
Tensor tanh(const Tensor& x);
Tensor erf(const Tensor& x);

}  // namespace gradus
