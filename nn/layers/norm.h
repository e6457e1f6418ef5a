// Normalisation of each sample by itself, the same in training and evaluation. Formulas and errors of a call: ops/norm.h.
//   nn::LayerNorm norm{128};   nn::LayerNorm images{{28, 28}, {.bias = false}};   nn::RMSNorm rms{128};   nn::GroupNorm groups{8, 32};
#pragma once
#include <optional>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/nn/model/fields.h>

namespace gradus::nn {

struct LayerNormOptions {
  double eps = 1e-5;
  bool elementwise_affine = true, bias = true;               // a weight; and a bias beside it
  Dtype dtype = f32;
  void describe(Describe& is) const;
};
struct RMSNormOptions {
  std::optional<double> eps = {};                            // none: that of x's type
  bool elementwise_affine = true;
  Dtype dtype = f32;
  void describe(Describe& is) const;
};
struct GroupNormOptions {
  double eps = 1e-5;
  bool affine = true, bias = true;                           // a weight; and a bias beside it
  Dtype dtype = f32;
  void describe(Describe& is) const;
};

// Over the last dimensions of x, those of normalized_shape. Weights start at 1, the bias at 0. ValueError for an option out of its range
// and for a dimension below 1.
class LayerNorm {
 public:
  explicit LayerNorm(const Shape& normalized_shape, const LayerNormOptions& options = {});
  explicit LayerNorm(std::int64_t last, const LayerNormOptions& options = {}) : LayerNorm(Shape{last}, options) {}
  Tensor operator()(const Tensor& x) const;

  Parameter weight, bias;                                    // normalized_shape, or undefined
  using Fields = nn::Fields<&LayerNorm::weight, &LayerNorm::bias>;

 private:
  Shape shape_;
  double eps_;
};

class RMSNorm {
 public:
  explicit RMSNorm(const Shape& normalized_shape, const RMSNormOptions& options = {});
  explicit RMSNorm(std::int64_t last, const RMSNormOptions& options = {}) : RMSNorm(Shape{last}, options) {}
  Tensor operator()(const Tensor& x) const;

  Parameter weight;                                          // normalized_shape, or undefined
  using Fields = nn::Fields<&RMSNorm::weight>;

 private:
  Shape shape_;
  std::optional<double> eps_;
};

// Of x [N, C, ...], whose channels are in num_groups groups. ValueError unless num_groups divides num_channels.
class GroupNorm {
 public:
  GroupNorm(std::int64_t num_groups, std::int64_t num_channels, const GroupNormOptions& options = {});
  Tensor operator()(const Tensor& x) const;                  // ShapeError unless x has num_channels channels

  Parameter weight, bias;                                    // [num_channels], or undefined
  using Fields = nn::Fields<&GroupNorm::weight, &GroupNorm::bias>;

 private:
  std::int64_t groups_, channels_;
  double eps_;
};

// x / (k + alpha/size · Σ x²)^beta over `size` neighbouring channels.
struct LocalResponseNorm {
  std::int64_t size;
  double alpha = 1e-4, beta = 0.75, k = 1;
  Tensor operator()(const Tensor& x) const;
};
// The same, but that of an even number the sum has one less, as many on both sides, which alpha/size does not notice. (PyTorch's never
// takes the first channel out of its sums again.)
struct CrossMapLRN2d {
  std::int64_t size;
  double alpha = 1e-4, beta = 0.75, k = 1;
  Tensor operator()(const Tensor& x) const;                  // [N, C, H, W]; ShapeError otherwise
};

}  // namespace gradus::nn
