#include <gradus/autograd/ops/conv.h>

#include <algorithm>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/product_precision.h>
#include <gradus/autograd/kernels/images/conv.h>
#include <gradus/autograd/ops/apply.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/internal/spatial.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using detail::Sizes;
using kernels::ConvAxis;
using kernels::ConvShape;

// A convolution as the kernels see it, and how its tensors lie in their shapes. `transposed`: its input gradient is the operation.
struct Geometry {
  ConvShape shape;
  detail::Frame frame;
  bool transposed;

  Array raise(const Tensor& a) const { return frame.raise(a.value()); }
  Array lower(const Array& a) const { return frame.lower(a); }
  // For two kernels that read it.
  Tensor arranged(const Tensor& a, bool of_x) const { return Tensor(lower(kernels::conv_arranged(shape, raise(a), of_x))); }
  Array weight(const Tensor& w) const {
    const Array rows = w.value().as_contiguous();
    return frame.dims == 1 ? rows.unsqueeze(2) : rows;
  }
  const char* name(const char* const (&names)[3]) const { return names[frame.dims - 1]; }
  void describe(detail::OpOptions& o) const {
    const ConvAxis* const axes[] = {&shape.d, &shape.h, &shape.w};
    const auto each = [&](const char* what, std::int64_t ConvAxis::*number) {
      Shape list;
      for (int i = 3 - frame.dims; i < 3; ++i) list.push_back(axes[i]->*number);
      o(what, list);
    };
    each("in", &ConvAxis::in), each("out", &ConvAxis::out), each("kernel", &ConvAxis::kernel), each("stride", &ConvAxis::stride);
    each("padding", &ConvAxis::padding), each("dilation", &ConvAxis::dilation);
    o("groups", shape.groups)("batched", frame.batched);
  }
};

// The convolution is linear in x and in weight, and so are its two gradients: the three are each other's gradients, to any order.
Tensor input_gradient(const Tensor& g, const Tensor& weight, const Tensor& bias, const Geometry& geometry);
Tensor weight_gradient(const Tensor& g, const Tensor& x, const Geometry& geometry);
Tensor convolution(const Tensor& x, const Tensor& weight, const Tensor& bias, const Geometry& geometry);

// Σ over all pixels for each channel, in the order in which they lie.
Tensor sum_of_pixels(const Tensor& g, const Geometry& geometry) {
  const int channels = geometry.frame.channel_axis();
  if (channels == 1 && kernels::is_channels_last(g.value()))
    return sum(reshape(permute(g, kernels::pixels_first(g.rank())), {-1, g.dim(1)}), 0);
  std::vector<int> others;
  for (int i = 0; i < g.rank(); ++i)
    if (i != channels) others.push_back(i);
  return sum(g, others);
}

// v of a bias, moving a result of the shape of `y` along, with what else moves it, if anything.
Tensor with_bias_tangent(const Tensor& others, const Tensor& v, const Shape& y, const Geometry& geometry) {
  Shape shape = Shape::filled(y.rank(), 1);
  shape[geometry.frame.channel_axis()] = v.dim(0);
  const Tensor of_bias = reshape(v, shape);
  return others.defined() ? others + of_bias : expand(of_bias, y);
}

Shape lowered(const Shape& full, const Geometry& geometry) {
  Shape shape = full;
  if (geometry.frame.dims == 1) shape.erase(2);
  if (!geometry.frame.batched) shape.erase(0);
  return shape;
}

