// The network of the jobs mlp-* and infer-mlp.
#pragma once
#include "common.h"

struct Mlp : torch::nn::Module {
  torch::nn::Linear first{784, 512}, second{512, 256}, output{256, 10};
  Mlp() {
    register_module("first", first);
    register_module("second", second);
    register_module("output", output);
  }
  Tensor forward(const Tensor& image) { return output(torch::relu(second(torch::relu(first(image.flatten(1)))))); }
};
