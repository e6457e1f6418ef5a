#include <gradus/autograd/ops/conv.h>

#include <algorithm>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/kernels/images/conv.h>
#include <gradus/autograd/ops/apply.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using kernels::ConvShape;

// The convolution is linear in x and in weight, and so are its two gradients: the three are each other's gradients, to any order.
Tensor input_gradient(const Tensor& g, const Tensor& weight, const ConvShape& shape);
Tensor weight_gradient(const Tensor& g, const Tensor& x, const ConvShape& shape);
Tensor convolution(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvShape& shape);

// Σ over all pixels for each channel, in the order in which they lie.
Tensor sum_of_pixels(const Tensor& g) {
  if (!kernels::is_channels_last(g.value())) return sum(g, {0, 2, 3});
  return sum(reshape(permute(g, {0, 2, 3, 1}), {-1, g.dim(1)}), 0);
}

struct Conv2d final : Op {
  explicit Conv2d(const ConvShape& shape) : shape_(shape) {}
  std::string_view name() const override { return "conv2d"; }
  Array forward(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    Array images = x.value();
    const Array y = kernels::conv2d(shape_, images, weight.value().as_contiguous(), bias.value().as_contiguous());
    save(Tensor(std::move(images), x.node(), x.output()), weight);
    return y;
  }
  Grads backward(Tensor g) override {
    const auto [x, weight] = saved<2>();
    return {needs(0) ? input_gradient(g, weight, shape_) : Tensor{},
            needs(1) ? weight_gradient(g, x, shape_) : Tensor{},
            needs(2) ? sum_of_pixels(g) : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const auto [x, weight] = saved<2>();
    const Tensor of_weight = needs(1) ? convolution(x, vs[1], {}, shape_) : Tensor{};
    if (needs(0)) return detail::sum_of_tangents(convolution(vs[0], weight, vs[2], shape_), of_weight);
    if (!needs(2)) return of_weight;
    const Tensor of_bias = reshape(vs[2], {1, shape_.f, 1, 1});
    return of_weight.defined() ? of_weight + of_bias : expand(of_bias, shape_.y());
  }
  ConvShape shape_;
};

struct ConvInputGradient final : Op {
  explicit ConvInputGradient(const ConvShape& shape) : shape_(shape) {}
  std::string_view name() const override { return "conv2d_input_gradient"; }
  Array forward(const Tensor& g, const Tensor& weight) {
    save(g, weight);
    return kernels::conv2d_input_gradient(shape_, g.value(), weight.value().as_contiguous());
  }
  Grads backward(Tensor h) override {
    const auto [g, weight] = saved<2>();
    return {needs(0) ? convolution(h, weight, {}, shape_) : Tensor{}, needs(1) ? weight_gradient(g, h, shape_) : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const auto [g, weight] = saved<2>();
    return detail::sum_of_tangents(needs(0) ? input_gradient(vs[0], weight, shape_) : Tensor{},
                                   needs(1) ? input_gradient(g, vs[1], shape_) : Tensor{});
  }
  ConvShape shape_;
};

struct ConvWeightGradient final : Op {
  explicit ConvWeightGradient(const ConvShape& shape) : shape_(shape) {}
  std::string_view name() const override { return "conv2d_weight_gradient"; }
  Array forward(const Tensor& g, const Tensor& x) {
    save(g, x);
    return kernels::conv2d_weight_gradient(shape_, g.value(), x.value());
  }
  Grads backward(Tensor h) override {
    const auto [g, x] = saved<2>();
    return {needs(0) ? convolution(x, h, {}, shape_) : Tensor{}, needs(1) ? input_gradient(g, h, shape_) : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const auto [g, x] = saved<2>();
    return detail::sum_of_tangents(needs(0) ? weight_gradient(vs[0], x, shape_) : Tensor{},
                                   needs(1) ? weight_gradient(g, vs[1], shape_) : Tensor{});
  }
  ConvShape shape_;
};

Tensor convolution(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvShape& shape) {
  return record(Conv2d(shape), x, weight, bias);
}
Tensor input_gradient(const Tensor& g, const Tensor& weight, const ConvShape& shape) { return record(ConvInputGradient(shape), g, weight); }
Tensor weight_gradient(const Tensor& g, const Tensor& x, const ConvShape& shape) { return record(ConvWeightGradient(shape), g, x); }

// The formula in conv.h; 0 or less when the kernel does not fit once.
std::int64_t steps(const kernels::ConvAxis& a) {
  const std::int64_t room = a.in + 2 * a.padding - a.dilation * (a.kernel - 1) - 1;
  return room < 0 ? 0 : room / a.stride + 1;
}

// All the rules of conv2d.
ConvShape checked(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions& o) {
  check_defined("conv2d", x);
  check_defined("conv2d", weight, "weight");
  const auto all = [&] {
    return text("x ", describe(x), ", weight ", describe(weight), bias.defined() ? text(", bias ", describe(bias)) : "");
  };
  if (x.rank() != 4) fail<ShapeError>("conv2d: x must be [N, C, H, W]: ", all());
  if (weight.rank() != 4) fail<ShapeError>("conv2d: weight must be [F, C / groups, KH, KW]: ", all());
  if (!computes_in(x.dtype()) || weight.dtype() != x.dtype() || (bias.defined() && bias.dtype() != x.dtype())) {
    fail<DtypeError>("conv2d: needs one dtype, f32 or f64: ", all());
  }
  const auto each = [](const Pair& p) { return [&p] { return text("[", p.h, ", ", p.w, "]"); }; };
  check<ValueError>(std::min(o.stride.h, o.stride.w) >= 1, "conv2d: stride must be at least 1, not ", each(o.stride));
  check<ValueError>(std::min(o.dilation.h, o.dilation.w) >= 1, "conv2d: dilation must be at least 1, not ", each(o.dilation));
  check<ValueError>(std::min(o.padding.h, o.padding.w) >= 0, "conv2d: padding must not be negative: ", each(o.padding));
  const std::int64_t c = x.dim(1), f = weight.dim(0);
  if (o.groups < 1 || c % o.groups != 0 || f % o.groups != 0) {
    fail<ValueError>("conv2d: groups must divide the channels of x (", c, ") and of y (", f, "), and ", o.groups, " does not: ", all());
  }
  if (c != weight.dim(1) * o.groups) {
    fail<ShapeError>("conv2d: input has ", c, " channels but weight expects ", weight.dim(1) * o.groups, " (groups ", o.groups, "): ",
                     all());
  }
  if (bias.defined() && bias.shape() != Shape{f}) fail<ShapeError>("conv2d: bias must be [", f, "]: ", all());
  if (c < 1 || f < 1 || weight.dim(2) < 1 || weight.dim(3) < 1) fail<ShapeError>("conv2d: no channels, or an empty kernel: ", all());

  ConvShape s{x.dim(0), c, f, o.groups, {x.dim(2), weight.dim(2), 0, o.stride.h, o.padding.h, o.dilation.h},
              {x.dim(3), weight.dim(3), 0, o.stride.w, o.padding.w, o.dilation.w}};
  s.h.out = steps(s.h);
  s.w.out = steps(s.w);
  if (s.h.out < 1 || s.w.out < 1) {
    fail<ShapeError>("conv2d: the kernel, dilated by ", each(o.dilation), ", is larger than the image, padded by ", each(o.padding), ": ",
                     all());
  }
  return s;
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions& options) {
  return convolution(x, weight, bias, checked(x, weight, bias, options));
}

}  // namespace gradus
