#include <gradus/autograd/ops/norm.h>

#include <cmath>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/kernels/axes/norm.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/running.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

// f64 [C] from one number a channel.
template <class F>
Array per_channel(std::int64_t channels, F f) {
  Array out({channels}, f64);
  double* p = out.mutable_data<double>();
  for (std::int64_t c = 0; c < channels; ++c) p[c] = f(c);
  return out;
}

// Elements of an optional [C] array as f64; `otherwise` where it is undefined.
class PerChannel {
 public:
  PerChannel(const Array& a, double otherwise) : values_(a.defined() ? a.to(f64).as_contiguous() : Array()), otherwise_(otherwise) {}
  double operator[](std::int64_t c) const { return values_.defined() ? values_.data<double>()[c] : otherwise_; }

 private:
  Array values_;
  double otherwise_;
};

// y = (x − mean)·inverse·weight + bias for each channel, where inverse = 1 / √(var + eps); mean and var are the batch's own, through which
// the gradient goes too, or given (evaluation).
struct BatchNorm : Op, detail::Described {
  std::string_view name() const override { return "batch_norm"; }
  void describe(detail::OpOptions& o) const override { o("eps", eps)("mean", mean)("var", var)("own_statistics", own_statistics); }
  double eps;
  bool own_statistics;
  Array mean, var;   // f64 [C]
  SmallVector<Array, 4> keeps() const override { return {mean, var}; }
  BatchNorm(double eps, bool own_statistics, Array mean, Array var)
      : eps(eps), own_statistics(own_statistics), mean(std::move(mean)), var(std::move(var)) {}

  double inverse(std::int64_t c) const { return 1 / std::sqrt(var.data<double>()[c] + eps); }

  Array forward(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    save(x, weight);
    const PerChannel w(weight.value(), 1), b(bias.value(), 0);
    const std::int64_t channels = x.dim(1);
    const Array scale = per_channel(channels, [&](std::int64_t c) { return inverse(c) * w[c]; });
    return kernels::channel_affine({}, {}, x.value(), mean, scale, per_channel(channels, [&](std::int64_t c) { return b[c]; }));
  }

  Grads backward(Tensor g) override {
    if (recording()) return composed(g);
    const Array slopes = kernels::laid_out_as(g.value(), saved()[0].value());
    const bool sums_needed = own_statistics || needs(1) || needs(2);
    return raw(slopes, sums_needed ? kernels::channel_products(slopes, saved()[0].value(), mean) : kernels::Products{});
  }

  // With d = x − mean and n numbers in a channel:
  // dx = weight·inverse·(g − Σg/n − d·inverse²·Σ(g·d)/n), without the two sums where the statistics are given.
  Grads raw(const Array& g, const kernels::Products& sums) {
    const auto [x, weight] = saved<2>();
    const PerChannel w(weight.value(), 1);
    const std::int64_t channels = x.dim(1);
    const double n = static_cast<double>(x.size()) / static_cast<double>(channels);
    const double *sum_g = static_cast<const double*>(sums.g.raw()), *sum_gd = static_cast<const double*>(sums.gx.raw());
    Grads grads{Tensor{}, Tensor{}, Tensor{}};
    if (needs(1)) grads[1] = per_channel(channels, [&](std::int64_t c) { return sum_gd[c] * inverse(c); }).to(x.dtype());
    if (needs(2)) grads[2] = sums.g.to(x.dtype());
    if (needs(0)) {
      const Array a = per_channel(channels, [&](std::int64_t c) { return w[c] * inverse(c); });
      const double* scale = a.data<double>();
      const Array b = per_channel(channels, [&](std::int64_t c) {
        return own_statistics ? -scale[c] * inverse(c) * inverse(c) * sum_gd[c] / n : 0;
      });
      const Array shift = per_channel(channels, [&](std::int64_t c) { return own_statistics ? -scale[c] * sum_g[c] / n : 0; });
      grads[0] = kernels::channel_affine(g, a, x.value(), mean, b, shift);
    }
    return grads;
  }