struct Convolution final : Op, detail::Described {
  explicit Convolution(const Geometry& geometry) : geometry_(geometry) {}
  std::string_view name() const override { return geometry_.name({"conv1d", "conv2d", "conv3d"}); }
  void describe(detail::OpOptions& o) const override { geometry_.describe(o); }
  Array forward(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    Array images = geometry_.raise(x);
    const Array y = kernels::conv(geometry_.shape, images, geometry_.weight(weight), bias.value().as_contiguous());
    save(Tensor(geometry_.lower(images), x.node(), x.output()), weight);
    return geometry_.lower(y);
  }
  Grads backward(Tensor g) override {
    const ProductPrecisionScope same(precision_);
    const auto [x, weight] = saved<2>();
    if (!recording() && needs(0) && needs(1)) g = geometry_.arranged(g, false);
    return {needs(0) ? input_gradient(g, weight, {}, geometry_) : Tensor{},
            needs(1) ? weight_gradient(g, x, geometry_) : Tensor{},
            needs(2) ? sum_of_pixels(g, geometry_) : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const ProductPrecisionScope same(precision_);
    const auto [x, weight] = saved<2>();
    const Tensor of_weight = needs(1) ? convolution(x, vs[1], {}, geometry_) : Tensor{};
    if (needs(0)) return detail::sum_of_tangents(convolution(vs[0], weight, vs[2], geometry_), of_weight);
    return needs(2) ? with_bias_tangent(of_weight, vs[2], lowered(geometry_.shape.y(), geometry_), geometry_) : of_weight;
  }
  Geometry geometry_;
  const ProductPrecision precision_ = product_precision();
};

struct InputGradient final : Op, detail::Described {
  explicit InputGradient(const Geometry& geometry) : geometry_(geometry) {}
  std::string_view name() const override {
    return geometry_.transposed ? geometry_.name({"conv_transpose1d", "conv_transpose2d", "conv_transpose3d"})
                            : geometry_.name({"conv1d_input_gradient", "conv2d_input_gradient", "conv3d_input_gradient"});
  }
  void describe(detail::OpOptions& o) const override { geometry_.describe(o); }
  Array forward(const Tensor& g, const Tensor& weight, const Tensor& bias) {
    Array slopes = geometry_.raise(g);
    const Array dx = kernels::conv_input_gradient(geometry_.shape, slopes, geometry_.weight(weight), bias.value().as_contiguous());
    save(Tensor(geometry_.lower(slopes), g.node(), g.output()), weight);
    return geometry_.lower(dx);
  }
  Grads backward(Tensor h) override {
    const ProductPrecisionScope same(precision_);
    const auto [g, weight] = saved<2>();
    if (!recording() && needs(0) && needs(1)) h = geometry_.arranged(h, true);
    return {needs(0) ? convolution(h, weight, {}, geometry_) : Tensor{}, needs(1) ? weight_gradient(g, h, geometry_) : Tensor{},
            needs(2) ? sum_of_pixels(h, geometry_) : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const ProductPrecisionScope same(precision_);
    const auto [g, weight] = saved<2>();
    const Tensor of_weight = needs(1) ? input_gradient(g, vs[1], {}, geometry_) : Tensor{};
    if (needs(0)) return detail::sum_of_tangents(input_gradient(vs[0], weight, vs[2], geometry_), of_weight);
    return needs(2) ? with_bias_tangent(of_weight, vs[2], lowered(geometry_.shape.x(), geometry_), geometry_) : of_weight;
  }
  Geometry geometry_;
  const ProductPrecision precision_ = product_precision();
};

struct WeightGradient final : Op {
  explicit WeightGradient(const Geometry& geometry) : geometry_(geometry) {}
  std::string_view name() const override {
    return geometry_.name({"conv1d_weight_gradient", "conv2d_weight_gradient", "conv3d_weight_gradient"});
  }
  Array forward(const Tensor& g, const Tensor& x) {
    save(g, x);
    const Array dw = kernels::conv_weight_gradient(geometry_.shape, geometry_.raise(g), geometry_.raise(x));
    return geometry_.frame.dims == 1 ? dw.squeeze(2) : dw;
  }
  Grads backward(Tensor h) override {
    const ProductPrecisionScope same(precision_);
    const auto [g, x] = saved<2>();
    return {needs(0) ? convolution(x, h, {}, geometry_) : Tensor{}, needs(1) ? input_gradient(g, h, {}, geometry_) : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const ProductPrecisionScope same(precision_);
    const auto [g, x] = saved<2>();
    return detail::sum_of_tangents(needs(0) ? weight_gradient(vs[0], x, geometry_) : Tensor{},
                                   needs(1) ? weight_gradient(g, vs[1], geometry_) : Tensor{});
  }
  Geometry geometry_;
  const ProductPrecision precision_ = product_precision();
};

Tensor convolution(const Tensor& x, const Tensor& weight, const Tensor& bias, const Geometry& geometry) {
  return record(Convolution(geometry), x, weight, bias);
}
Tensor input_gradient(const Tensor& g, const Tensor& weight, const Tensor& bias, const Geometry& geometry) {
  return record(InputGradient(geometry), g, weight, bias);
}
Tensor weight_gradient(const Tensor& g, const Tensor& x, const Geometry& geometry) { return record(WeightGradient(geometry), g, x); }

// ---- the rules

struct Options {
  int dims;
  Sizes stride, padding, dilation, output_padding;
  std::int64_t groups;
  bool same, transposed;
};

class Rules {
 public:
  Rules(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias, const Options& options)
      : op_(op), x_(x), weight_(weight), bias_(bias), o_(options) {}

