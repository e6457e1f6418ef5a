#include <gradus/autograd/kernels/images/dnnl_conv.h>

#ifdef GRADUS_ONEDNN
#include <optional>

#include <gradus/autograd/array/internal/channels_last.h>
#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/accumulate.h>
#include <gradus/autograd/kernels/onednn/primitive.h>
#include <gradus/autograd/kernels/products/dnnl_bf16_gemm.h>

namespace gradus::kernels {
namespace {

using namespace onednn;
using Desc = dnnl::memory::desc;
using Tag = dnnl::memory::format_tag;
constexpr auto single = dnnl::memory::data_type::f32;

// How much padding at the end makes oneDNN's arithmetic give `out`.
std::int64_t end_padding(const ConvAxis& a) {
  const std::int64_t room = a.in + 2 * a.padding - a.reach();
  return room >= 0 && room / a.stride + 1 == a.out ? a.padding : (a.out - 1) * a.stride + a.reach() - a.in - a.padding;
}

// A number of each direction.
template <class F>
dnnl::memory::dims of_axes(const ConvShape& s, F&& f) {
  if (s.volumes) return {f(s.d), f(s.h), f(s.w)};
  return {f(s.h), f(s.w)};
}

dnnl::memory::dims sizes_of(const Shape& shape) { return {shape.begin(), shape.end()}; }

enum Kind : std::int64_t { forward, input_gradient, weight_gradient };

// One of the three, with a bias or without, its operands as they are or rounded to bf16.
struct Task {
  Kind kind;
  bool bias = false, bf16 = bf16_wanted();
};

// oneDNN's description of a convolution: its images channels-last, or in a layout that oneDNN may choose, as it may for weights. What is
// computed is f32; what it is computed from may be bf16.
struct Described {
  Described(const ConvShape& s, const Task& task, bool channels_last)
      : last(s.volumes ? Tag::ndhwc : Tag::nhwc), lying(channels_last ? last : Tag::any), bf16(task.bf16), x_sizes(sizes_of(s.x())),
        y_sizes(sizes_of(s.y())), weight_sizes(grouped(s)), x(x_sizes, type(task, input_gradient), lying),
        y(y_sizes, type(task, forward), lying), weight(weight_sizes, type(task, weight_gradient), Tag::any),
        bias(task.bias ? Desc({s.f}, single, Tag::a) : Desc()),
        strides(of_axes(s, [](const ConvAxis& a) { return a.stride; })),
        dilates(of_axes(s, [](const ConvAxis& a) { return a.dilation - 1; })),
        padding(of_axes(s, [](const ConvAxis& a) { return a.padding; })), end(of_axes(s, end_padding)) {}

  // Of the tensor that `result` computes.
  static dnnl::memory::data_type type(const Task& task, Kind result) {
    return task.bf16 && task.kind != result ? dnnl::memory::data_type::bf16 : single;
  }
  static dnnl::memory::dims grouped(const ConvShape& s) {
    dnnl::memory::dims sizes = sizes_of(s.weight());
    if (s.groups == 1) return sizes;
    sizes[0] /= s.groups;
    sizes.insert(sizes.begin(), s.groups);
    return sizes;
  }
  // The forward pass that a gradient's primitive wants to know of: it computes no f32 from bf16.
  Described of_forward() const {
    Described d = *this;
    if (!bf16) return d;
    constexpr auto half = dnnl::memory::data_type::bf16;
    d.x = {x_sizes, half, lying}, d.y = {y_sizes, half, lying}, d.weight = {weight_sizes, half, Tag::any};
    return d;
  }
  Desc our_x() const { return {x_sizes, single, last}; }
  Desc our_y() const { return {y_sizes, single, last}; }
  Desc our_weight() const {
    return {weight_sizes, single, weight_sizes.size() == 4 ? Tag::abcd : weight_sizes.size() == 5 ? Tag::abcde : Tag::abcdef};
  }

