#include <gradus/nn/layers/resample.h>

#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/model/call.h>

namespace gradus::nn {

Tensor Upsample::operator()(const Tensor& x) const { return nn::call(*this, [&] { return interpolate(x, options_); }, x); }

UpsamplingNearest2d::UpsamplingNearest2d(const UpsamplingOptions& o)
    : Upsample({.size = o.size, .scale_factor = o.scale_factor, .mode = Interpolation::nearest}) {}
UpsamplingBilinear2d::UpsamplingBilinear2d(const UpsamplingOptions& o)
    : Upsample({.size = o.size, .scale_factor = o.scale_factor, .mode = Interpolation::bilinear, .align_corners = true}) {}
Tensor UpsamplingNearest2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return interpolate(x, options_); }, x); }
Tensor UpsamplingBilinear2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return interpolate(x, options_); }, x); }

Tensor PixelShuffle::operator()(const Tensor& x) const { return nn::call(*this, [&] { return pixel_shuffle(x, upscale_factor); }, x); }
Tensor PixelUnshuffle::operator()(const Tensor& x) const {
  return nn::call(*this, [&] { return pixel_unshuffle(x, downscale_factor); }, x);
}
Tensor ChannelShuffle::operator()(const Tensor& x) const { return nn::call(*this, [&] { return channel_shuffle(x, groups); }, x); }

Tensor Unfold::operator()(const Tensor& x) const { return nn::call(*this, [&] { return unfold(x, kernel, options); }, x); }
Tensor Fold::operator()(const Tensor& x) const { return nn::call(*this, [&] { return fold(x, output, kernel, options); }, x); }
Tensor Unflatten::operator()(const Tensor& x) const { return nn::call(*this, [&] { return unflatten(x, axis, sizes); }, x); }

}  // namespace gradus::nn
