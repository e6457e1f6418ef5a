#include <gradus/nn/layers/activation.h>

namespace gradus::nn {

Tensor ReLU6::operator()(const Tensor& x) const { return relu6(x); }
Tensor LeakyReLU::operator()(const Tensor& x) const { return leaky_relu(x, negative_slope); }
Tensor ELU::operator()(const Tensor& x) const { return elu(x, alpha); }
Tensor CELU::operator()(const Tensor& x) const { return celu(x, alpha); }
Tensor SELU::operator()(const Tensor& x) const { return selu(x); }
Tensor LogSigmoid::operator()(const Tensor& x) const { return logsigmoid(x); }
Tensor Hardtanh::operator()(const Tensor& x) const { return hardtanh(x, min_val, max_val); }
Tensor Hardsigmoid::operator()(const Tensor& x) const { return hardsigmoid(x); }
Tensor Hardswish::operator()(const Tensor& x) const { return hardswish(x); }
Tensor Hardshrink::operator()(const Tensor& x) const { return hardshrink(x, lambd); }
Tensor Softshrink::operator()(const Tensor& x) const { return softshrink(x, lambd); }
Tensor Tanhshrink::operator()(const Tensor& x) const { return tanhshrink(x); }
Tensor Softsign::operator()(const Tensor& x) const { return softsign(x); }
Tensor Threshold::operator()(const Tensor& x) const { return gradus::threshold(x, threshold, value); }
Tensor GLU::operator()(const Tensor& x) const { return glu(x, axis); }
Tensor Softmin::operator()(const Tensor& x) const { return softmin(x, axis); }

Tensor Softmax2d::operator()(const Tensor& x) const {
  check<ShapeError>(x.rank() == 3 || x.rank() == 4, "Softmax2d: needs x [N, C, H, W] or [C, H, W], not ", x.shape());
  return softmax(x, -3);
}

}  // namespace gradus::nn
