#include <gradus/nn/layers/resample.h>

#include <gradus/autograd/ops/shape.h>

namespace gradus::nn {

Tensor Upsample::operator()(const Tensor& x) const { return interpolate(x, options_); }

UpsamplingNearest2d::UpsamplingNearest2d(const UpsamplingOptions& o)
    : Upsample({.size = o.size, .scale_factor = o.scale_factor, .mode = Interpolation::nearest}) {}
UpsamplingBilinear2d::UpsamplingBilinear2d(const UpsamplingOptions& o)
    : Upsample({.size = o.size, .scale_factor = o.scale_factor, .mode = Interpolation::bilinear, .align_corners = true}) {}

Tensor PixelShuffle::operator()(const Tensor& x) const { return pixel_shuffle(x, upscale_factor); }
Tensor PixelUnshuffle::operator()(const Tensor& x) const { return pixel_unshuffle(x, downscale_factor); }
Tensor ChannelShuffle::operator()(const Tensor& x) const { return channel_shuffle(x, groups); }

Tensor Unfold::operator()(const Tensor& x) const { return unfold(x, kernel, options); }
Tensor Fold::operator()(const Tensor& x) const { return fold(x, output, kernel, options); }
Tensor Unflatten::operator()(const Tensor& x) const { return unflatten(x, axis, sizes); }

}  // namespace gradus::nn
