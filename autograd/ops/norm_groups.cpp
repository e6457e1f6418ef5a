// Layer, RMS, group and instance norm: one operation, which sees its input as groups of numbers side by side.
#include <cmath>
#include <limits>

#include <gradus/autograd/kernels/axes/norm_groups.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/internal/running.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/norm.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using kernels::Groups;

// With d = x − mean and s = g·weight: dx = inverse·(s − mean(s) − d·inverse²·mean(s·d)), without mean(s) where the mean is not taken off.
struct NormGroups final : Op, detail::Described {
  std::string_view name() const override { return name_; }
  void describe(detail::OpOptions& o) const override {
    o("groups", form.groups)("channels", form.channels)("centered", form.centered)("eps", eps);
  }
  const char* name_;
  Groups form;
  double eps;
  Array mean, inverse;                          // f64 [rows]
  SmallVector<Array, 4> keeps() const override { return {mean, inverse}; }
  kernels::GroupsNormed* statistics = nullptr;  // where forward leaves them, if anybody wants them
  NormGroups(const char* name, const Groups& form, double eps) : name_(name), form(form), eps(eps) {}

  Array forward(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    save(x, weight, bias);
    const auto normed =
        kernels::norm_groups(x.value().as_contiguous(), form, weight.value().as_contiguous(), bias.value().as_contiguous(), eps);
    mean = normed.mean, inverse = normed.inverse;
    if (statistics) statistics->mean = mean, statistics->inverse = inverse;
    return normed.y;
  }

  Grads backward(Tensor g) override { return recording() ? composed(g) : raw(g.value().as_contiguous()); }

  Grads raw(const Array& g) {
    const auto [x, weight, bias] = saved<3>();
    const auto sums =
        kernels::norm_groups_backward(g, x.value().as_contiguous(), form, weight.value().as_contiguous(), mean, inverse, wants());
    Grads grads{Tensor{}, Tensor{}, Tensor{}};
    if (needs(0)) grads[0] = sums.x;
    if (needs(1)) grads[1] = sums.weight.reshape(weight.shape());
    if (needs(2)) grads[2] = sums.bias.reshape(bias.shape());
    return grads;
  }

  // The same in differentiable operations.
  Grads composed(const Tensor& g) {
    const auto kept = saved<3>();
    const Tensor &x = kept[0], &weight = kept[1], &bias = kept[2];
    const std::int64_t samples = form.groups > 0 ? form.rows / form.groups : 0;
    const Shape shape{samples, form.groups, form.channels, form.length}, of_rows{samples, form.groups, 1, 1};
    const Shape of_channels{form.groups, form.channels, 1};
    const auto row_mean = [](const Tensor& t) { return gradus::mean(t, {2, 3}, true); };
    const Tensor whole = reshape(x, shape), slopes = reshape(g, shape);
    const Tensor near = form.centered ? whole - Tensor(mean.to(x.dtype()).reshape(of_rows)) : whole;  // exact where the mean is large
    const Tensor d = form.centered ? near - row_mean(near) : near;
    const Tensor factor = pow(row_mean(square(d)) + eps, -0.5), normal = d * factor;
    const Tensor s = weight.defined() ? slopes * reshape(weight, of_channels) : slopes;
    Grads grads{Tensor{}, Tensor{}, Tensor{}};
    if (needs(0)) {
      const Tensor along = s - normal * row_mean(s * normal);
      grads[0] = reshape((form.centered ? along - row_mean(s) : along) * factor, x.shape());
    }
    if (needs(1)) grads[1] = reshape(sum_to(slopes * normal, of_channels), weight.shape());
    if (needs(2)) grads[2] = reshape(sum_to(slopes, of_channels), bias.shape());
    return grads;
  }
};

void check_norm(const char* op, const Tensor& x, double eps) {
  check_defined(op, x);
  check_computes_in(x.dtype(), op);
  check<ValueError>(eps >= 0, op, ": eps must not be negative: ", eps);
}

void check_factor(const char* op, const Tensor& a, const char* what, const Shape& shape, const Tensor& x) {
  if (!a.defined()) return;
  check<ShapeError>(a.shape() == shape, op, ": ", what, " must be ", shape, ", not ", a.shape(), ": x ", x.shape());
  check<DtypeError>(a.dtype() == x.dtype(), op, ": x is ", x.dtype(), " but ", what, " is ", a.dtype());
}

