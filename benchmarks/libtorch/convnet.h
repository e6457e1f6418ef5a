// The convolutional network of the jobs convnet-* and infer-convnet: 28x28 → 14x14 → 7x7, global average, ten classes.
#pragma once
#include "common.h"

struct ConvNet : torch::nn::Module {
  static torch::nn::Conv2dOptions conv(std::int64_t in, std::int64_t out, std::int64_t stride) {
    return torch::nn::Conv2dOptions(in, out, 3).stride(stride).padding(1).bias(false);
  }
  torch::nn::Conv2d conv1{conv(1, 32, 1)}, conv2{conv(32, 64, 2)}, conv3{conv(64, 128, 2)};
  torch::nn::BatchNorm2d norm1{32}, norm2{64}, norm3{128};
  torch::nn::Linear output{128, 10};
  ConvNet() {
    register_module("conv1", conv1);
    register_module("norm1", norm1);
    register_module("conv2", conv2);
    register_module("norm2", norm2);
    register_module("conv3", conv3);
    register_module("norm3", norm3);
    register_module("output", output);
  }
  Tensor forward(Tensor x) {
    x = norm1(conv1(x)).relu_();
    x = norm2(conv2(x)).relu_();
    x = norm3(conv3(x)).relu_();
    return output(torch::adaptive_avg_pool2d(x, {1, 1}).flatten(1));
  }
};

// Puts the weights into channels-last order (NHWC), which some machines prefer.
inline void to_channels_last(torch::nn::Module& net) {
  for (Tensor& p : net.parameters())
    if (p.dim() == 4) p.set_data(p.contiguous(torch::MemoryFormat::ChannelsLast));
}
