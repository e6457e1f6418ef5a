// The network of the jobs mlp-* and infer-mlp.
#pragma once
#include "common.h"

struct Mlp {
  nn::Linear first{784, 512}, second{512, 256}, output{256, 10};
  Tensor operator()(const Tensor& image) const { return output(relu(second(relu(first(flatten(image, 1)))))); }
};
