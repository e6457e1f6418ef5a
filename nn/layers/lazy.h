// Layers that are told their output alone and learn their input from nn::initialize (model/lazy.h): PyTorch's Lazy modules.
//   nn::Sequential net{nn::LazyConv2d{16, {.kernel = 3}}, nn::LazyBatchNorm2d{}, nn::ReLU{}};
//   nn::initialize(net, zeros({1, 3, 32, 32}));
#pragma once
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/instance_norm.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/lazy.h>

namespace gradus::nn {

using LazyLinear = Lazy<Linear, LinearOptions, -1>;
using LazyConv1d = Lazy<Conv1d, Conv1dOptions, -2>;
using LazyConv2d = Lazy<Conv2d, Conv2dOptions, -3>;
using LazyConv3d = Lazy<Conv3d, Conv3dOptions, -4>;
using LazyConvTranspose1d = Lazy<ConvTranspose1d, ConvTranspose1dOptions, -2>;
using LazyConvTranspose2d = Lazy<ConvTranspose2d, ConvTranspose2dOptions, -3>;
using LazyConvTranspose3d = Lazy<ConvTranspose3d, ConvTranspose3dOptions, -4>;
using LazyBatchNorm1d = Lazy<BatchNorm1d, BatchNormOptions, 1>;
using LazyBatchNorm2d = Lazy<BatchNorm2d, BatchNormOptions, 1>;
using LazyBatchNorm3d = Lazy<BatchNorm3d, BatchNormOptions, 1>;
using LazyInstanceNorm1d = Lazy<InstanceNorm1d, InstanceNormOptions, -2>;
using LazyInstanceNorm2d = Lazy<InstanceNorm2d, InstanceNormOptions, -3>;
using LazyInstanceNorm3d = Lazy<InstanceNorm3d, InstanceNormOptions, -4>;

}  // namespace gradus::nn
