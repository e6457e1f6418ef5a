// The cosine as an operation of our own, for landscapes with many valleys. Its derivative is itself, a quarter turn on, so derivatives of
// any order come by themselves.
//   Tensor y = cosine(2 * std::numbers::pi * x);
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace landscape {

// cos(x + quarters·π/2), elementwise; f64 (DtypeError otherwise).
gradus::Tensor cosine(const gradus::Tensor& x, int quarters = 0);

}  // namespace landscape
