// Batch normalisation (Ioffe and Szegedy, 2015): each channel to mean 0 and variance 1 over the batch, then scaled and shifted. In training
// a call moves the running statistics that evaluation uses, one thread at a time (GraphError); in evaluation any number of threads may
// call.
//   nn::BatchNorm2d norm{32};   Tensor y = norm(x);   nn::eval(net);          // x [64, 32, 28, 28]
#pragma once
#include <optional>
#include <string_view>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/nn/layers/running_statistics.h>
#include <gradus/nn/model/buffer.h>
#include <gradus/nn/model/walk.h>

namespace gradus::nn {

struct BatchNormOptions {
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;                      // running ← (1 − momentum)·running + momentum·batch;
                                                             // none: the mean of all batches
  bool affine = true;                                        // weight and bias
  bool track_running_stats = true;                           // false: evaluation normalises by its own batch too
  bool bias = true;                                          // false: of both, a weight alone
  Dtype dtype = f32;
  void describe(Describe& is) const;
};

// What these and those of instance_norm.h share. Weight starts at 1, bias at 0, the running mean at 0 and the running (unbiased) variance
// at 1.
class ChannelNorm {
 public:
  Parameter weight, bias;                                    // [channels], or undefined
  Buffer running_mean, running_var;                          // [channels], or undefined
  Buffer num_batches_tracked;                                // [] i64, or undefined
  bool training = true;
  using Fields = nn::Fields<&ChannelNorm::weight, &ChannelNorm::bias, &ChannelNorm::running_mean, &ChannelNorm::running_var,
                            &ChannelNorm::num_batches_tracked>;

 protected:
  // ValueError unless channels >= 1, eps > 0, momentum in [0, 1].
  ChannelNorm(const char* name, std::int64_t channels, const BatchNormOptions& options);

  std::int64_t channels_;
  bool tracks_;                                              // asked instead of running_mean, which another thread may be changing
  double eps_;
  std::optional<double> momentum_;
};

// What 1d, 2d and 3d share. norm.relu(x, plus) is relu(norm(x) + plus), bit by bit, in one operation, as residual networks want it; `plus`,
// of x's shape, may be left out. Who looks at the layer's call sees that result.
class BatchNorm : public ChannelNorm {
 public:
  RunningStatistics offers() {
    return {running_mean.mutable_value(), running_var.mutable_value(), num_batches_tracked.mutable_value(), momentum_};
  }

 protected:
  BatchNorm(std::int64_t channels, const BatchNormOptions& options) : ChannelNorm("BatchNorm", channels, options) {}
  Tensor normalise(const Tensor& x, std::string_view layer, bool relu = false, const Tensor& plus = {}) const;
};

class BatchNorm1d : public BatchNorm {
 public:
  explicit BatchNorm1d(std::int64_t channels, const BatchNormOptions& options = {}) : BatchNorm(channels, options) {}
  Tensor operator()(const Tensor& x) const;                  // [N, C] or [N, C, L]; ShapeError otherwise
  Tensor relu(const Tensor& x, const Tensor& plus = {}) const;
};

class BatchNorm2d : public BatchNorm {
 public:
  explicit BatchNorm2d(std::int64_t channels, const BatchNormOptions& options = {}) : BatchNorm(channels, options) {}
  Tensor operator()(const Tensor& x) const;                  // [N, C, H, W]; ShapeError otherwise
  Tensor relu(const Tensor& x, const Tensor& plus = {}) const;
};

class BatchNorm3d : public BatchNorm {
 public:
  explicit BatchNorm3d(std::int64_t channels, const BatchNormOptions& options = {}) : BatchNorm(channels, options) {}
  Tensor operator()(const Tensor& x) const;                  // [N, C, D, H, W]; ShapeError otherwise
  Tensor relu(const Tensor& x, const Tensor& plus = {}) const;
};

}  // namespace gradus::nn