  Tag last, lying;
  bool bf16;
  dnnl::memory::dims x_sizes, y_sizes, weight_sizes;
  Desc x, y, weight, bias;
  dnnl::memory::dims strides, dilates, padding, end;
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
    const pool::Scratch<std::byte> first_place(first.bytes), second_place(second.bytes), result_place(result.bytes);
    const void *a_there = enter(first, a, first_place), *b_there = enter(second, b, second_place);
    if (!result.reorder) return primitive({a_there, b_there, bias, out});
    primitive({a_there, b_there, bias, result_place.data()});
    (*result.reorder)({result_place.data(), out});
  }
  static const void* enter(const Passage& passage, const float* data, const pool::Scratch<std::byte>& place) {
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
  const dnnl::prop_kind training = dnnl::prop_kind::forward_training;
  if (d.bias.is_zero()) return {{training, direct, d.x, d.weight, d.y, d.strides, d.dilates, d.padding, d.end}, cpu()};
  return {{training, direct, d.x, d.weight, d.bias, d.y, d.strides, d.dilates, d.padding, d.end}, cpu()};
}

// Slow: an implementation of last resort, or so few channels padded to whole registers in memory that most of the arithmetic would be
// on zeros.
template <class PrimitiveDesc>
bool slow(const PrimitiveDesc& desc, const Described& d, const Desc& x, const Desc& y) {
  const auto doubled = [](const Desc& theirs, const Desc& ours) {
    return theirs.get_size() >= 2 * Desc(ours.dims(), theirs.data_type(), ours.dims().size() == 5 ? Tag::ndhwc : Tag::nhwc).get_size();
  };
  return is_reference(desc.impl_info_str()) || doubled(x, d.our_x()) || doubled(y, d.our_y());
}

std::optional<Convolution> prepare(Kind kind, const Described& d) {
  try {
    const auto hint = forward_desc(kind == forward ? d : d.of_forward());
    if (kind == forward) {
      const Desc x = hint.src_desc(), weight = hint.weights_desc(), y = hint.dst_desc();
      if (slow(hint, d, x, y)) return {};
      return Convolution{{d.our_x(), x, true}, {d.our_weight(), weight, true}, {d.our_y(), y, false},
                         Prepared(Forward(hint),
                                  {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, weight}, {DNNL_ARG_BIAS, d.bias}, {DNNL_ARG_DST, y}})};
    }
    if (kind == input_gradient) {
      const BackwardData::primitive_desc desc({direct, d.x, d.weight, d.y, d.strides, d.dilates, d.padding, d.end}, cpu(), hint);
      const Desc g = desc.diff_dst_desc(), weight = desc.weights_desc(), dx = desc.diff_src_desc();
      if (slow(desc, d, dx, g)) return {};
      return Convolution{{d.our_y(), g, true}, {d.our_weight(), weight, true}, {d.our_x(), dx, false},
                         Prepared(BackwardData(desc), {{DNNL_ARG_DIFF_DST, g}, {DNNL_ARG_WEIGHTS, weight}, {DNNL_ARG_DIFF_SRC, dx}})};
    }
    const BackwardWeights::primitive_desc desc({direct, d.x, d.weight, d.y, d.strides, d.dilates, d.padding, d.end}, cpu(), hint);
    const Desc g = desc.diff_dst_desc(), x = desc.src_desc(), dw = desc.diff_weights_desc();
    if (slow(desc, d, x, g)) return {};
    return Convolution{{d.our_y(), g, true}, {d.our_x(), x, true}, {d.our_weight(), dw, false},
                       Prepared(BackwardWeights(desc), {{DNNL_ARG_DIFF_DST, g}, {DNNL_ARG_SRC, x}, {DNNL_ARG_DIFF_WEIGHTS, dw}})};
  } catch (const dnnl::error&) {
    return {};
  }
}

// The calling thread's primitive for a shape, for a team of so many threads; null if oneDNN has no fast one.
const Convolution* primitive_for(const Task& task, const ConvShape& s, int threads) {
  thread_local Cache<23, std::optional<Convolution>, 512> known;   // two sizes of parts in three directions: 85 layers
  Key<23> key{s.n, s.c, s.f, s.groups, task.kind | task.bias << 2 | s.volumes << 3 | task.bf16 << 4 | threads << 5};
  std::size_t at = 5;
  for (const ConvAxis* a : {&s.d, &s.h, &s.w})
    for (const std::int64_t number : {a->in, a->kernel, a->stride, a->padding, a->dilation, a->out}) key[at++] = number;
  const std::optional<Convolution>& convolution = known.get(key, [&] {
    auto found = prepare(task.kind, Described(s, task, true));
    return found ? std::move(found) : prepare(task.kind, Described(s, task, false));
  });
  return convolution ? &*convolution : nullptr;
}

// How a batch is divided among threads: in parts, each the work of one thread, or (a batch too small for that) as a whole, the work of all.
struct Division {
  explicit Division(const ConvShape& s) : team(team_size(s.multiplications())) {
    if (team == 1) return;
    if (s.n < 2 * team) {
      team = team_that_fits(team);
      if (team == 1 && s.n > 0) parts = s.n;
      return;
    }
    parts = 2 * team;   // whoever is late leaves the last one to the others
    team = 1;
  }
  ConvShape part(ConvShape s, std::int64_t i) const {
    s.n = begin(s, i + 1) - begin(s, i);
    return s;
  }
  std::int64_t begin(const ConvShape& s, std::int64_t i) const { return s.n * i / parts; }

