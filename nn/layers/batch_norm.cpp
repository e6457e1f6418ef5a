#include <gradus/nn/layers/batch_norm.h>

#include <gradus/autograd/ops/norm.h>
#include <gradus/nn/model/call.h>

namespace gradus::nn {

void BatchNormOptions::describe(Describe& is) const {
  is(range::above_zero, eps);
  is(range::unit, momentum);
  is(range::one_of_first(computing_types), dtype);
}

ChannelNorm::ChannelNorm(const char* name, std::int64_t channels, const BatchNormOptions& o)
    : channels_(channels), tracks_(o.track_running_stats), eps_(o.eps), momentum_(o.momentum) {
  check<ValueError>(channels >= 1, name, ": needs at least 1 channel, not ", channels);
  check_options(name, o);
  if (o.affine) {
    weight = Parameter(Array::full({channels}, 1, o.dtype), "weight");
    if (o.bias) bias = Parameter(Array::zeros({channels}, o.dtype), "bias");
  }
  if (tracks_) {
    running_mean = Array::zeros({channels}, o.dtype);
    running_var = Array::full({channels}, 1, o.dtype);
    num_batches_tracked = Array::zeros({}, i64);
  }
}

Tensor BatchNorm::normalise(const Tensor& x, std::string_view layer, bool relu, const Tensor& plus) const {
  check<ShapeError>(x.dim(1) == channels_, "batch_norm: the layer has ", channels_, " channels, but x ", x.shape(), " has ", x.dim(1));
  if (!tracks_) {
    Array no_mean, no_var;
    return relu ? batch_norm_relu(x, plus, weight, bias, no_mean, no_var, 0, eps_)
                : batch_norm(x, weight, bias, no_mean, no_var, 0, eps_);
  }
  if (!training)
    return relu ? batch_norm_relu_eval(x, plus, weight, bias, running_mean, running_var, eps_)
                : batch_norm_eval(x, weight, bias, running_mean, running_var, eps_);
  const auto alone = running_mean.exclusive(layer);
  const auto batches = num_batches_tracked.value().data<std::int64_t>()[0] + 1;
  const double momentum = momentum_.value_or(1 / static_cast<double>(batches));
  Array &mean = running_mean.mutable_value(), &var = running_var.mutable_value();
  Tensor y = relu ? batch_norm_relu(x, plus, weight, bias, mean, var, momentum, eps_)
                  : batch_norm(x, weight, bias, mean, var, momentum, eps_);
  num_batches_tracked.mutable_value().mutable_data<std::int64_t>()[0] = batches;   // last: a batch that was refused does not count
  return y;
}

namespace {

void check_signals(const Tensor& x) {
  check<ShapeError>(x.rank() == 2 || x.rank() == 3, "BatchNorm1d: needs x [N, C] or [N, C, L], not ", x.shape());
}
void check_images(const Tensor& x) { check<ShapeError>(x.rank() == 4, "BatchNorm2d: needs x [N, C, H, W], not ", x.shape()); }
void check_volumes(const Tensor& x) { check<ShapeError>(x.rank() == 5, "BatchNorm3d: needs x [N, C, D, H, W], not ", x.shape()); }

}  // namespace

Tensor BatchNorm1d::operator()(const Tensor& x) const {
  return nn::call(*this, [&] { return check_signals(x), normalise(x, "BatchNorm1d"); }, x);
}
Tensor BatchNorm1d::relu(const Tensor& x, const Tensor& plus) const {
  return nn::call(*this, [&] { return check_signals(x), normalise(x, "BatchNorm1d", true, plus); }, x);
}

Tensor BatchNorm2d::operator()(const Tensor& x) const {
  return nn::call(*this, [&] { return check_images(x), normalise(x, "BatchNorm2d"); }, x);
}
Tensor BatchNorm2d::relu(const Tensor& x, const Tensor& plus) const {
  return nn::call(*this, [&] { return check_images(x), normalise(x, "BatchNorm2d", true, plus); }, x);
}

Tensor BatchNorm3d::operator()(const Tensor& x) const {
  return nn::call(*this, [&] { return check_volumes(x), normalise(x, "BatchNorm3d"); }, x);
}
Tensor BatchNorm3d::relu(const Tensor& x, const Tensor& plus) const {
  return nn::call(*this, [&] { return check_volumes(x), normalise(x, "BatchNorm3d", true, plus); }, x);
}

}  // namespace gradus::nn
