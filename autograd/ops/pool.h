// Pooling over images: x [N, C, H, W], f32 or f64.
#pragma once
#include <gradus/autograd/ops/pair.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

struct PoolOptions {
  Pair kernel = 2;
  Pair stride = 0;                        // 0: as the kernel
  Pair padding = 0;                       // at most half the kernel
  bool count_include_pad = true;          // average pooling: whether padding counts in the divisor
};
Tensor max_pool2d(const Tensor& x, const PoolOptions& options);    // the first largest gets the gradient; NaN wins
Tensor avg_pool2d(const Tensor& x, const PoolOptions& options);
Tensor adaptive_avg_pool2d(const Tensor& x, Pair output);          // [N, C, output.h, output.w]

}  // namespace gradus