  // Checks all of them; x [N, c, …] and y [N, f, …] of the operation.
  Geometry geometry() {
    check_tensors();
    check_options();
    const std::int64_t c = channels(), f = o_.transposed ? weight_.dim(1) * o_.groups : weight_.dim(0);
    check_channels(c, f);
    const detail::Frame frame{o_.dims, x_.rank() == o_.dims + 2};
    ConvShape s{frame.batched ? x_.dim(0) : 1, o_.transposed ? f : c, o_.transposed ? c : f, o_.groups, {}, {}, {}, o_.dims == 3};
    ConvAxis* const axes[] = {&s.d, &s.h, &s.w};
    for (int i = 0; i < o_.dims; ++i) {
      const std::size_t at = static_cast<std::size_t>(3 - o_.dims + i);
      *axes[at] = axis(frame.size(x_.shape(), i), weight_.dim(2 + i), at);
    }
    return {s, frame, o_.transposed};
  }

 private:
  std::string all() const {
    return text("x ", describe(x_), ", weight ", describe(weight_), bias_.defined() ? text(", bias ", describe(bias_)) : "");
  }
  std::string each(const Sizes& sizes) const { return text_of(sizes, o_.dims); }
  std::int64_t least(const Sizes& sizes) const { return *std::min_element(sizes.of.begin() + (3 - o_.dims), sizes.of.end()); }
  std::int64_t channels() const { return x_.dim(x_.rank() - o_.dims - 1); }

  void check_tensors() const {
    check_defined(op_, x_);
    check_defined(op_, weight_, "weight");
    if (x_.rank() != o_.dims + 2 && x_.rank() != o_.dims + 1) fail<ShapeError>(op_, ": x must be ", detail::form_of(o_.dims), ": ", all());
    if (weight_.rank() != o_.dims + 2) {
      fail<ShapeError>(op_, ": weight must be ", o_.transposed ? "[C, F / groups, " : "[F, C / groups, ",
                       o_.dims == 1 ? "K]: " : o_.dims == 2 ? "KH, KW]: " : "KD, KH, KW]: ", all());
    }
    if (!computes_in(x_.dtype()) || weight_.dtype() != x_.dtype() || (bias_.defined() && bias_.dtype() != x_.dtype())) {
      fail<DtypeError>(op_, ": needs one dtype, f32 or f64: ", all());
    }
  }

  void check_options() const {
    const auto stride = [&] { return each(o_.stride); };
    const auto dilation = [&] { return each(o_.dilation); };
    const auto padding = [&] { return each(o_.padding); };
    check<ValueError>(least(o_.stride) >= 1, op_, ": stride must be at least 1, not ", stride);
    check<ValueError>(least(o_.dilation) >= 1, op_, ": dilation must be at least 1, not ", dilation);
    check<ValueError>(least(o_.padding) >= 0, op_, ": padding must not be negative: ", padding);
    if (o_.same) {
      for (int i = 3 - o_.dims; i < 3; ++i) {
        const std::size_t at = static_cast<std::size_t>(i);
        check<ValueError>(o_.stride.of[at] == 1 && o_.padding.of[at] == 0, op_,
                          ": same goes with stride 1 and no other padding, not stride ", stride, " and padding ", padding);
      }
    }
    for (int i = 3 - o_.dims; o_.transposed && i < 3; ++i) {
      const std::size_t at = static_cast<std::size_t>(i);
      const std::int64_t extra = o_.output_padding.of[at];
      check<ValueError>(extra >= 0 && (extra == 0 || extra < std::max(o_.stride.of[at], o_.dilation.of[at])), op_, ": output_padding ",
                        [&] { return each(o_.output_padding); }, " must be less than stride ", stride, " or dilation ", dilation);
    }
  }

