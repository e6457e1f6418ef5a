#include <gradus/nn/layers/activation.h>

#include <gradus/nn/model/call.h>

namespace gradus::nn {

Tensor ReLU::operator()(const Tensor& x) const { return nn::call(*this, [&] { return relu(x); }, x); }
Tensor Tanh::operator()(const Tensor& x) const { return nn::call(*this, [&] { return tanh(x); }, x); }
Tensor Sigmoid::operator()(const Tensor& x) const { return nn::call(*this, [&] { return sigmoid(x); }, x); }
Tensor Softplus::operator()(const Tensor& x) const { return nn::call(*this, [&] { return softplus(x, beta, threshold); }, x); }
Tensor GELU::operator()(const Tensor& x) const { return nn::call(*this, [&] { return approximate ? gelu_tanh(x) : gelu(x); }, x); }
Tensor SiLU::operator()(const Tensor& x) const { return nn::call(*this, [&] { return silu(x); }, x); }
Tensor Mish::operator()(const Tensor& x) const { return nn::call(*this, [&] { return mish(x); }, x); }
Tensor Softmax::operator()(const Tensor& x) const { return nn::call(*this, [&] { return softmax(x, axis); }, x); }
Tensor LogSoftmax::operator()(const Tensor& x) const { return nn::call(*this, [&] { return log_softmax(x, axis); }, x); }
Tensor Identity::operator()(const Tensor& x) const { return nn::call(*this, [&] { return x; }, x); }
Tensor Flatten::operator()(const Tensor& x) const { return nn::call(*this, [&] { return flatten(x, first, last); }, x); }
Tensor ReLU6::operator()(const Tensor& x) const { return nn::call(*this, [&] { return relu6(x); }, x); }
Tensor LeakyReLU::operator()(const Tensor& x) const { return nn::call(*this, [&] { return leaky_relu(x, negative_slope); }, x); }
Tensor ELU::operator()(const Tensor& x) const { return nn::call(*this, [&] { return elu(x, alpha); }, x); }
Tensor CELU::operator()(const Tensor& x) const { return nn::call(*this, [&] { return celu(x, alpha); }, x); }
Tensor SELU::operator()(const Tensor& x) const { return nn::call(*this, [&] { return selu(x); }, x); }
Tensor LogSigmoid::operator()(const Tensor& x) const { return nn::call(*this, [&] { return logsigmoid(x); }, x); }
Tensor Hardtanh::operator()(const Tensor& x) const { return nn::call(*this, [&] { return hardtanh(x, min_val, max_val); }, x); }
Tensor Hardsigmoid::operator()(const Tensor& x) const { return nn::call(*this, [&] { return hardsigmoid(x); }, x); }
Tensor Hardswish::operator()(const Tensor& x) const { return nn::call(*this, [&] { return hardswish(x); }, x); }
Tensor Hardshrink::operator()(const Tensor& x) const { return nn::call(*this, [&] { return hardshrink(x, lambd); }, x); }
Tensor Softshrink::operator()(const Tensor& x) const { return nn::call(*this, [&] { return softshrink(x, lambd); }, x); }
Tensor Tanhshrink::operator()(const Tensor& x) const { return nn::call(*this, [&] { return tanhshrink(x); }, x); }
Tensor Softsign::operator()(const Tensor& x) const { return nn::call(*this, [&] { return softsign(x); }, x); }
Tensor Threshold::operator()(const Tensor& x) const { return nn::call(*this, [&] { return gradus::threshold(x, threshold, value); }, x); }
Tensor GLU::operator()(const Tensor& x) const { return nn::call(*this, [&] { return glu(x, axis); }, x); }
Tensor Softmin::operator()(const Tensor& x) const { return nn::call(*this, [&] { return softmin(x, axis); }, x); }

Tensor Softmax2d::operator()(const Tensor& x) const {
  const auto run = [&]() -> Tensor {
    check<ShapeError>(x.rank() == 3 || x.rank() == 4, "Softmax2d: needs x [N, C, H, W] or [C, H, W], not ", x.shape());
    return softmax(x, -3);
  };
  return nn::call(*this, run, x);
}

}  // namespace gradus::nn
