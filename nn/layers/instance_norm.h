// Instance normalisation (Ulyanov, Vedaldi, Lempitsky, 2016): each channel of each sample to mean 0 and variance 1. With running statistics
// (track_running_stats) evaluation uses those, as batch norm does.
//   nn::InstanceNorm2d norm{32, {.affine = true}};   Tensor y = norm(x);      // x [64, 32, 28, 28], or [32, 28, 28]
#pragma once
#include <gradus/nn/layers/batch_norm.h>

namespace gradus::nn {

struct InstanceNormOptions {
  double eps = 1e-5, momentum = 0.1;                         // of the running statistics: those of batch_norm.h
  bool affine = false, track_running_stats = false, bias = true;
  Dtype dtype = f32;
  void describe(Describe& is) const;
};

class InstanceNorm : public ChannelNorm {
 protected:
  InstanceNorm(std::int64_t channels, const InstanceNormOptions& options);
  Tensor normalise(const Tensor& x, int dimensions) const;   // behind the channels; ShapeError otherwise, and for other channels
};

class InstanceNorm1d : public InstanceNorm {
 public:
  explicit InstanceNorm1d(std::int64_t channels, const InstanceNormOptions& options = {}) : InstanceNorm(channels, options) {}
  Tensor operator()(const Tensor& x) const;                  // [N, C, L] or [C, L]
};
class InstanceNorm2d : public InstanceNorm {
 public:
  explicit InstanceNorm2d(std::int64_t channels, const InstanceNormOptions& options = {}) : InstanceNorm(channels, options) {}
  Tensor operator()(const Tensor& x) const;                  // [N, C, H, W] or [C, H, W]
};
class InstanceNorm3d : public InstanceNorm {
 public:
  explicit InstanceNorm3d(std::int64_t channels, const InstanceNormOptions& options = {}) : InstanceNorm(channels, options) {}
  Tensor operator()(const Tensor& x) const;                  // [N, C, D, H, W] or [C, D, H, W]
};

}  // namespace gradus::nn
