// Convolution over images: x [N, C, H, W], f32 or f64 (cross-correlation, as everywhere in deep learning).
#pragma once
#include <gradus/autograd/ops/pair.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

struct ConvOptions {
  Pair stride = 1, padding = 0, dilation = 1;
  std::int64_t groups = 1;
};
// weight [F, C / groups, KH, KW], bias [F] or undefined → [N, F, OH, OW], OH = ⌊(H + 2·padding − dilation·(KH − 1) − 1) / stride⌋ + 1.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const ConvOptions& options = {});

}  // namespace gradus
