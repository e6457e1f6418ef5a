#include <gradus/autograd/kernels/dnnl.h>

#ifdef GRADUS_ONEDNN
#include <optional>

#include <gradus/autograd/kernels/conv_scratch.h>
#include <gradus/autograd/kernels/dnnl_primitive.h>

namespace gradus::kernels {
namespace {

using namespace onednn;
using Desc = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;
constexpr auto single = dnnl::memory::data_type::f32;

// oneDNN's description of a convolution: the sizes of its tensors, each with its layout left open or as ours.
struct Described {
  explicit Described(const ConvShape& s, bool with_bias)
      : x{s.n, s.c, s.h.in, s.w.in}, y{s.n, s.f, s.h.out, s.w.out}, weight(grouped(s)), strides{s.h.stride, s.w.stride},
        dilates{s.h.dilation - 1, s.w.dilation - 1}, padding{s.h.padding, s.w.padding},
        bias(with_bias ? Desc({s.f}, single, Tag::a) : Desc()) {}

  static dnnl::memory::dims grouped(const ConvShape& s) {
    if (s.groups == 1) return {s.f, s.c, s.h.kernel, s.w.kernel};
    return {s.groups, s.f / s.groups, s.c / s.groups, s.h.kernel, s.w.kernel};
  }

  static Desc open(const dnnl::memory::dims& sizes) { return {sizes, single, Tag::any}; }
  static Desc ours(const dnnl::memory::dims& sizes) { return {sizes, single, sizes.size() == 5 ? Tag::abcde : Tag::abcd}; }

  dnnl::memory::dims x, y, weight, strides, dilates, padding;
  Desc bias;
};

// A tensor on its way between our layout and the one oneDNN likes best here; without a reorder the two are the same.
struct Passage {
  Passage(const Desc& ours, const Desc& theirs, bool inwards) {
    if (ours == theirs) return;
    const Desc &from = inwards ? ours : theirs, &to = inwards ? theirs : ours;
    reorder = Prepared(dnnl::reorder({cpu(), from, cpu(), to}), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}});
    bytes = theirs.get_size();
  }
  std::optional<Prepared> reorder;
  std::size_t bytes = 0;
};

// Two tensors in, one out.
struct Convolution {
  Passage first, second, result;
  Prepared primitive;

  void operator()(const float* a, const float* b, const float* bias, float* out) const {
    const Scratch<std::byte> first_place(first.bytes), second_place(second.bytes), result_place(result.bytes);
    const void *a_there = enter(first, a, first_place), *b_there = enter(second, b, second_place);
    if (!result.reorder) return primitive({a_there, b_there, bias, out});
    primitive({a_there, b_there, bias, result_place.data()});
    (*result.reorder)({result_place.data(), out});
  }
  static const void* enter(const Passage& passage, const float* data, const Scratch<std::byte>& place) {
    if (!passage.reorder) return data;
    (*passage.reorder)({data, place.data()});
    return place.data();
  }
};

using Forward = dnnl::convolution_forward;
using BackwardData = dnnl::convolution_backward_data;
using BackwardWeights = dnnl::convolution_backward_weights;
constexpr auto direct = dnnl::algorithm::convolution_direct;

Forward::primitive_desc forward_desc(const Described& d) {
  const Desc x = d.open(d.x), weight = d.open(d.weight), y = d.open(d.y);
  const dnnl::prop_kind training = dnnl::prop_kind::forward_training;
  if (d.bias.is_zero()) return {{training, direct, x, weight, y, d.strides, d.dilates, d.padding, d.padding}, cpu()};
  return {{training, direct, x, weight, d.bias, y, d.strides, d.dilates, d.padding, d.padding}, cpu()};
}

// Whether so few channels were padded to whole registers that most of the arithmetic would be on zeros; then im2col is faster.
bool mostly_padding(const Described& d, const Desc& x, const Desc& y) {
  return x.get_size() >= 2 * d.ours(d.x).get_size() || y.get_size() >= 2 * d.ours(d.y).get_size();
}

enum Kind : std::int64_t { forward, input_gradient, weight_gradient };

