// Functions as layers, for Sequential and Chain; elsewhere one writes relu(x). What they compute: ops/activation.h, ops/softmax.h,
// ops/shape.h. With a slope of their own: prelu.h, rrelu.h.
//   nn::Sequential net{nn::Linear{784, 256}, nn::ReLU{}, nn::Linear{256, 10}};
#pragma once
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>

namespace gradus::nn {

struct ReLU {
  Tensor operator()(const Tensor& x) const;
};
struct Tanh {
  Tensor operator()(const Tensor& x) const;
};
struct Sigmoid {
  Tensor operator()(const Tensor& x) const;
};
struct Softplus {
  double beta = 1, threshold = 20;
  Tensor operator()(const Tensor& x) const;
};
struct GELU {
  bool approximate = false;                                  // true: the formula with tanh
  Tensor operator()(const Tensor& x) const;
};
struct SiLU {
  Tensor operator()(const Tensor& x) const;
};
struct Mish {
  Tensor operator()(const Tensor& x) const;
};
struct ReLU6 {                                               // clamped to [0, 6]
  Tensor operator()(const Tensor& x) const;
};
struct LeakyReLU {
  double negative_slope = 0.01;
  Tensor operator()(const Tensor& x) const;
};
struct ELU {
  double alpha = 1;
  Tensor operator()(const Tensor& x) const;
};
struct CELU {
  double alpha = 1;
  Tensor operator()(const Tensor& x) const;
};
struct SELU {
  Tensor operator()(const Tensor& x) const;
};
struct LogSigmoid {
  Tensor operator()(const Tensor& x) const;
};
struct Hardtanh {
  double min_val = -1, max_val = 1;
  Tensor operator()(const Tensor& x) const;
};
struct Hardsigmoid {
  Tensor operator()(const Tensor& x) const;
};
struct Hardswish {
  Tensor operator()(const Tensor& x) const;
};
struct Hardshrink {
  double lambd = 0.5;
  Tensor operator()(const Tensor& x) const;
};
struct Softshrink {
  double lambd = 0.5;
  Tensor operator()(const Tensor& x) const;
};
struct Tanhshrink {
  Tensor operator()(const Tensor& x) const;
};
struct Softsign {
  Tensor operator()(const Tensor& x) const;
};
struct Threshold {                                           // x, and `value` where x <= threshold
  double threshold, value;
  Tensor operator()(const Tensor& x) const;
};
struct GLU {                                                 // a·σ(b), a and b the halves of x along the axis
  int axis = -1;
  Tensor operator()(const Tensor& x) const;
};
struct Softmin {
  int axis = -1;
  Tensor operator()(const Tensor& x) const;
};
struct Softmax2d {                                           // over the channels of [N, C, H, W] or [C, H, W]; ShapeError otherwise
  Tensor operator()(const Tensor& x) const;
};
struct Softmax {
  int axis = -1;
  Tensor operator()(const Tensor& x) const;
};
struct LogSoftmax {
  int axis = -1;
  Tensor operator()(const Tensor& x) const;
};
struct Identity {
  Tensor operator()(const Tensor& x) const;
};
struct Flatten {
  int first = 1, last = -1;                                  // these dimensions become one
  Tensor operator()(const Tensor& x) const;
};

}  // namespace gradus::nn
