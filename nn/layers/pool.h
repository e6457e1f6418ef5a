// Pooling layers, without parameters: x [N, C, H, W] → [N, C, OH, OW], or both without N. What the options mean: ops/pool.h.
//   nn::MaxPool2d pool{2};   nn::AvgPool2d smooth{{.kernel = 3, .stride = 1, .padding = 1}};   nn::AdaptiveAvgPool2d global{1};
#pragma once
#include <gradus/autograd/ops/pool.h>
#include <gradus/nn/model/fields.h>

namespace gradus::nn {

class MaxPool2d {
 public:
  explicit MaxPool2d(const PoolOptions& options) : options_(options) {}
  explicit MaxPool2d(std::int64_t kernel) : options_{.kernel = kernel} {}
  Tensor operator()(const Tensor& x) const { return max_pool2d(x, options_); }
  using Fields = nn::Fields<>;

 private:
  PoolOptions options_;
};

class AvgPool2d {
 public:
  explicit AvgPool2d(const PoolOptions& options) : options_(options) {}
  explicit AvgPool2d(std::int64_t kernel) : options_{.kernel = kernel} {}
  Tensor operator()(const Tensor& x) const { return avg_pool2d(x, options_); }
  using Fields = nn::Fields<>;

 private:
  PoolOptions options_;
};

class AdaptiveAvgPool2d {
 public:
  explicit AdaptiveAvgPool2d(Pair output) : output_(output) {}
  Tensor operator()(const Tensor& x) const { return adaptive_avg_pool2d(x, output_); }
  using Fields = nn::Fields<>;

 private:
  Pair output_;
};

}  // namespace gradus::nn