  // The same in differentiable operations.
  Grads composed(const Tensor& g) {
    const auto kept = saved<2>();
    const Tensor &x = kept[0], &weight = kept[1];
    const Shape channel_shape = [&, rank = x.rank()] {
      Shape shape = Shape::filled(rank, 1);
      shape[1] = mean.dim(0);
      return shape;
    }();
    const double n = static_cast<double>(x.size()) / static_cast<double>(mean.dim(0));
    const auto channel_mean = [&](const Tensor& t) { return sum_to(t, channel_shape) * (1 / n); };
    const auto constant = [&](const Array& a) { return Tensor(a.to(x.dtype()).reshape(channel_shape)); };
    const Tensor near = x - constant(mean);   // exact where the mean is large; its rounding goes with the next line
    const Tensor d = own_statistics ? near - channel_mean(near) : near;
    const Tensor inverse = pow((own_statistics ? channel_mean(square(d)) : constant(var)) + eps, -0.5);
    const Tensor normal = d * inverse;
    const Tensor outer = weight.defined() ? g * reshape(weight, channel_shape) : g;
    Grads grads{Tensor{}, Tensor{}, Tensor{}};
    if (needs(0)) grads[0] = (own_statistics ? outer - channel_mean(outer) - normal * channel_mean(outer * normal) : outer) * inverse;
    if (needs(1)) grads[1] = reshape(sum_to(g * normal, channel_shape), {mean.dim(0)});
    if (needs(2)) grads[2] = reshape(sum_to(g, channel_shape), {mean.dim(0)});
    return grads;
  }
};

// relu of that, plus an array of x's shape, if there is one.
struct BatchNormRelu final : BatchNorm {
  std::string_view name() const override { return "batch_norm_relu"; }
  using BatchNorm::BatchNorm;

  Array forward(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& plus) {
    save(x, weight);
    save_output();
    const PerChannel w(weight.value(), 1), b(bias.value(), 0);
    const std::int64_t channels = x.dim(1);
    const Array scale = per_channel(channels, [&](std::int64_t c) { return inverse(c) * w[c]; }),
                shift = per_channel(channels, [&](std::int64_t c) { return b[c]; });
    if (!plus.defined()) return kernels::channel_affine({}, {}, x.value(), mean, scale, shift, true);
    const Array once = per_channel(channels, [](std::int64_t) { return 1; });
    return kernels::channel_affine(kernels::laid_out_as(plus.value(), x.value()), once, x.value(), mean, scale, shift, true);
  }

  Grads backward(Tensor g) override {
    if (recording()) {
      const Tensor through = where(output() <= 0, 0, g);
      Grads grads = composed(through);
      grads.push_back(needs(3) ? through : Tensor{});
      return grads;
    }
    const Array x = saved()[0].value(), y = kernels::laid_out_as(output().value(), x);
    Array slopes = kernels::laid_out_as(std::move(g).value(), x);
    const bool ours = slopes.unique();
    Array through = ours ? std::move(slopes) : kernels::empty_as(x);
    const kernels::Products sums = kernels::channel_products_of_relu(ours ? through : slopes, y, x, mean, through);
    Grads grads = raw(through, sums);
    grads.push_back(needs(3) ? Tensor(through) : Tensor{});
    return grads;
  }
};

Tensor in_either_layout(const Tensor& x) { return Tensor(kernels::either_layout(x.value()), x.node(), x.output()); }

void check_channels(const Array& a, const Tensor& x, const char* what) {
  if (!a.defined()) return;
  check<ShapeError>(a.shape() == Shape{x.dim(1)}, "batch_norm: ", what, " must be [C] = [", x.dim(1), "], not ", a.shape(), ": x ",
                    x.shape());
  check<DtypeError>(a.dtype() == x.dtype(), "batch_norm: x is ", x.dtype(), " but ", what, " is ", a.dtype());
}

void check_arguments(const Tensor& x, const Tensor& weight, const Tensor& bias, const Array& running_mean, const Array& running_var,
                     double eps) {
  check_defined("batch_norm", x);
  check_computes_in(x.dtype(), "batch_norm");
  check<ShapeError>(x.rank() >= 2, "batch_norm: x must be [N, C] or [N, C, ...], not ", x.shape());
  check<ValueError>(eps >= 0, "batch_norm: eps must not be negative: ", eps);
  check_channels(weight.value(), x, "weight");
  check_channels(bias.value(), x, "bias");
  check_channels(running_mean, x, "running_mean");
  check_channels(running_var, x, "running_var");
}

