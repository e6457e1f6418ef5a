// Sums of gradients.
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// sum + g, elementwise, equal shapes and dtypes (f32, f64); in sum's own memory when nobody else shares it.
Array accumulate(Array sum, const Array& g);

}  // namespace gradus::kernels
