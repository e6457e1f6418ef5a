// Layers that are told their output alone and learn their input from nn::initialize (model/lazy.h): PyTorch's Lazy modules.
//   nn::Sequential net{nn::LazyConv2d{16, {.kernel = 3}}, nn::LazyBatchNorm2d{}, nn::ReLU{}};
//   nn::initialize(net, zeros({1, 3, 32, 32}));
#pragma once
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/lazy.h>

namespace gradus::nn {

using LazyLinear = Lazy<Linear, LinearOptions, -1>;
using LazyConv2d = Lazy<Conv2d, Conv2dOptions, -3>;
using LazyBatchNorm1d = Lazy<BatchNorm1d, BatchNormOptions, 1>;
using LazyBatchNorm2d = Lazy<BatchNorm2d, BatchNormOptions, 1>;

}  // namespace gradus::nn
