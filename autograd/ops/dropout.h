// Dropout (Srivastava et al., JMLR 15, 2014), scaled in training so that evaluation needs nothing.
//   Generator noise(42);  Tensor y = dropout(x, 0.5, noise);
#pragma once
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// Zeroes each element with probability p and scales the others by 1 / (1 − p). ValueError unless 0 <= p <= 1, DtypeError unless f32 or
// f64. The mask depends on the generator and the element's place (row-major) alone, never on threads or on the shape.
Tensor dropout(const Tensor& x, double p, Generator& generator);

}  // namespace gradus
