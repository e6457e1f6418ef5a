// Normalisation: of channels over a batch, of parts of each sample, of lengths.
//   layer_norm(x, {128}, weight, bias);   rms_norm(x, {128}, weight);   group_norm(images, 8);   normalize(rows, 2, -1);
// f32 or f64 (DtypeError); weight and bias may be left out. Means that dwarf the deviation do no harm.
#pragma once
#include <optional>

#include <gradus/autograd/array/axes.h>
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

// relu(batch_norm(x, …) + plus), bit by bit, as one operation, which is what residual networks are made of; `plus`, of x's shape, may be
// left out.
Tensor batch_norm_relu(const Tensor& x, const Tensor& plus, const Tensor& weight, const Tensor& bias, Array& running_mean,
                       Array& running_var, double momentum = 0.1, double eps = 1e-5);
Tensor batch_norm_relu_eval(const Tensor& x, const Tensor& plus, const Tensor& weight, const Tensor& bias, const Array& running_mean,
                            const Array& running_var, double eps = 1e-5);

// (x − mean) / √(var + eps) · weight + bias over the last dimensions, those of `shape`, of which weight and bias are, too. (Ba, Kiros,
// Hinton 2016.) ShapeError.
Tensor layer_norm(const Tensor& x, const Shape& shape, const Tensor& weight = {}, const Tensor& bias = {}, double eps = 1e-5);
// x / √(mean of x² + eps) · weight over the last dimensions; eps is that of the dtype (1.2e-7, 2.2e-16) unless given. (Zhang, Sennrich
// 2019.)
Tensor rms_norm(const Tensor& x, const Shape& shape, const Tensor& weight = {}, std::optional<double> eps = {});
// Layer norm of each sample's channels in `groups` groups: x [N, C, ...], weight and bias [C]. (Wu, He 2018.) ValueError unless groups
// divides C.
Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight = {}, const Tensor& bias = {}, double eps = 1e-5);
// Of each channel of each sample: x [N, C, ...], weight and bias [C]; ValueError when a channel has one element. With running statistics
// [C] (as batch_norm's; of the samples' means and unbiased variances it takes the mean); in evaluation they are batch_norm_eval's.
Tensor instance_norm(const Tensor& x, const Tensor& weight = {}, const Tensor& bias = {}, double eps = 1e-5);
Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, Array& running_mean, Array& running_var,
                     double momentum = 0.1, double eps = 1e-5);

// x / (k + alpha/size · Σ x²)^beta, the sum over `size` neighbouring channels (size/2 before, (size − 1)/2 behind): x [N, C, ...].
// (Krizhevsky, Sutskever, Hinton 2012.)
Tensor local_response_norm(const Tensor& x, std::int64_t size, double alpha = 1e-4, double beta = 0.75, double k = 1);

// x / max(‖x‖ₚ, eps) along `axis`.
Tensor normalize(const Tensor& x, double p = 2, Axis axis = 1, double eps = 1e-12);

}  // namespace gradus
