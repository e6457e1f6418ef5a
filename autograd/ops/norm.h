// Normalisation.
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// (x − mean) / √(var + eps) · weight + bias, for each channel: x [N, C] or [N, C, ...]; weight and bias [C] or both undefined.
// Training: mean and (biased) variance of this batch, and running ← (1 − momentum)·running + momentum·batch, where the variance that goes
// into `running_var` is unbiased (PyTorch's conventions). The running arrays [C] may be undefined. ValueError when a channel has one
// element.
Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, Array& running_mean, Array& running_var,
                  double momentum = 0.1, double eps = 1e-5);
// Evaluation: the given statistics.
Tensor batch_norm_eval(const Tensor& x, const Tensor& weight, const Tensor& bias, const Array& running_mean, const Array& running_var,
                       double eps = 1e-5);

}  // namespace gradus
