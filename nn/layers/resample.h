// Images in other sizes, channels that become pixels, and patches that become columns; layers without parameters. What they compute:
// ops/resample.h, ops/window.h, ops/shape.h.
//   nn::Upsample up{{.scale_factor = 2, .mode = Interpolation::bilinear}};   nn::PixelShuffle finer{2};   nn::Unfold columns{3};
//   nn::Unflatten{1, {8, 4, 4}}                                   // [N, 128] → [N, 8, 4, 4]: nn::Flatten (activation.h) the other way
#pragma once
#include <cstdint>

#include <gradus/autograd/ops/resample.h>
#include <gradus/autograd/ops/window.h>
#include <gradus/nn/model/fields.h>

namespace gradus::nn {

class Upsample {
 public:
  explicit Upsample(const InterpolateOptions& options) : options_(options) {}
  Tensor operator()(const Tensor& x) const;
  using Fields = nn::Fields<>;

 protected:
  InterpolateOptions options_;
};

struct UpsamplingOptions {
  Shape size = {};                                           // one of the two, as of interpolate
  Scales scale_factor = {};
};
// Upsample with the nearest pixel, and bilinear with align_corners.
struct UpsamplingNearest2d : Upsample {
  explicit UpsamplingNearest2d(const UpsamplingOptions& options);
  Tensor operator()(const Tensor& x) const;
};
struct UpsamplingBilinear2d : Upsample {
  explicit UpsamplingBilinear2d(const UpsamplingOptions& options);
  Tensor operator()(const Tensor& x) const;
};

struct PixelShuffle {
  std::int64_t upscale_factor;
  Tensor operator()(const Tensor& x) const;
};
struct PixelUnshuffle {
  std::int64_t downscale_factor;
  Tensor operator()(const Tensor& x) const;
};
struct ChannelShuffle {
  std::int64_t groups;
  Tensor operator()(const Tensor& x) const;
};

struct Unfold {
  Pair kernel;
  UnfoldOptions options = {};
  Tensor operator()(const Tensor& x) const;
};
struct Fold {
  Pair output, kernel;
  UnfoldOptions options = {};
  Tensor operator()(const Tensor& x) const;
};

struct Unflatten {
  int axis;
  Shape sizes;                                               // the dimensions that this one becomes; one of them may be -1
  Tensor operator()(const Tensor& x) const;
};

}  // namespace gradus::nn