std::optional<Convolution> prepare(Kind kind, const ConvShape& s, bool with_bias) {
  try {
    const Described d(s, with_bias);
    const auto hint = forward_desc(d);
    if (kind == forward) {
      const Desc x = hint.src_desc(), weight = hint.weights_desc(), y = hint.dst_desc();
      if (is_reference(hint.impl_info_str()) || mostly_padding(d, x, y)) return {};
      return Convolution{{d.ours(d.x), x, true}, {d.ours(d.weight), weight, true}, {d.ours(d.y), y, false},
                         Prepared(Forward(hint),
                                  {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, weight}, {DNNL_ARG_BIAS, d.bias}, {DNNL_ARG_DST, y}})};
    }
    const Desc x_open = d.open(d.x), weight_open = d.open(d.weight), y_open = d.open(d.y);
    if (kind == input_gradient) {
      const BackwardData::primitive_desc desc({direct, x_open, weight_open, y_open, d.strides, d.dilates, d.padding, d.padding}, cpu(), hint);
      const Desc g = desc.diff_dst_desc(), weight = desc.weights_desc(), dx = desc.diff_src_desc();
      if (is_reference(desc.impl_info_str()) || mostly_padding(d, dx, g)) return {};
      return Convolution{{d.ours(d.y), g, true}, {d.ours(d.weight), weight, true}, {d.ours(d.x), dx, false},
                         Prepared(BackwardData(desc), {{DNNL_ARG_DIFF_DST, g}, {DNNL_ARG_WEIGHTS, weight}, {DNNL_ARG_DIFF_SRC, dx}})};
    }
    const BackwardWeights::primitive_desc desc({direct, x_open, weight_open, y_open, d.strides, d.dilates, d.padding, d.padding}, cpu(), hint);
    const Desc g = desc.diff_dst_desc(), x = desc.src_desc(), dw = desc.diff_weights_desc();
    if (is_reference(desc.impl_info_str()) || mostly_padding(d, x, g)) return {};
    return Convolution{{d.ours(d.y), g, true}, {d.ours(d.x), x, true}, {d.ours(d.weight), dw, false},
                       Prepared(BackwardWeights(desc), {{DNNL_ARG_DIFF_DST, g}, {DNNL_ARG_SRC, x}, {DNNL_ARG_DIFF_WEIGHTS, dw}})};
  } catch (const dnnl::error&) {
    return {};
  }
}

bool run(Kind kind, const ConvShape& s, const float* a, const float* b, const float* bias, float* out) {
  thread_local Cache<17, std::optional<Convolution>> known;
  const int threads = team_size(double(s.n) * s.f * s.h.out * s.w.out * (s.c / s.groups) * s.h.kernel * s.w.kernel);
  const Team team(threads);
  const Key<17> key{s.n, s.c, s.f, s.groups, s.h.in, s.h.kernel, s.h.stride, s.h.padding, s.h.dilation, s.h.out,
                    s.w.in, s.w.kernel, s.w.stride, s.w.padding, s.w.dilation, s.w.out, kind | (bias != nullptr) << 2 | threads << 3};
  const std::optional<Convolution>& convolution = known.get(key, [&] { return prepare(kind, s, bias != nullptr); });
  if (!convolution) return false;
  (*convolution)(a, b, bias, out);
  return true;
}

}  // namespace

bool dnnl_conv(const ConvShape& shape, const float* x, const float* weight, const float* bias, float* y) {
  return run(forward, shape, x, weight, bias, y);
}
bool dnnl_conv_input_gradient(const ConvShape& shape, const float* g, const float* weight, float* dx) {
  return run(input_gradient, shape, g, weight, nullptr, dx);
}
bool dnnl_conv_weight_gradient(const ConvShape& shape, const float* g, const float* x, float* dw) {
  return run(weight_gradient, shape, g, x, nullptr, dw);
}

}  // namespace gradus::kernels
#else

namespace gradus::kernels {
bool dnnl_conv(const ConvShape&, const float*, const float*, const float*, float*) { return false; }
bool dnnl_conv_input_gradient(const ConvShape&, const float*, const float*, float*) { return false; }
bool dnnl_conv_weight_gradient(const ConvShape&, const float*, const float*, float*) { return false; }
}  // namespace gradus::kernels
#endif
