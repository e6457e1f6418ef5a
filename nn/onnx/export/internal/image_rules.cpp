// Convolution, pooling and other sizes of sequences, images and volumes.
#include <algorithm>

#include <gradus/nn/onnx/export/internal/term.h>

namespace gradus::nn::onnx {
namespace {

using Numbers = std::vector<std::int64_t>;

// One without a batch becomes a batch of one on the way.
std::string batched_input(Conversion& c) { return c.whole("batched") ? c.in(0) : c.unsqueeze(c.in(0), {0}); }
void give_batched(Conversion& c, const std::string& y) { c.out(c.whole("batched") ? y : c.squeeze(y, {0})); }

// What the windows reach over at the end.
Numbers end_padding(Conversion& c) {
  const Numbers in = c.list("in"), out = c.list("out"), kernel = c.list("kernel"), stride = c.list("stride"), padding = c.list("padding"),
                dilation = c.list("dilation");
  Numbers end;
  for (std::size_t i = 0; i < in.size(); ++i)
    end.push_back(std::max<std::int64_t>((out[i] - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1 - in[i] - padding[i], 0));
  return end;
}
Numbers joined(Numbers a, const Numbers& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Conversion::Names with_bias(Conversion& c) {
  Conversion::Names inputs{batched_input(c), c.in(1)};
  if (c.has(2)) inputs.push_back(c.in(2));
  return inputs;
}
void conv_rule(Conversion& c) {
  give_batched(c, c.node("Conv", with_bias(c), {{"kernel_shape", c.list("kernel")}, {"strides", c.list("stride")},
                                                {"pads", joined(c.list("padding"), end_padding(c))}, {"dilations", c.list("dilation")},
                                                {"group", c.whole("groups")}}));
}
// The sizes stand the other way round: "out" is x's.
void conv_transpose_rule(Conversion& c) {
  const Numbers in = c.list("in"), out = c.list("out"), kernel = c.list("kernel"), stride = c.list("stride"), padding = c.list("padding"),
                dilation = c.list("dilation");
  Numbers more, end;                             // what comes on at the end is first less padding there
  for (std::size_t i = 0; i < in.size(); ++i) {
    const std::int64_t extra = in[i] - ((out[i] - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel[i] - 1) + 1);
    end.push_back(std::max<std::int64_t>(padding[i] - extra, 0)), more.push_back(std::max<std::int64_t>(extra - padding[i], 0));
  }
  bool reaches = true;                           // onnxruntime wants less than the stride; what no window reaches is the bias alone
  for (std::size_t i = 0; i < more.size(); ++i) reaches &= more[i] < stride[i];
  const Numbers none(more.size(), 0);
  Conversion::Names inputs = with_bias(c);
  if (!reaches) inputs.resize(2);
  std::string y = c.node("ConvTranspose", inputs, {{"kernel_shape", kernel}, {"strides", stride}, {"pads", joined(padding, end)},
                                                   {"dilations", dilation}, {"output_padding", reaches ? more : none},
                                                   {"group", c.whole("groups")}});
  if (!reaches) {
    Numbers margins(more.size() + 4, 0);         // of [N, C, …] before, and of N and C after
    y = c.node("Pad", {y, c.ints(joined(margins, more)), c.like(0)});
    if (c.has(2)) {
      Numbers axes;
      for (std::size_t i = 0; i < more.size(); ++i) axes.push_back(static_cast<std::int64_t>(i) + 1);
      y = c.node("Add", {y, c.unsqueeze(c.in(2), axes)});
    }
  }
  give_batched(c, y);
}

void max_pool_rule(Conversion& c) {
  const bool places = c.whole("places") != 0;
  const auto both = c.nodes("MaxPool", {batched_input(c)}, places ? 2 : 1,
                            {{"kernel_shape", c.list("kernel")}, {"strides", c.list("stride")}, {"dilations", c.list("dilation")},
                             {"pads", joined(c.list("padding"), end_padding(c))}});
  give_batched(c, both[0]);
  if (!places) return;
  std::int64_t pixels = 1;                       // ONNX counts through the whole batch, we through a channel
  for (const std::int64_t n : c.list("in")) pixels *= n;
  const std::string within = c.node("Mod", {both[1], c.constant(Array::from({pixels}, {}))});
  c.places(c.whole("batched") ? within : c.squeeze(within, {0}));
}

// matrix [out, in] of each of the last axes, on the axis that it is for.
std::string by_matrices(Conversion& c, std::string x, int rank, const std::vector<Array>& matrices) {
  const int first = rank - static_cast<int>(matrices.size());
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    const int axis = first + static_cast<int>(i);
    const Array& m = matrices[i];
    bool identity = m.dim(0) == m.dim(1);
    for (std::int64_t o = 0; identity && o < m.dim(0); ++o) identity = m.at({o, o}) == 1;
    if (identity) continue;
    Numbers order;
    for (int k = 0; k < rank; ++k) order.push_back(k);
    std::swap(order[static_cast<std::size_t>(axis)], order[static_cast<std::size_t>(rank - 1)]);
    const bool last = axis == rank - 1;
    const std::string line = last ? x : c.transpose(x, order);
    const std::string y = c.node("MatMul", {line, c.constant(m.transpose(0, 1).to(c.dtype(0)))});
    x = last ? y : c.transpose(y, order);
  }
  return x;
}

void adaptive_average(Conversion& c) {
  const Numbers in = c.list("in"), out = c.list("out");
  Numbers kernel;
  bool even = true;
  for (std::size_t i = 0; i < in.size(); ++i) even &= in[i] % out[i] == 0, kernel.push_back(in[i] / out[i]);
  if (even) return give_batched(c, c.node("AveragePool", {batched_input(c)}, {{"kernel_shape", kernel}, {"strides", kernel}}));
  std::vector<Array> means;
  for (std::size_t i = 0; i < in.size(); ++i) {
    Array mean = Array::zeros({out[i], in[i]}, f64);
    double* to = mean.mutable_data<double>();
    for (std::int64_t o = 0; o < out[i]; ++o) {
      const std::int64_t begin = o * in[i] / out[i], end = ((o + 1) * in[i] + out[i] - 1) / out[i];
      for (std::int64_t k = begin; k < end; ++k) to[o * in[i] + k] = 1 / static_cast<double>(end - begin);
    }
    means.push_back(mean);
  }
  c.out(by_matrices(c, c.in(0), c.rank(0), means));
}

// The mean of the whole kernel, and for what it is to be divided by instead a factor for each place.
void avg_pool_rule(Conversion& c) {
  const Numbers kernel = c.list("kernel");
  if (std::count(kernel.begin(), kernel.end(), 0) > 0) return adaptive_average(c);
  const Numbers in = c.list("in"), out = c.list("out"), stride = c.list("stride"), padding = c.list("padding"), end = end_padding(c);
  const auto dims = static_cast<int>(kernel.size());
  const bool count_padding = c.whole("count_padding") != 0;
  const std::int64_t divisor = c.whole("divisor");
  Shape places, at = Shape::filled(dims, 0);
  std::int64_t all = 1;
  for (int i = 0; i < dims; ++i) places.push_back(out[static_cast<std::size_t>(i)]), all *= kernel[static_cast<std::size_t>(i)];
  Array factor(places, f64);
  bool plain = true;
  for (double& f : factor.mutable_span<double>()) {
    std::int64_t counted = 1;
    for (int i = 0; i < dims; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const std::int64_t begin = at[i] * stride[k] - padding[k], stop = begin + kernel[k];
      counted *= count_padding ? std::min(stop, in[k] + padding[k]) - begin : std::min(stop, in[k]) - std::max<std::int64_t>(begin, 0);
    }
    f = static_cast<double>(all) / static_cast<double>(divisor > 0 ? divisor : counted);
    plain &= f == 1;
    for (int i = dims; i-- > 0 && ++at[i] == places[i];) at[i] = 0;
  }
  const std::string y = c.node("AveragePool", {batched_input(c)}, {{"kernel_shape", kernel}, {"strides", stride},
                                                                   {"pads", joined(padding, end)}, {"count_include_pad", 1}});
  give_batched(c, plain ? y : c.node("Mul", {y, c.constant(factor.to(c.dtype(0)))}));
}

// Of planes [count, pixels] (ops/pool_picks.cpp). Windows of several sizes, which ONNX has not, are lists of pixels of one length: shorter
// ones have their last pixel again.
Array pixels_of_windows(const Numbers& in, const Numbers& out) {
  const auto begin = [&](std::size_t axis, std::int64_t o) { return o * in[axis] / out[axis]; };
  const auto end = [&](std::size_t axis, std::int64_t o) { return ((o + 1) * in[axis] + out[axis] - 1) / out[axis]; };
  std::vector<Numbers> windows;
  std::size_t most = 0;
  for (std::int64_t d = 0; d < out[0]; ++d)
    for (std::int64_t h = 0; h < out[1]; ++h)
      for (std::int64_t w = 0; w < out[2]; ++w) {
        Numbers& window = windows.emplace_back();
        for (std::int64_t i = begin(0, d); i < end(0, d); ++i)
          for (std::int64_t j = begin(1, h); j < end(1, h); ++j)
            for (std::int64_t k = begin(2, w); k < end(2, w); ++k) window.push_back((i * in[1] + j) * in[2] + k);
        most = std::max(most, window.size());
      }
  Array all({static_cast<std::int64_t>(windows.size()), static_cast<std::int64_t>(most)}, i64);
  std::int64_t* to = all.mutable_data<std::int64_t>();
  for (const Numbers& window : windows)
    for (std::size_t i = 0; i < most; ++i) *to++ = window[std::min(i, window.size() - 1)];
  return all;
}

void adaptive_max_rule(Conversion& c) {
  Numbers in, out, kernel;
  bool even = true;
  for (const char* axis : {"d", "h", "w"}) {
    in.push_back(c.whole(gradus::text("in ", axis))), out.push_back(c.whole(gradus::text("out ", axis)));
    even &= in.back() % out.back() == 0;
    kernel.push_back(in.back() / out.back());
  }
  const Size planes = c.sizes(0)[0];
  const auto fixed = [](std::int64_t n) { return Size{n, 0, n}; };
  std::string values, places;
  if (even) {
    const std::string x = c.reshape(c.in(0), {planes, fixed(1), fixed(in[0]), fixed(in[1]), fixed(in[2])});
    const auto both = c.nodes("MaxPool", {x}, 2, {{"kernel_shape", kernel}, {"strides", kernel}});
    values = both[0], places = c.node("Mod", {both[1], c.constant(Array::from({in[0] * in[1] * in[2]}, {}))});
  } else {
    const Array pixels = pixels_of_windows(in, out);
    const std::string windows = c.node("Gather", {c.in(0), c.constant(pixels)}, {{"axis", 1}});   // [planes, windows, pixels]
    const std::string which = c.node("ArgMax", {windows}, {{"axis", 2}, {"keepdims", 1}});
    const std::string table = c.expand(c.constant(pixels), {planes, fixed(pixels.dim(0)), fixed(pixels.dim(1))});
    values = c.reduce("ReduceMax", windows, {2}, false), places = c.node("GatherElements", {table, which}, {{"axis", 2}});
  }
  c.out(c.reshape(values, c.out_sizes()));
  c.places(c.reshape(places, c.out_sizes()));
}

// ---- other sizes

// By Resize where it is one of those that ONNX names, by weights otherwise.
void interpolate_rule(Conversion& c) {
  const std::string mode = c.text("mode");
  if (!mode.empty()) {
    const bool nearest = mode == "nearest" || mode == "nearest_exact";
    Conversion::Attributes how{{"mode", nearest ? "nearest" : mode == "cubic" ? "cubic" : "linear"},
                               {"coordinate_transformation_mode", c.whole("align_corners") ? "align_corners"
                                                                  : mode == "nearest"      ? "asymmetric"
                                                                                           : "half_pixel"}};
    if (nearest) how.push_back({"nearest_mode", mode == "nearest" ? "floor" : "round_prefer_ceil"});
    if (mode == "cubic") how.push_back({"cubic_coeff_a", -0.75});
    return c.out("Resize", {c.in(0), "", "", c.sizes_value(c.out_sizes())}, std::move(how));
  }
  std::vector<Array> weights;
  for (const char* axis : {"d", "h", "w"})
    if (c.says(axis)) weights.push_back(c.option_array(axis));
  c.out(by_matrices(c, c.in(0), c.rank(0), weights));
}

void grid_sample_rule(Conversion& c) {
  const bool volumes = c.rank(0) == 5;
  if (volumes && c.opset() < 20) c.refuse("of volumes is there from opset 20 on; export with opset = 20");
  std::string mode = c.text("mode");
  if (c.opset() >= 20) mode = mode == "bilinear" ? "linear" : mode == "bicubic" ? "cubic" : mode;
  c.out("GridSample", {c.in(0), c.in(1)},
        {{"mode", mode}, {"padding_mode", c.text("padding")}, {"align_corners", c.whole("align_corners")}});
}

// Sums of neighbouring channels: a product with a band of ones.
void neighbour_sum_rule(Conversion& c) {
  const std::int64_t channels = c.shape(0)[1], before = c.whole("before"), behind = c.whole("behind");
  Array band = Array::zeros({channels, channels}, f64);
  for (std::int64_t o = 0; o < channels; ++o)
    for (std::int64_t i = std::max<std::int64_t>(o - before, 0); i <= std::min(o + behind, channels - 1); ++i)
      band.mutable_data<double>()[o * channels + i] = 1;
  Numbers order;
  for (int k = 0; k < c.rank(0); ++k) order.push_back(k);
  std::swap(order[1], order.back());
  const std::string y = c.node("MatMul", {c.transpose(c.in(0), order), c.constant(band.transpose(0, 1).to(c.dtype(0)))});
  c.out(c.transpose(y, order));
}

}  // namespace

void add_image_rules(Rules& r) {
  for (const char* dims : {"1d", "2d", "3d"}) {
    const std::string d = dims;
    r["conv" + d] = conv_rule, r["conv_transpose" + d] = conv_transpose_rule;
    r["max_pool" + d] = r["max_pool" + d + "_with_indices"] = max_pool_rule, r["adaptive_max_pool" + d] = adaptive_max_rule;
    r["avg_pool" + d] = r["adaptive_avg_pool" + d] = r["lp_pool" + d] = avg_pool_rule;
  }
  r["interpolate"] = interpolate_rule, r["grid_sample"] = grid_sample_rule, r["local_response_norm"] = neighbour_sum_rule;
}

}  // namespace gradus::nn::onnx
