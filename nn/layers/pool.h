// Pooling layers, without parameters, over sequences [N, C, L], images [N, C, H, W] and volumes [N, C, D, H, W], or one of them without N.
// What they compute and what the options mean: ops/pool.h.
//   nn::MaxPool2d pool{2};   nn::AvgPool2d smooth{{.kernel = 3, .stride = 1, .padding = 1}};   nn::AdaptiveAvgPool2d global{1};
//   const auto [y, at] = pool.with_indices(x);   Tensor back = nn::MaxUnpool2d{2}(y, at);          // PyTorch's return_indices
#pragma once
#include <cstdint>

#include <gradus/autograd/base/random.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/resample.h>
#include <gradus/nn/model/fields.h>
#include <gradus/nn/model/stream.h>

namespace gradus::nn {

// What layers of windows of one size share: their options, of which a number is the kernel.
template <class Options>
class PoolLayer {
 public:
  explicit PoolLayer(const Options& options) : options_(options) {}
  explicit PoolLayer(std::int64_t kernel) : options_{.kernel = kernel} {}
  using Fields = nn::Fields<>;

 protected:
  Options options_;
};
// ... and adaptive ones: the size of the result, of which a number may be `unchanged`.
template <class Size>
class AdaptiveLayer {
 public:
  explicit AdaptiveLayer(Size output) : output_(output) {}
  using Fields = nn::Fields<>;

 protected:
  Size output_;
};

// ---- the largest of each window

class MaxPool1d : public PoolLayer<PoolOptions1d> {
 public:
  using PoolLayer::PoolLayer;
  Tensor operator()(const Tensor& x) const;
  ValuesAndIndices with_indices(const Tensor& x) const;
};
class MaxPool2d : public PoolLayer<PoolOptions> {
 public:
  using PoolLayer::PoolLayer;
  Tensor operator()(const Tensor& x) const;
  ValuesAndIndices with_indices(const Tensor& x) const;
};
class MaxPool3d : public PoolLayer<PoolOptions3d> {
 public:
  using PoolLayer::PoolLayer;
  Tensor operator()(const Tensor& x) const;
  ValuesAndIndices with_indices(const Tensor& x) const;
};

class AdaptiveMaxPool1d : public AdaptiveLayer<std::int64_t> {
 public:
  using AdaptiveLayer::AdaptiveLayer;
  Tensor operator()(const Tensor& x) const;
  ValuesAndIndices with_indices(const Tensor& x) const;
};
class AdaptiveMaxPool2d : public AdaptiveLayer<Pair> {
 public:
  using AdaptiveLayer::AdaptiveLayer;
  Tensor operator()(const Tensor& x) const;
  ValuesAndIndices with_indices(const Tensor& x) const;
};
class AdaptiveMaxPool3d : public AdaptiveLayer<Triple> {
 public:
  using AdaptiveLayer::AdaptiveLayer;
  Tensor operator()(const Tensor& x) const;
  ValuesAndIndices with_indices(const Tensor& x) const;
};

// The way back: x at these places of zeros. output_size are the last dimensions, or all of the shape of the result, where it is not the
// usual one.
class MaxUnpool1d : public PoolLayer<PoolOptions1d> {
 public:
  using PoolLayer::PoolLayer;
  Tensor operator()(const Tensor& x, const Tensor& indices, const Shape& output_size = {}) const;
};
class MaxUnpool2d : public PoolLayer<PoolOptions> {
 public:
  using PoolLayer::PoolLayer;
  Tensor operator()(const Tensor& x, const Tensor& indices, const Shape& output_size = {}) const;
};
class MaxUnpool3d : public PoolLayer<PoolOptions3d> {
 public:
  using PoolLayer::PoolLayer;
  Tensor operator()(const Tensor& x, const Tensor& indices, const Shape& output_size = {}) const;
};

struct FractionalMaxPool2dOptions {
  Pair kernel = 2;
  Pair output_size = 0;                                      // the size of the result, ...
  Scales output_ratio = {};                                  // ... or that of x times a number in (0, 1), rounded down
};
struct FractionalMaxPool3dOptions {
  Triple kernel = 2, output_size = 0;
  Scales output_ratio = {};
};

// Windows at random places, other ones in each call: in training from the layer's own stream, one thread at a time (GraphError); in
// evaluation, where PyTorch's are random as well, from the calling thread's generator. ValueError unless the options have either a size or
// a ratio.
class FractionalMaxPool2d {
 public:
  explicit FractionalMaxPool2d(const FractionalMaxPool2dOptions& options, Generator& source = default_generator());
  Tensor operator()(const Tensor& x) const;
  ValuesAndIndices with_indices(const Tensor& x, const Tensor& samples = {}) const;   // samples [N, C, 2] say where, if they are given

  bool training = true;
  Stream generator;
  using Fields = nn::Fields<&FractionalMaxPool2d::generator>;

 private:
  FractionalMaxPool2dOptions options_;
};
class FractionalMaxPool3d {
 public:
  explicit FractionalMaxPool3d(const FractionalMaxPool3dOptions& options, Generator& source = default_generator());
  Tensor operator()(const Tensor& x) const;
  ValuesAndIndices with_indices(const Tensor& x, const Tensor& samples = {}) const;   // samples [N, C, 3]

  bool training = true;
  Stream generator;
  using Fields = nn::Fields<&FractionalMaxPool3d::generator>;

 private:
  FractionalMaxPool3dOptions options_;
};

// ---- means

class AvgPool1d : public PoolLayer<PoolOptions1d> {
 public:
  using PoolLayer::PoolLayer;
  Tensor operator()(const Tensor& x) const;
};
class AvgPool2d : public PoolLayer<PoolOptions> {
 public:
  using PoolLayer::PoolLayer;
  Tensor operator()(const Tensor& x) const;
};
class AvgPool3d : public PoolLayer<PoolOptions3d> {
 public:
  using PoolLayer::PoolLayer;
  Tensor operator()(const Tensor& x) const;
};

class AdaptiveAvgPool1d : public AdaptiveLayer<std::int64_t> {
 public:
  using AdaptiveLayer::AdaptiveLayer;
  Tensor operator()(const Tensor& x) const;
};
class AdaptiveAvgPool2d : public AdaptiveLayer<Pair> {
 public:
  using AdaptiveLayer::AdaptiveLayer;
  Tensor operator()(const Tensor& x) const;
};
class AdaptiveAvgPool3d : public AdaptiveLayer<Triple> {
 public:
  using AdaptiveLayer::AdaptiveLayer;
  Tensor operator()(const Tensor& x) const;
};

// (Σ x^p)^(1/p) over each window: nn::LPPool2d{2, {.kernel = 3, .stride = 2}}. ValueError unless p > 0.
class LPPool1d : public PoolLayer<PoolOptions1d> {
 public:
  LPPool1d(double p, const PoolOptions1d& options);
  LPPool1d(double p, std::int64_t kernel);
  Tensor operator()(const Tensor& x) const;

 private:
  double p_;
};
class LPPool2d : public PoolLayer<PoolOptions> {
 public:
  LPPool2d(double p, const PoolOptions& options);
  LPPool2d(double p, std::int64_t kernel);
  Tensor operator()(const Tensor& x) const;

 private:
  double p_;
};
class LPPool3d : public PoolLayer<PoolOptions3d> {
 public:
  LPPool3d(double p, const PoolOptions3d& options);
  LPPool3d(double p, std::int64_t kernel);
  Tensor operator()(const Tensor& x) const;

 private:
  double p_;
};

}  // namespace gradus::nn
