// What stands between two layers, elementwise on one tensor (f32 or f64); softmax is in ops/softmax.h. Formulas:
// ops/internal/formulas/activation.h. GraphError for an undefined tensor, DtypeError.
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

Tensor relu(const Tensor& x);           // slope 0 at 0; NaN stays
Tensor sigmoid(const Tensor& x);
Tensor softplus(const Tensor& x);       // log(1 + e^x), without overflow
Tensor gelu(const Tensor& x);           // x·Φ(x), the exact form with erf
Tensor gelu_tanh(const Tensor& x);      // ½x(1 + tanh(√(2/π)(x + 0.044715x³)))
Tensor silu(const Tensor& x);           // x·σ(x), also known as swish
Tensor mish(const Tensor& x);           // x·tanh(softplus(x))

}  // namespace gradus
