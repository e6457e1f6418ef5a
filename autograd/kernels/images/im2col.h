// Convolution as a product: the patches that the kernel sees are laid out as the columns of a matrix (im2col), image by image and group by
// group. For f64, and for f32 where oneDNN is absent or has no fast way.
#pragma once
#include <gradus/autograd/kernels/images/conv.h>

namespace gradus::kernels {

// T: float, double. bias (of y, or of dx) may be null.
template <class T> void im2col_conv(const ConvShape& shape, const T* x, const T* weight, const T* bias, T* y);
template <class T> void im2col_input_gradient(const ConvShape& shape, const T* g, const T* weight, const T* bias, T* dx);
template <class T> void im2col_weight_gradient(const ConvShape& shape, const T* g, const T* x, T* dw);

}  // namespace gradus::kernels
