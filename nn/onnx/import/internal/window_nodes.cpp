// Convolution and pooling: ONNX's padding, which may differ at both ends and follow from the size, over our functions for one to three
// dimensions.
#include <algorithm>
#include <limits>
#include <optional>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/rearrange.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>
#include <gradus/nn/onnx/import/internal/operands.h>

namespace gradus::nn::onnx {
namespace {

using Sizes = std::vector<std::int64_t>;

// The attributes that all windows have; empty lists stand for their defaults.
struct Windows {
  Sizes kernel, strides, dilations, pads;
  std::string auto_pad;
  bool ceil_mode = false;
};

Windows read_windows(NodeReader& node) {
  Windows w{node.integers("kernel_shape"), node.integers("strides"), node.integers("dilations"), node.integers("pads"),
            node.text("auto_pad", "NOTSET", {"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"})};
  for (const Sizes* list : {&w.kernel, &w.strides, &w.dilations})
    for (const std::int64_t size : *list) node.expect(size >= 1 && size <= INT32_MAX, "a kernel, stride or dilation of ", size);
  for (const std::int64_t size : w.pads) node.expect(size >= 0 && size <= INT32_MAX, "a padding of ", size);
  node.expect(w.pads.size() % 2 == 0, "an odd number of pads");
  return w;
}

Windows read_undilated_windows(NodeReader& node) {
  Windows w = read_windows(node);
  for (const std::int64_t d : w.dilations) node.expect(d == 1, "windows with dilations");
  return w;
}

// The same for a tensor: as many numbers as it has dimensions behind N and C.
struct Placed {
  Sizes kernel, stride, dilation, before, behind;
  std::size_t n() const { return kernel.size(); }
  bool symmetric() const { return before == behind; }
};

Placed placed(const Windows& w, const Shape& x, const Sizes& kernel, const char* op) {
  check<ShapeError>(x.rank() >= 3 && x.rank() <= 5, op, ": ", x, " has not one to three dimensions behind N and C");
  const auto n = static_cast<std::size_t>(x.rank() - 2);
  const auto of = [&](const Sizes& list, std::int64_t otherwise) { return list.empty() ? Sizes(n, otherwise) : list; };
  Placed p{kernel, of(w.strides, 1), of(w.dilations, 1), Sizes(n, 0), Sizes(n, 0)};
  const bool as_many = p.kernel.size() == n && p.stride.size() == n && p.dilation.size() == n;
  check<ShapeError>(as_many && (w.pads.empty() || w.pads.size() == 2 * n), op, ": ", x, " has ", n,
                    " dimensions behind N and C, and a kernel, strides, dilations or pads for others");
  check<ShapeError>(w.kernel.empty() || w.kernel == kernel, op, ": kernel_shape is not the weight's");
  for (std::size_t i = 0; i < n; ++i) {
    if (w.auto_pad == "NOTSET") {
      if (w.pads.empty()) continue;
      p.before[i] = w.pads[i];
      p.behind[i] = w.pads[n + i];
    } else if (w.auto_pad != "VALID") {
      const std::int64_t size = x[static_cast<int>(i) + 2], windows = (size + p.stride[i] - 1) / p.stride[i];
      const std::int64_t all = std::max<std::int64_t>(0, (windows - 1) * p.stride[i] + p.dilation[i] * (kernel[i] - 1) + 1 - size);
      p.before[i] = w.auto_pad == "SAME_UPPER" ? all / 2 : all - all / 2;
      p.behind[i] = all - p.before[i];
    }
  }
  return p;
}

Tensor padded_by(const Tensor& x, const Sizes& before, const Sizes& behind, double value) {
  Sizes last_first;
  for (std::size_t i = before.size(); i-- > 0;) last_first.insert(last_first.end(), {before[i], behind[i]});
  return pad(x, last_first, PadMode::constant, value);
}

Pair pair_of(const Sizes& s) { return {s[0], s[1]}; }
Triple triple_of(const Sizes& s) { return {s[0], s[1], s[2]}; }

// ---- convolution

Tensor convolved(Tensor x, const Tensor& weight, const Tensor& bias, Placed p, std::int64_t groups) {
  if (!p.symmetric()) {
    x = padded_by(x, p.before, p.behind, 0);
    p.before.assign(p.n(), 0);
  }
  switch (p.n()) {
    case 1: return conv1d(x, weight, bias, {.stride = p.stride[0], .padding = p.before[0], .dilation = p.dilation[0], .groups = groups});
    case 2:
      return conv2d(x, weight, bias,
                    {.stride = pair_of(p.stride), .padding = pair_of(p.before), .dilation = pair_of(p.dilation), .groups = groups});
    default:
      return conv3d(x, weight, bias,
                    {.stride = triple_of(p.stride), .padding = triple_of(p.before), .dilation = triple_of(p.dilation), .groups = groups});
  }
}
Sizes kernel_of(const Tensor& weight) { return {weight.shape().begin() + std::min(2, weight.rank()), weight.shape().end()}; }
Run conv_node(NodeReader& node) {
  const Windows windows = read_windows(node);
  const std::int64_t groups = node.integer("group", 1);
  return one([=](In x) { return convolved(x[0], x[1], x[2], placed(windows, x[0].shape(), kernel_of(x[1]), "Conv"), groups); });
}

Tensor transposed(const Tensor& x, const Tensor& weight, const Tensor& bias, const Placed& p, const Sizes& more, std::int64_t groups) {
  switch (p.n()) {
    case 1: return conv_transpose1d(x, weight, bias, {p.stride[0], p.before[0], more[0], groups, p.dilation[0]});
    case 2: return conv_transpose2d(x, weight, bias, {pair_of(p.stride), pair_of(p.before), pair_of(more), groups, pair_of(p.dilation)});
    default:
      return conv_transpose3d(x, weight, bias, {triple_of(p.stride), triple_of(p.before), triple_of(more), groups, triple_of(p.dilation)});
  }
}
// What padding takes away at both ends, where it follows from the size that is wanted.
void pads_for(const Tensor& x, Placed& p, const Windows& w, const Sizes& more, const Sizes& wanted) {
  for (std::size_t i = 0; i < p.n(); ++i) {
    const std::int64_t size = x.shape()[static_cast<int>(i) + 2];
    const std::int64_t out = wanted.empty() ? size * p.stride[i] : wanted[i];
    const std::int64_t all = (size - 1) * p.stride[i] + more[i] + p.dilation[i] * (p.kernel[i] - 1) + 1 - out;
    p.before[i] = all <= 0 ? 0 : w.auto_pad == "SAME_UPPER" ? all / 2 : all - all / 2;   // what is missing comes behind
    p.behind[i] = all - p.before[i];
  }
}
Run conv_transpose_node(NodeReader& node) {
  const Windows windows = read_windows(node);
  const std::int64_t groups = node.integer("group", 1);
  const Sizes extra = node.integers("output_padding"), shape = node.integers("output_shape");
  return one([=](In x) {
    Windows plain = windows;
    plain.auto_pad = windows.auto_pad == "NOTSET" ? "NOTSET" : "VALID";
    Placed p = placed(plain, x[0].shape(), kernel_of(x[1]), "ConvTranspose");
    const Sizes more = extra.empty() ? Sizes(p.n(), 0) : extra;
    const Sizes wanted = shape.size() == p.n() + 2 ? Sizes(shape.begin() + 2, shape.end()) : shape;
    check<ShapeError>(more.size() == p.n() && (wanted.empty() || wanted.size() == p.n()),
                      "ConvTranspose: output_padding or output_shape for another number of dimensions");
    if (!wanted.empty() || windows.auto_pad.starts_with("SAME")) pads_for(x[0], p, windows, more, wanted);
    bool fits = p.symmetric();
    for (std::size_t i = 0; i < p.n(); ++i) fits = fits && more[i] < std::max(p.stride[i], p.dilation[i]);
    if (fits) return transposed(x[0], x[1], x[2], p, more, groups);
    // All of it, and then its ends cut off, or zeros behind.
    Sizes before, behind;
    for (std::size_t i = 0; i < p.n(); ++i) before.push_back(-p.before[i]), behind.push_back(more[i] - p.behind[i]);
    p.before.assign(p.n(), 0);
    const Tensor y = padded_by(transposed(x[0], x[1], {}, p, Sizes(p.n(), 0), groups), before, behind, 0);
    if (!x[2].defined()) return y;
    Shape row = Shape::filled(y.rank(), 1);
    row[1] = x[2].size();
    return y + reshape(x[2], row);
  });
}

// ---- pooling

enum class Pool { max, average, power };
ValuesAndIndices pooled_once(Pool pool, const Tensor& x, const Placed& p, bool ceil_mode, bool count_pad, double power, bool indices) {
  const auto with = [&](auto options, auto max_only, auto max_both, auto average, auto lp) -> ValuesAndIndices {
    if (pool == Pool::average) return {average(x, options), {}};
    if (pool == Pool::power) return {lp(x, power, options), {}};
    return indices ? max_both(x, options) : ValuesAndIndices{max_only(x, options), {}};
  };
  switch (p.n()) {
    case 1:
      return with(PoolOptions1d{p.kernel[0], p.stride[0], p.before[0], p.dilation[0], ceil_mode, count_pad}, max_pool1d,
                  max_pool1d_with_indices, avg_pool1d, lp_pool1d);
    case 2:
      return with(PoolOptions{pair_of(p.kernel), pair_of(p.stride), pair_of(p.before), pair_of(p.dilation), ceil_mode, count_pad},
                  max_pool2d, max_pool2d_with_indices, avg_pool2d, lp_pool2d);
    default:
      return with(PoolOptions3d{triple_of(p.kernel), triple_of(p.stride), triple_of(p.before), triple_of(p.dilation), ceil_mode, count_pad},
                  max_pool3d, max_pool3d_with_indices, avg_pool3d, lp_pool3d);
  }
}

// Whether our pooling can have this padding itself.
bool pads_itself(Pool pool, const Placed& p) {
  bool fits = p.symmetric() && pool != Pool::power;
  for (std::size_t i = 0; i < p.n(); ++i) fits = fits && 2 * p.before[i] <= p.kernel[i] && (pool == Pool::max || p.dilation[i] == 1);
  return fits;
}

// Windows that begin in the padding at the end, of which ceil_mode makes one too many where the padding is part of the array.
Tensor without_late_windows(Tensor y, const Shape& x, const Placed& p) {
  for (std::size_t i = 0; i < p.n(); ++i) {
    const int axis = static_cast<int>(i) + 2;
    if (y.dim(axis) > 1 && (y.dim(axis) - 1) * p.stride[i] >= x[axis] + p.before[i]) y = narrow(y, axis, 0, y.dim(axis) - 1);
  }
  return y;
}

Tensor pooled(Pool pool, const Tensor& x, const Placed& p, bool ceil_mode, bool count_pad, double power) {
  if (pads_itself(pool, p)) return pooled_once(pool, x, p, ceil_mode, count_pad, power, false).values;
  Placed inner = p;
  inner.before.assign(p.n(), 0);
  inner.behind.assign(p.n(), 0);
  const double around = pool == Pool::max ? -std::numeric_limits<double>::infinity() : 0;
  const auto over = [&](const Tensor& y, double value) {
    const Tensor whole = padded_by(y, p.before, p.behind, value);
    return without_late_windows(pooled_once(pool, whole, inner, ceil_mode, count_pad, power, false).values, x.shape(), p);
  };
  const Tensor y = over(x, around);
  if (pool != Pool::average || count_pad) return y;
  Shape one_image = x.shape();
  one_image[0] = one_image[1] = 1;
  return y / over(ones(one_image, x.dtype()), 0);   // the share of each window that is no padding
}

Run max_pool_node(NodeReader& node) {
  Windows windows = read_windows(node);
  windows.ceil_mode = node.flag("ceil_mode", false);
  node.expect(node.integer("storage_order", 0) == 0 || !node.wants(1), "indices in column-major order");
  const bool indices = node.wants(1);
  const Sizes pads = windows.pads;
  const bool even = std::equal(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(pads.size() / 2),
                               pads.begin() + static_cast<std::ptrdiff_t>(pads.size() / 2));
  node.expect(!indices || (even && !windows.auto_pad.starts_with("SAME")), "indices where the padding differs at both ends");
  return [=](In x) {
    const Placed p = placed(windows, x[0].shape(), windows.kernel, "MaxPool");
    if (!indices) return std::vector<Tensor>{pooled(Pool::max, x[0], p, windows.ceil_mode, true, 0)};
    const auto [values, at] = pooled_once(Pool::max, x[0], p, windows.ceil_mode, true, 0, true);
    // ONNX counts through all of x, we through the channel.
    std::int64_t channel = 1;
    for (int i = 2; i < x[0].rank(); ++i) channel *= x[0].shape()[i];
    Shape firsts = Shape::filled(x[0].rank(), 1);
    firsts[0] = x[0].dim(0);
    firsts[1] = x[0].dim(1);
    const Tensor first = reshape(arange(static_cast<double>(firsts[0] * firsts[1]), i64), firsts) * static_cast<double>(channel);
    return std::vector<Tensor>{values, at + first};
  };
}
Run average_pool_node(NodeReader& node) {
  Windows windows = read_undilated_windows(node);
  windows.ceil_mode = node.flag("ceil_mode", false);
  const bool count_pad = node.flag("count_include_pad", false);
  return one([=](In x) {
    return pooled(Pool::average, x[0], placed(windows, x[0].shape(), windows.kernel, "AveragePool"), windows.ceil_mode, count_pad, 0);
  });
}
Run lp_pool_node(NodeReader& node) {
  Windows windows = read_undilated_windows(node);
  windows.ceil_mode = node.flag("ceil_mode", false);
  node.expect(!windows.ceil_mode, "windows that hang over the end (ceil_mode)");
  const double p = static_cast<double>(node.integer("p", 2));
  return one([=](In x) { return pooled(Pool::power, abs(x[0]), placed(windows, x[0].shape(), windows.kernel, "LpPool"), false, true, p); });
}

std::vector<int> all_pixels(const Tensor& x) {
  std::vector<int> axes;
  for (int i = 2; i < x.rank(); ++i) axes.push_back(i);
  check<ShapeError>(!axes.empty(), "pooling over all of ", x.shape(), ", which has no dimensions behind N and C");
  return axes;
}
Run global_average(NodeReader&) {
  return one([](In x) { return mean(x[0], all_pixels(x[0]), true); });
}
Run global_max(NodeReader&) {
  return one([](In x) { return amax(x[0], all_pixels(x[0]), true); });
}
Run global_lp(NodeReader& node) {
  const double p = static_cast<double>(node.integer("p", 2));
  return one([p](In x) { return norm(x[0], p, all_pixels(x[0]), true); });
}

constexpr Operator window_rows[] = {
    {"AveragePool", 7, 1, 1, 1, average_pool_node},
    {"Conv", 1, 2, 3, 1, conv_node},
    {"ConvTranspose", 1, 2, 3, 1, conv_transpose_node},
    {"GlobalAveragePool", 1, 1, 1, 1, global_average},
    {"GlobalLpPool", 2, 1, 1, 1, global_lp},
    {"GlobalMaxPool", 1, 1, 1, 1, global_max},
    {"LpPool", 2, 1, 1, 1, lp_pool_node},
    {"MaxPool", 1, 1, 1, 2, max_pool_node},
};

}  // namespace

std::span<const Operator> window_operators() { return window_rows; }

}  // namespace gradus::nn::onnx