  void check_channels(std::int64_t c, std::int64_t f) const {
    if (o_.groups < 1 || c % o_.groups != 0 || f % o_.groups != 0) {
      fail<ValueError>(op_, ": groups must divide the channels of x (", c, ") and of y (", f, "), and ", o_.groups, " does not: ", all());
    }
    const std::int64_t expected = o_.transposed ? weight_.dim(0) : weight_.dim(1) * o_.groups;
    if (c != expected) {
      fail<ShapeError>(op_, ": input has ", c, " channels but weight expects ", expected, " (groups ", o_.groups, "): ", all());
    }
    if (bias_.defined() && bias_.shape() != Shape{f}) fail<ShapeError>(op_, ": bias must be [", f, "]: ", all());
    bool empty = c < 1 || f < 1;
    for (int i = 0; i < o_.dims; ++i) empty |= weight_.dim(2 + i) < 1;
    if (empty) fail<ShapeError>(op_, ": no channels, or an empty kernel: ", all());
  }

  // The formulas in conv.h. Of a transposed convolution `out` is the size of its x.
  ConvAxis axis(std::int64_t size, std::int64_t kernel, std::size_t at) const {
    ConvAxis a{size, kernel, size, o_.stride.of[at], o_.padding.of[at], o_.dilation.of[at]};
    if (o_.transposed) {
      a.in = (size - 1) * a.stride - 2 * a.padding + a.reach() + o_.output_padding.of[at];
      if (size < 1 || a.in < 1) {
        fail<ShapeError>(op_, ": nothing is left of the result, shortened by padding ", each(o_.padding), ": ", all());
      }
      return a;
    }
    if (o_.same) a.padding = (a.reach() - 1) / 2;
    else a.out = size + 2 * a.padding < a.reach() ? 0 : (size + 2 * a.padding - a.reach()) / a.stride + 1;
    if (a.out < 1) {
      fail<ShapeError>(op_, ": the kernel, dilated by ", each(o_.dilation), ", is larger than the image, padded by ", each(o_.padding),
                       ": ", all());
    }
    return a;
  }

  const char* op_;
  const Tensor &x_, &weight_, &bias_;
  const Options& o_;
};

template <class O>
Tensor forward(const char* op, int dims, const Tensor& x, const Tensor& weight, const Tensor& bias, const O& o) {
  const Options all{dims, o.stride, o.padding, o.dilation, {}, o.groups, o.same, false};
  return convolution(x, weight, bias, Rules(op, x, weight, bias, all).geometry());
}

template <class O>
Tensor transposed(const char* op, int dims, const Tensor& x, const Tensor& weight, const Tensor& bias, const O& o) {
  const Options all{dims, o.stride, o.padding, o.dilation, o.output_padding, o.groups, false, true};
  return input_gradient(x, weight, bias, Rules(op, x, weight, bias, all).geometry());
}

}  // namespace

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions1d& options) {
  return forward("conv1d", 1, x, weight, bias, options);
}
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions& options) {
  return forward("conv2d", 2, x, weight, bias, options);
}
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvOptions3d& options) {
  return forward("conv3d", 3, x, weight, bias, options);
}

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvTransposeOptions1d& options) {
  return transposed("conv_transpose1d", 1, x, weight, bias, options);
}
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvTransposeOptions& options) {
  return transposed("conv_transpose2d", 2, x, weight, bias, options);
}
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvTransposeOptions3d& options) {
  return transposed("conv_transpose3d", 3, x, weight, bias, options);
}

}  // namespace gradus
