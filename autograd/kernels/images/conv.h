// Convolution of images (or volumes) and its two gradients, on arrays whose shapes are known to fit. f32 goes to oneDNN where there is one
// and it has a fast way; the rest is im2col and gemm. Images may have any strides; those that lie channels-last (channels_last.h) are taken
// as they are, and so do the results lie where that is faster. Knows nothing of the tape: ops/conv.h does.
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// One of the directions: in = size of x, out = size of y. What padding there is at the end follows from the other numbers.
struct ConvAxis {
  std::int64_t in = 1, kernel = 1, out = 1, stride = 1, padding = 0, dilation = 1;
  bool plain() const { return kernel == 1 && stride == 1 && padding == 0 && in == out; }
  std::int64_t reach() const { return dilation * (kernel - 1) + 1; }
};

// x [n, c, h.in, w.in], weight [f, c / groups, h.kernel, w.kernel] → y [n, f, h.out, w.out]; of volumes with d before h. A sequence is an
// image of height 1.
struct ConvShape {
  std::int64_t n, c, f, groups;
  ConvAxis h, w, d = {};
  bool volumes = false;
  Shape x() const { return images(n, c, &ConvAxis::in); }
  Shape weight() const { return images(f, c / groups, &ConvAxis::kernel); }
  Shape y() const { return images(n, f, &ConvAxis::out); }
  std::int64_t x_pixels() const { return d.in * h.in * w.in; }
  std::int64_t y_pixels() const { return d.out * h.out * w.out; }
  std::int64_t taps() const { return d.kernel * h.kernel * w.kernel; }
  bool plain() const { return d.plain() && h.plain() && w.plain(); }
  double multiplications() const { return double(n) * f * y_pixels() * (c / groups) * taps(); }

 private:
  Shape images(std::int64_t count, std::int64_t channels, std::int64_t ConvAxis::*size) const {
    if (volumes) return {count, channels, d.*size, h.*size, w.*size};
    return {count, channels, h.*size, w.*size};
  }
};

// bias [f] or undefined. DtypeError unless f32 or f64. x is rearranged first where the convolution reads it otherwise; whoever keeps that
// for the weight gradient saves doing it again.
Array conv(const ConvShape& shape, Array& x, const Array& weight, const Array& bias);
// ∂L/∂x and ∂L/∂weight (contiguous) from g = ∂L/∂y. The first is also the transposed convolution, with a bias [c] or none; it rearranges g
// as conv does x.
Array conv_input_gradient(const ConvShape& shape, Array& g, const Array& weight, const Array& bias = {});
Array conv_weight_gradient(const ConvShape& shape, const Array& g, const Array& x);

// What the weight gradient reads together with another one, arranged as both read it, if they read it alike: who asks for both saves doing
// it twice. The other one is the input gradient, or, for an x of `shape`, the convolution.
Array conv_arranged(const ConvShape& shape, const Array& images, bool of_x);

}  // namespace gradus::kernels
