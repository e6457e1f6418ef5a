// Elementwise functions of one tensor (f32 or f64; square, abs and sign of whole numbers too). Formulas: ops/formulas/formulas.h.
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
Tensor sigmoid(const Tensor& x);
Tensor softplus(const Tensor& x);       // log(1 + e^x), without overflow
Tensor erf(const Tensor& x);
Tensor relu(const Tensor& x);           // slope 0 at 0; NaN stays
Tensor gelu(const Tensor& x);           // x·Φ(x), the exact form with erf
Tensor gelu_tanh(const Tensor& x);      // ½x(1 + tanh(√(2/π)(x + 0.044715x³)))

}  // namespace gradus
