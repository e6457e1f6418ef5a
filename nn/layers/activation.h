// Functions as layers, for Sequential and Chain; elsewhere one writes relu(x). What they compute: ops/activation.h, ops/softmax.h,
// ops/shape.h.
//   nn::Sequential net{nn::Linear{784, 256}, nn::ReLU{}, nn::Linear{256, 10}};
#pragma once
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>

namespace gradus::nn {

struct ReLU {
  Tensor operator()(const Tensor& x) const { return relu(x); }
};
struct Tanh {
  Tensor operator()(const Tensor& x) const { return tanh(x); }
};
struct Sigmoid {
  Tensor operator()(const Tensor& x) const { return sigmoid(x); }
};
struct Softplus {
  double beta = 1, threshold = 20;
  Tensor operator()(const Tensor& x) const { return softplus(x, beta, threshold); }
};
struct GELU {
  bool approximate = false;                                  // true: the formula with tanh
  Tensor operator()(const Tensor& x) const { return approximate ? gelu_tanh(x) : gelu(x); }
};
struct SiLU {
  Tensor operator()(const Tensor& x) const { return silu(x); }
};
struct Mish {
  Tensor operator()(const Tensor& x) const { return mish(x); }
};
struct Softmax {
  int axis = -1;
  Tensor operator()(const Tensor& x) const { return softmax(x, axis); }
};
struct LogSoftmax {
  int axis = -1;
  Tensor operator()(const Tensor& x) const { return log_softmax(x, axis); }
};
struct Identity {
  Tensor operator()(const Tensor& x) const { return x; }
};
struct Flatten {
  int first = 1, last = -1;                                  // these dimensions become one
  Tensor operator()(const Tensor& x) const { return flatten(x, first, last); }
};

}  // namespace gradus::nn
