// Convolution of images and its two gradients, on arrays whose shapes are known to fit. f32 goes to oneDNN where there is one and it has a
// fast way; the rest is im2col and gemm. Images may have any strides; those that lie channels-last (channels_last.h) are taken as they
// are, and so do the results lie where that is faster. Knows nothing of the tape: ops/conv.h does.
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// One of the two directions: in = size of x, out = size of y.
struct ConvAxis {
  std::int64_t in, kernel, out, stride, padding, dilation;
  bool plain() const { return kernel == 1 && stride == 1 && padding == 0; }
};

// x [n, c, h.in, w.in], weight [f, c / groups, h.kernel, w.kernel] → y [n, f, h.out, w.out]
struct ConvShape {
  std::int64_t n, c, f, groups;
  ConvAxis h, w;
  Shape x() const { return {n, c, h.in, w.in}; }
  Shape weight() const { return {f, c / groups, h.kernel, w.kernel}; }
  Shape y() const { return {n, f, h.out, w.out}; }
  double multiplications() const { return double(n) * f * h.out * w.out * (c / groups) * h.kernel * w.kernel; }
};

// bias [f] or undefined. DtypeError unless f32 or f64. x is rearranged first where the convolution reads it otherwise; whoever keeps that
// for the weight gradient saves doing it again.
Array conv2d(const ConvShape& shape, Array& x, const Array& weight, const Array& bias);
// ∂L/∂x and ∂L/∂weight (contiguous) from g = ∂L/∂y.
Array conv2d_input_gradient(const ConvShape& shape, const Array& g, const Array& weight);
Array conv2d_weight_gradient(const ConvShape& shape, const Array& g, const Array& x);

}  // namespace gradus::kernels