Tensor norm_last(const char* op, const Tensor& x, const Shape& shape, const Tensor& weight, const Tensor& bias, double eps, bool centered) {
  check_norm(op, x, eps);
  const int first = x.rank() - shape.rank();
  bool fits = shape.rank() > 0 && first >= 0;
  for (int i = 0; fits && i < shape.rank(); ++i) fits = shape[i] == x.shape()[first + i];
  check<ShapeError>(fits, op, ": normalises the last dimensions, and ", shape, " are not those of x ", x.shape());
  check_factor(op, weight, "weight", shape, x);
  check_factor(op, bias, "bias", shape, x);
  std::int64_t rows = 1;
  for (int i = 0; i < first; ++i) rows *= x.shape()[i];
  return record(NormGroups(op, {rows, 1, shape.elements(), 1, centered}, eps), x, weight, bias);
}

Groups form_of_channels(const char* op, const Tensor& x, std::int64_t groups, const Tensor& weight, const Tensor& bias, double eps) {
  check_norm(op, x, eps);
  check<ShapeError>(x.rank() >= 2, op, ": x must be [N, C] or [N, C, ...], not ", x.shape());
  const std::int64_t channels = x.dim(1);
  check<ValueError>(groups >= 1 && channels % groups == 0, op, ": ", groups, " groups of equal size cannot be made of ", channels,
                    " channels: x ", x.shape());
  check_factor(op, weight, "weight", {channels}, x);
  check_factor(op, bias, "bias", {channels}, x);
  std::int64_t length = 1;
  for (int i = 2; i < x.rank(); ++i) length *= x.dim(i);
  return {x.dim(0) * groups, groups, channels / groups, length, true};
}

Groups form_of_instances(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  check_norm("instance_norm", x, eps);
  check<ShapeError>(x.rank() >= 2, "instance_norm: x must be [N, C, ...], not ", x.shape());
  if (x.dim(1) == 0) return {0, 1, 0, 0, true};
  const Groups form = form_of_channels("instance_norm", x, x.dim(1), weight, bias, eps);
  check<ValueError>(form.length != 1, "instance_norm: needs more than one element for each channel of each sample: x ", x.shape());
  return form;
}

}  // namespace

Tensor layer_norm(const Tensor& x, const Shape& shape, const Tensor& weight, const Tensor& bias, double eps) {
  return norm_last("layer_norm", x, shape, weight, bias, eps, true);
}

Tensor rms_norm(const Tensor& x, const Shape& shape, const Tensor& weight, std::optional<double> eps) {
  check_defined("rms_norm", x);
  const auto smallest = [&] {
    return visit_floating(x.dtype(), "rms_norm", []<class T>(T) { return static_cast<double>(std::numeric_limits<T>::epsilon()); });
  };
  return norm_last("rms_norm", x, shape, weight, {}, eps ? *eps : smallest(), false);
}

Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight, const Tensor& bias, double eps) {
  return record(NormGroups("group_norm", form_of_channels("group_norm", x, groups, weight, bias, eps), eps), x, weight, bias);
}

Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  return record(NormGroups("instance_norm", form_of_instances(x, weight, bias, eps), eps), x, weight, bias);
}

Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, Array& running_mean, Array& running_var, double momentum,
                     double eps) {
  const Groups form = form_of_instances(x, weight, bias, eps);
  const std::int64_t channels = x.dim(1);
  for (const Array* running : {&running_mean, &running_var})
    check_factor("instance_norm", *running, running == &running_mean ? "running_mean" : "running_var", {channels}, x);
  kernels::GroupsNormed normed;
  NormGroups op("instance_norm", form, eps);
  op.statistics = &normed;
  const Tensor y = record(std::move(op), x, weight, bias);
  if (form.rows == 0 || form.length == 0) return y;
  Array mean = Array::zeros({channels}, f64), var = Array::zeros({channels}, f64);
  double *m = mean.mutable_data<double>(), *v = var.mutable_data<double>();
  const double samples = static_cast<double>(x.dim(0)), n = static_cast<double>(form.length);
  for (std::int64_t r = 0; r < form.rows; ++r) {
    const double inverse = normed.inverse.data<double>()[r];
    m[r % channels] += normed.mean.data<double>()[r] / samples;
    v[r % channels] += (1 / (inverse * inverse) - eps) * n / (n - 1) / samples;
  }
  detail::update_running("instance_norm", running_mean, mean, 1, momentum);
  detail::update_running("instance_norm", running_var, var, 1, momentum);
  return y;
}

}  // namespace gradus