void check_plus(const Tensor& x, const Tensor& plus) {
  if (!plus.defined()) return;
  check_defined("batch_norm_relu", x);
  check<ShapeError>(plus.shape() == x.shape(), "batch_norm_relu: what is added must have the shape of x, ", x.shape(), ", not ",
                    plus.shape());
  check<DtypeError>(plus.dtype() == x.dtype(), "batch_norm_relu: x is ", x.dtype(), " but what is added is ", plus.dtype());
}

// With the batch's own statistics; relu of it and of what is added, if `relu`.
Tensor in_training(const Tensor& x, bool relu, const Tensor& plus, const Tensor& weight, const Tensor& bias, Array& running_mean,
                   Array& running_var, double momentum, double eps) {
  check_arguments(x, weight, bias, running_mean, running_var, eps);
  const std::int64_t channels = x.dim(1), n = channels ? x.size() / channels : 0;
  check<ValueError>(n != 1, "batch_norm: training needs more than one element for each channel: x ", x.shape(), " has ", n);
  const Tensor input = in_either_layout(x);
  if (n == 0) {   // nothing to learn from: the running statistics stay
    const Array nothing = Array::zeros({channels}, f64);
    return relu ? record(BatchNormRelu(eps, false, nothing, nothing), input, weight, bias, plus)
                : record(BatchNorm(eps, false, nothing, nothing), input, weight, bias);
  }
  auto [mean, squares] = kernels::channel_moments(input.value());
  const double count = static_cast<double>(n);
  const double* s = squares.data<double>();
  const Array var = per_channel(channels, [&](std::int64_t c) { return s[c] / count; });
  Tensor y = relu ? record(BatchNormRelu(eps, true, mean, var), input, weight, bias, plus)
                  : record(BatchNorm(eps, true, mean, var), input, weight, bias);
  detail::update_running("batch_norm", running_mean, mean, 1, momentum);
  detail::update_running("batch_norm", running_var, var, count / (count - 1), momentum);
  return y;
}

// With statistics that are given.
Tensor in_evaluation(const Tensor& x, bool relu, const Tensor& plus, const Tensor& weight, const Tensor& bias, const Array& running_mean,
                     const Array& running_var, double eps) {
  check_arguments(x, weight, bias, running_mean, running_var, eps);
  check<ValueError>(running_mean.defined() && running_var.defined(), "batch_norm: evaluation needs running_mean and running_var");
  const Array mean = running_mean.to(f64).as_contiguous(), var = running_var.to(f64).as_contiguous();
  return relu ? record(BatchNormRelu(eps, false, mean, var), in_either_layout(x), weight, bias, plus)
              : record(BatchNorm(eps, false, mean, var), in_either_layout(x), weight, bias);
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, Array& running_mean, Array& running_var, double momentum,
                  double eps) {
  return in_training(x, false, {}, weight, bias, running_mean, running_var, momentum, eps);
}

Tensor batch_norm_eval(const Tensor& x, const Tensor& weight, const Tensor& bias, const Array& running_mean, const Array& running_var,
                       double eps) {
  return in_evaluation(x, false, {}, weight, bias, running_mean, running_var, eps);
}

Tensor batch_norm_relu(const Tensor& x, const Tensor& plus, const Tensor& weight, const Tensor& bias, Array& running_mean,
                       Array& running_var, double momentum, double eps) {
  check_plus(x, plus);
  return in_training(x, true, plus, weight, bias, running_mean, running_var, momentum, eps);
}

Tensor batch_norm_relu_eval(const Tensor& x, const Tensor& plus, const Tensor& weight, const Tensor& bias, const Array& running_mean,
                            const Array& running_var, double eps) {
  check_plus(x, plus);
  return in_evaluation(x, true, plus, weight, bias, running_mean, running_var, eps);
}

}  // namespace gradus