  int team;
  std::int64_t parts = 1;
};

// Whether there are fast primitives; the first part is a smallest one, the last one a largest.
bool possible(const Task& task, const ConvShape& s, const Division& division) {
  const Team team(division.team);
  for (const std::int64_t i : {std::int64_t{0}, division.parts - 1}) {
    if (!primitive_for(task, division.part(s, i), division.team)) return false;
  }
  return true;
}

// run(part, convolution) for each part.
template <class Run>
void for_each_part(const Task& task, const ConvShape& s, const Division& division, Run&& run) {
  parallel_for(division.parts, 1, [&](std::int64_t begin, std::int64_t end) {
    const Team team(division.team);
    for (std::int64_t i = begin; i < end; ++i) run(i, *primitive_for(task, division.part(s, i), division.team));
  });
}

// Few channels make a gradient that is mostly padding in registers: im2col is several times faster.
bool too_few_channels(const ConvShape& s) { return s.c / s.groups < 4; }

}  // namespace

Array dnnl_conv(const ConvShape& s, Array& x, const Array& weight, const Array& bias) {
  const Division division(s);
  const Task task{forward, bias.defined()};
  if (!possible(task, s, division)) return {};
  x = channels_last(x);
  Array y = empty_channels_last(s.y(), f32);
  const float *from = x.data<float>(), *w = weight.data<float>(), *offsets = bias.defined() ? bias.data<float>() : nullptr;
  float* to = y.mutable_data<float>();
  const std::int64_t x_step = s.c * s.x_pixels(), y_step = s.f * s.y_pixels();
  for_each_part(task, s, division, [&](std::int64_t i, const Convolution& convolution) {
    const std::int64_t at = division.begin(s, i);
    convolution(from + at * x_step, w, offsets, to + at * y_step);
  });
  return y;
}

Array dnnl_conv_input_gradient(const ConvShape& s, Array& g, const Array& weight) {
  const Division division(s);
  const Task task{input_gradient};
  if (too_few_channels(s) || !possible(task, s, division)) return {};
  g = channels_last(g);
  Array dx = empty_channels_last(s.x(), f32);
  const float *from = g.data<float>(), *w = weight.data<float>();
  float* to = dx.mutable_data<float>();
  const std::int64_t x_step = s.c * s.x_pixels(), y_step = s.f * s.y_pixels();
  for_each_part(task, s, division, [&](std::int64_t i, const Convolution& convolution) {
    const std::int64_t at = division.begin(s, i);
    convolution(from + at * y_step, w, nullptr, to + at * x_step);
  });
  return dx;
}

// Each part has a sum of its own; they are added in order, so that the bits depend on the number of threads alone.
Array dnnl_conv_weight_gradient(const ConvShape& s, const Array& g, const Array& x) {
  const Division division(s);
  const Task task{weight_gradient};
  if (!possible(task, s, division)) return {};
  const Array slopes = channels_last(g), images = channels_last(x);
  Array dw(s.weight(), f32);
  const std::int64_t size = dw.size(), others = division.parts - 1;
  const pool::Scratch<float> sums(others * size);
  const float *from = slopes.data<float>(), *image = images.data<float>();
  float* sum = dw.mutable_data<float>();
  const std::int64_t x_step = s.c * s.x_pixels(), y_step = s.f * s.y_pixels();
  for_each_part(task, s, division, [&](std::int64_t i, const Convolution& convolution) {
    const std::int64_t at = division.begin(s, i);
    convolution(from + at * y_step, image + at * x_step, nullptr, i == 0 ? sum : sums.data() + (i - 1) * size);
  });
  if (others > 0) parallel_for(size, items_worth(1 << 15, others), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t part = 0; part < others; ++part) {
      add_loops().of(float{})(sum + begin, sums.data() + part * size + begin, end - begin, sum + begin);
    }
  });
  return dw;
}

bool dnnl_conv_both(const ConvShape& s, bool with_forward) {
  const Division division(s);
  if (!with_forward && too_few_channels(s)) return false;
  return possible({with_forward ? forward : input_gradient}, s, division) && possible({weight_gradient}, s, division);
}

}  // namespace gradus::kernels
#else

namespace gradus::kernels {
Array dnnl_conv(const ConvShape&, Array&, const Array&, const Array&) { return {}; }
Array dnnl_conv_input_gradient(const ConvShape&, Array&, const Array&) { return {}; }
Array dnnl_conv_weight_gradient(const ConvShape&, const Array&, const Array&) { return {}; }
bool dnnl_conv_both(const ConvShape&, bool) { return false; }
}  // namespace gradus::kernels
#endif
