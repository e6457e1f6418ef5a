#include <gradus/nn/layers/instance_norm.h>

#include <gradus/autograd/ops/norm.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/model/call.h>

namespace gradus::nn {

void InstanceNormOptions::describe(Describe& is) const {
  is(range::above_zero, eps);
  is(range::unit, momentum);
  is(range::one_of_first(computing_types), dtype);
}

InstanceNorm::InstanceNorm(std::int64_t channels, const InstanceNormOptions& o)
    : ChannelNorm("InstanceNorm", channels,
                  {.eps = o.eps, .momentum = o.momentum, .affine = o.affine, .track_running_stats = o.track_running_stats, .bias = o.bias,
                   .dtype = o.dtype}) {}

Tensor InstanceNorm::normalise(const Tensor& x, int dimensions) const {
  static constexpr const char* form[] = {"", "L", "H, W", "D, H, W"};
  check<ShapeError>(x.rank() == dimensions + 1 || x.rank() == dimensions + 2, "InstanceNorm", dimensions, "d: needs x [N, C, ",
                    form[dimensions], "] or [C, ", form[dimensions], "], not ", x.shape());
  const bool one = x.rank() == dimensions + 1;
  check<ShapeError>(x.dim(one ? 0 : 1) == channels_, "InstanceNorm", dimensions, "d: the layer has ", channels_, " channels, but x ",
                    x.shape(), " has ", x.dim(one ? 0 : 1));
  if (one) return squeeze(normalise(unsqueeze(x, 0), dimensions), 0);
  if (!tracks_) return instance_norm(x, weight, bias, eps_);
  if (!training) return batch_norm_eval(x, weight, bias, running_mean, running_var, eps_);
  const auto alone = running_mean.exclusive("InstanceNorm");
  return instance_norm(x, weight, bias, running_mean.mutable_value(), running_var.mutable_value(), *momentum_, eps_);
}

Tensor InstanceNorm1d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return normalise(x, 1); }, x); }
Tensor InstanceNorm2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return normalise(x, 2); }, x); }
Tensor InstanceNorm3d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return normalise(x, 3); }, x); }

}  // namespace gradus::nn
