#include <gradus/nn/layers/norm.h>

#include <gradus/autograd/ops/norm.h>
#include <gradus/nn/model/call.h>

namespace gradus::nn {
namespace {

Parameter filled(const char* name, const Shape& shape, double value, Dtype dtype) {
  return Parameter(Array::full(shape, value, dtype), name);
}

template <class Options>
void check_norm_layer(const char* layer, const Shape& shape, const Options& options) {
  bool sizes = shape.rank() > 0;
  for (const std::int64_t n : shape) sizes = sizes && n >= 1;
  check<ValueError>(sizes, layer, ": needs the sizes of the last dimensions, each at least 1, not ", shape);
  check_options(layer, options);
}

}  // namespace

void LayerNormOptions::describe(Describe& is) const {
  is(range::at_least_zero, eps);
  is(range::one_of_first(computing_types), dtype);
}
void RMSNormOptions::describe(Describe& is) const {
  is(range::at_least_zero, eps);
  is(range::one_of_first(computing_types), dtype);
}
void GroupNormOptions::describe(Describe& is) const {
  is(range::at_least_zero, eps);
  is(range::one_of_first(computing_types), dtype);
}

LayerNorm::LayerNorm(const Shape& normalized_shape, const LayerNormOptions& o) : shape_(normalized_shape), eps_(o.eps) {
  check_norm_layer("LayerNorm", shape_, o);
  if (!o.elementwise_affine) return;
  weight = filled("weight", shape_, 1, o.dtype);
  if (o.bias) bias = filled("bias", shape_, 0, o.dtype);
}

Tensor LayerNorm::operator()(const Tensor& x) const {
  return nn::call(*this, [&] { return layer_norm(x, shape_, weight, bias, eps_); }, x);
}

RMSNorm::RMSNorm(const Shape& normalized_shape, const RMSNormOptions& o) : shape_(normalized_shape), eps_(o.eps) {
  check_norm_layer("RMSNorm", shape_, o);
  if (o.elementwise_affine) weight = filled("weight", shape_, 1, o.dtype);
}

Tensor RMSNorm::operator()(const Tensor& x) const { return nn::call(*this, [&] { return rms_norm(x, shape_, weight, eps_); }, x); }

GroupNorm::GroupNorm(std::int64_t num_groups, std::int64_t num_channels, const GroupNormOptions& o)
    : groups_(num_groups), channels_(num_channels), eps_(o.eps) {
  check<ValueError>(num_groups >= 1 && num_channels >= 1 && num_channels % num_groups == 0,
                    "GroupNorm: groups must divide channels: ", num_groups, " groups, ", num_channels, " channels");
  check_options("GroupNorm", o);
  if (!o.affine) return;
  weight = filled("weight", {channels_}, 1, o.dtype);
  if (o.bias) bias = filled("bias", {channels_}, 0, o.dtype);
}

Tensor GroupNorm::operator()(const Tensor& x) const {
  const auto run = [&]() -> Tensor {
    check<ShapeError>(x.rank() >= 2 && x.dim(1) == channels_, "GroupNorm: needs x [N, ", channels_, ", ...], not ", x.shape());
    return group_norm(x, groups_, weight, bias, eps_);
  };
  return nn::call(*this, run, x);
}

Tensor LocalResponseNorm::operator()(const Tensor& x) const {
  return nn::call(*this, [&] { return local_response_norm(x, size, alpha, beta, k); }, x);
}

Tensor CrossMapLRN2d::operator()(const Tensor& x) const {
  const auto run = [&]() -> Tensor {
    check<ShapeError>(x.rank() == 4, "CrossMapLRN2d: needs x [N, C, H, W], not ", x.shape());
    check<ValueError>(size >= 1, "CrossMapLRN2d: size must be at least 1, not ", size);
    const std::int64_t odd = size - (size + 1) % 2;
    return local_response_norm(x, odd, alpha * static_cast<double>(odd) / static_cast<double>(size), beta, k);
  };
  return nn::call(*this, run, x);
}

}  // namespace gradus::nn
