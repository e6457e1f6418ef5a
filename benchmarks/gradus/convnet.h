// The convolutional network of the jobs convnet-* and infer-convnet: 28x28 → 14x14 → 7x7, global average, ten classes.
#pragma once
#include "common.h"

struct ConvBlock {
  nn::Conv2d conv;
  nn::BatchNorm2d norm;
  Tensor operator()(const Tensor& x) const { return relu(norm(conv(x))); }
};

struct ConvNet {
  ConvBlock first{nn::Conv2d{1, 32, {.padding = 1, .bias = false}}, nn::BatchNorm2d{32}};
  ConvBlock second{nn::Conv2d{32, 64, {.stride = 2, .padding = 1, .bias = false}}, nn::BatchNorm2d{64}};
  ConvBlock third{nn::Conv2d{64, 128, {.stride = 2, .padding = 1, .bias = false}}, nn::BatchNorm2d{128}};
  nn::Linear output{128, 10};
  Tensor operator()(const Tensor& image) const {
    return output(flatten(adaptive_avg_pool2d(third(second(first(image))), 1), 1));
  }
};
