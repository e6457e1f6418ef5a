// What stands between two layers, elementwise (f32 or f64); softmax is in ops/softmax.h. Formulas: ops/formulas/activation.h. At a kink the
// slope is PyTorch's. GraphError for an undefined tensor, DtypeError.
//   leaky_relu(x, 0.2);   prelu(x, weight);   glu(x, 1)
#pragma once
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

Tensor relu(const Tensor& x);           // slope 0 at 0; NaN stays
Tensor sigmoid(const Tensor& x);
Tensor softplus(const Tensor& x);       // log(1 + e^x), without overflow
Tensor softplus(const Tensor& x, double beta, double threshold = 20);      // log(1 + e^βx)/β; x, where βx is above the threshold
Tensor logsigmoid(const Tensor& x);     // log σ(x), far down, too
Tensor gelu(const Tensor& x);           // x·Φ(x), the exact form with erf
Tensor gelu_tanh(const Tensor& x);      // ½x(1 + tanh(√(2/π)(x + 0.044715x³)))
Tensor silu(const Tensor& x);           // x·σ(x), also known as swish
Tensor mish(const Tensor& x);           // x·tanh(softplus(x))

Tensor relu6(const Tensor& x);                                             // clamped to [0, 6]; slope 0 at 0 and 6
Tensor leaky_relu(const Tensor& x, double slope = 0.01);                   // slope·x for x <= 0
// leaky_relu with slopes of its own: a vector has one for all, or one for each channel (dimension 1 of x, of a vector its only one); a
// weight of no or several dimensions broadcasts as in arithmetic. ShapeError.
Tensor prelu(const Tensor& x, const Tensor& weight);
// leaky_relu with a slope for each element that is drawn from [lower, upper]; for evaluation all are (lower + upper)/2.
Tensor rrelu(const Tensor& x, double lower, double upper, Generator& generator);
Tensor rrelu(const Tensor& x, double lower = 1. / 8, double upper = 1. / 3);
Tensor elu(const Tensor& x, double alpha = 1);                             // α(e^x − 1) for x <= 0
Tensor celu(const Tensor& x, double alpha = 1);                            // α(e^(x/α) − 1) for x <= 0; ValueError for α = 0
Tensor selu(const Tensor& x);                                              // elu with the scale that keeps mean and variance
Tensor hardtanh(const Tensor& x, double low = -1, double high = 1);        // clamped; slope 0 on the bounds
Tensor hardsigmoid(const Tensor& x);                                       // relu6(x + 3)/6
Tensor hardswish(const Tensor& x);                                         // x·relu6(x + 3)/6
Tensor hardshrink(const Tensor& x, double lambda = 0.5);                   // x, and 0 where |x| <= λ
Tensor softshrink(const Tensor& x, double lambda = 0.5);                   // |x| less λ, and 0 where |x| <= λ; ValueError for λ < 0
Tensor tanhshrink(const Tensor& x);                                        // x − tanh(x)
Tensor softsign(const Tensor& x);                                          // x/(1 + |x|)
Tensor threshold(const Tensor& x, double limit, double value);             // x, and `value` where x <= limit
// a·σ(b), a and b the halves of x along the axis. ShapeError for an odd dimension.
Tensor glu(const Tensor& x, Axis axis = -1);

}  // namespace gradus
