// Shapes: asked for, changed, joined and cut.
#include <algorithm>
#include <numeric>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/rearrange.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>
#include <gradus/nn/onnx/import/internal/operands.h>

namespace gradus::nn::onnx {
namespace {

using Numbers = std::vector<std::int64_t>;

Tensor of_numbers(const Numbers& numbers) { return Array::from(numbers, {numbers.size()}); }

Run shape_node(NodeReader& node) {
  const std::int64_t start = node.integer("start", 0), end = node.integer("end", INT64_MAX);
  return one([start, end](In x) {
    const std::int64_t rank = x[0].rank();
    const auto place = [rank](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + rank : i, 0, rank); };
    Numbers sizes;
    for (std::int64_t i = place(start); i < place(end); ++i) sizes.push_back(x[0].shape()[static_cast<int>(i)]);
    return of_numbers(sizes);
  });
}
Run size_node(NodeReader&) {
  return one([](In x) { return Tensor(Array::from(Numbers{x[0].size()}, {})); });
}

Run reshape_node(NodeReader& node) {
  const bool allow_zero = node.flag("allowzero", false);
  return one([allow_zero](In x) {
    const Numbers wanted = whole_numbers(x[1]);
    Shape shape;
    std::int64_t known = 1;
    int unknown = -1;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      std::int64_t size = wanted[i];
      if (size == 0 && !allow_zero) {
        check<ShapeError>(static_cast<int>(i) < x[0].rank(), "Reshape: ", x[0].shape(), " has no dimension ", i, " to keep");
        size = x[0].shape()[static_cast<int>(i)];
      }
      check<ShapeError>(size >= -1 && (size >= 0 || unknown < 0), "Reshape: ", x[0].shape(), " to ", Shape(wanted));
      if (size < 0) unknown = static_cast<int>(i);
      else known = checked_elements({known, size}, "Reshape");
      shape.push_back(size);
    }
    if (unknown >= 0) shape[unknown] = known == 0 ? 0 : x[0].size() / known;
    return reshape(x[0], shape);
  });
}

Run flatten_node(NodeReader& node) {
  const std::int64_t axis = node.integer("axis", 1);
  return one([axis](In x) {
    const int rank = x[0].rank(), first = axis == rank ? rank : normal_axis(Axis(axis).number, std::max(rank, 1), "Flatten");
    std::int64_t rows = 1, columns = 1;
    for (int i = 0; i < rank; ++i) (i < first ? rows : columns) *= x[0].shape()[i];
    return reshape(x[0], {rows, columns});
  });
}

Tensor squeezed(const Tensor& x, const Numbers& axes) {
  if (axes.empty()) return squeeze(x);
  for (const std::int64_t axis : axes_in_front(axes, x.rank(), "Squeeze"))
    check<ShapeError>(x.shape()[static_cast<int>(axis)] == 1, "Squeeze: dimension ", axis, " of ", x.shape(), " is not 1");
  return squeeze(x, axes);
}
Tensor unsqueezed(const Tensor& x, const Numbers& axes) {
  Numbers sorted = axes_in_front(axes, x.rank() + static_cast<int>(axes.size()), "Unsqueeze");
  std::sort(sorted.begin(), sorted.end());
  Tensor y = x;
  for (const std::int64_t axis : sorted) y = unsqueeze(y, axis);
  return y;
}
template <Tensor (*f)(const Tensor&, const Numbers&)>
Run axes_by_attribute(NodeReader& node) {
  const Numbers axes = node.integers("axes");
  return one([axes](In x) { return f(x[0], axes); });
}
template <Tensor (*f)(const Tensor&, const Numbers&)>
Run axes_by_input(NodeReader&) {
  return one([](In x) { return f(x[0], x[1].defined() ? whole_numbers(x[1]) : Numbers()); });
}

Run transpose_node(NodeReader& node) {
  const Numbers axes = node.integers("perm");
  const bool reversed = !node.has("perm");
  return one([axes, reversed](In x) {
    if (!reversed) return permute(x[0], Shape(axes));
    Numbers all(static_cast<std::size_t>(x[0].rank()));
    std::iota(all.rbegin(), all.rend(), 0);
    return permute(x[0], Shape(all));
  });
}

Run concat_node(NodeReader& node) {
  node.expect(node.has("axis"), "attribute \"axis\" is missing");
  const std::int64_t axis = node.integer("axis", 0);
  return one([axis](In x) { return cat(x, axis); });
}

std::vector<Tensor> split_evenly(const Tensor& x, std::int64_t parts, std::int64_t axis) {
  const std::int64_t n = x.dim(Axis(axis)), size = (n + parts - 1) / parts;
  Numbers sizes;
  for (std::int64_t i = 0; i < parts; ++i) sizes.push_back(std::clamp<std::int64_t>(n - i * size, 0, size));
  return split(x, std::span<const std::int64_t>(sizes), axis);
}
Run split_by_attribute(NodeReader& node) {
  const std::int64_t axis = node.integer("axis", 0), parts = static_cast<std::int64_t>(node.outputs());
  const Numbers sizes = node.integers("split");
  return [=](In x) {
    return sizes.empty() ? split_evenly(x[0], parts, axis) : split(x[0], std::span<const std::int64_t>(sizes), axis);
  };
}
Run split_by_input(NodeReader& node) {
  const std::int64_t axis = node.integer("axis", 0), outputs = static_cast<std::int64_t>(node.outputs());
  const std::int64_t parts = node.version() >= 18 ? node.integer("num_outputs", outputs) : outputs;
  node.expect(parts == outputs, "num_outputs is ", parts, ", and there are ", outputs, " outputs");
  return [=](In x) {
    if (!x[1].defined()) return split_evenly(x[0], parts, axis);
    const Numbers sizes = whole_numbers(x[1]);
    return split(x[0], std::span<const std::int64_t>(sizes), axis);
  };
}

// x[start : end : step] by NumPy's rule; a negative step goes backwards.
Tensor sliced(const Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t end, std::int64_t step) {
  check<ValueError>(step != 0, "Slice: a step of 0");
  const std::int64_t n = x.dim(Axis(axis));
  const auto place = [n](std::int64_t i, std::int64_t least, std::int64_t most) {
    return std::clamp(i < 0 ? std::max<std::int64_t>(i, -n - 1) + n : i, least, most);
  };
  if (step > 0) {
    const std::int64_t from = place(start, 0, n), to = place(end, 0, n);
    return slice(x, axis, from, std::max(from, to), std::min(step, std::max<std::int64_t>(n, 1)));
  }
  const std::int64_t from = place(start, -1, n - 1), to = place(end, -1, n - 1);
  if (from <= to) return slice(x, axis, 0, 0);
  const Tensor backwards = flip(slice(x, axis, to + 1, from + 1), Axes(Axis(axis).number));
  return slice(backwards, axis, 0, from - to, std::min(-std::max(step, -INT64_MAX), std::max<std::int64_t>(n, 1)));
}
Tensor sliced(const Tensor& x, const Numbers& starts, const Numbers& ends, Numbers axes, Numbers steps) {
  if (axes.empty()) {
    axes.resize(starts.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (steps.empty()) steps.assign(starts.size(), 1);
  check<ShapeError>(ends.size() == starts.size() && axes.size() == starts.size() && steps.size() == starts.size(),
                    "Slice: ", starts.size(), " starts, ", ends.size(), " ends, ", axes.size(), " axes, ", steps.size(), " steps");
  axes = axes_in_front(axes, x.rank(), "Slice");
  Tensor y = x;
  for (std::size_t i = 0; i < starts.size(); ++i) y = sliced(y, axes[i], starts[i], ends[i], steps[i]);
  return y;
}
Run slice_by_attribute(NodeReader& node) {
  const Numbers starts = node.integers("starts"), ends = node.integers("ends"), axes = node.integers("axes");
  return one([=](In x) { return sliced(x[0], starts, ends, axes, {}); });
}
Run slice_by_input(NodeReader&) {
  return one([](In x) {
    const auto given = [&](std::size_t i) { return x[i].defined() ? whole_numbers(x[i]) : Numbers(); };
    return sliced(x[0], given(1), given(2), given(3), given(4));
  });
}

Run expand_node(NodeReader&) {
  return one([](In x) {
    const Shape shape = broadcast_shapes(x[0].shape(), Shape(whole_numbers(x[1])), "Expand");
    return expand(x[0], checked_size(shape, "Expand"));
  });
}

Run tile_node(NodeReader&) {
  return one([](In x) {
    const Numbers repeats = whole_numbers(x[1]);
    check<ShapeError>(static_cast<int>(repeats.size()) == x[0].rank(), "Tile: ", repeats.size(), " repeats for ", x[0].shape());
    Shape size = x[0].shape();
    for (int i = 0; i < size.rank(); ++i) {
      check<ValueError>(repeats[static_cast<std::size_t>(i)] >= 0, "Tile: a repeat of ", repeats[static_cast<std::size_t>(i)]);
      size[i] = checked_elements({size[i], repeats[static_cast<std::size_t>(i)]}, "Tile");
    }
    checked_size(size, "Tile");
    return repeat(x[0], Shape(repeats));
  });
}

// Channels become pixels, and back: [N, C, H, W].
Run depth_to_space(NodeReader& node) {
  const std::int64_t b = node.integer("blocksize", 0);
  node.expect(b >= 1, "attribute \"blocksize\" is missing, or below 1");
  const bool block_first = node.text("mode", "DCR", {"DCR", "CRD"}) == "DCR";
  return one([b, block_first](In x) {
    check<ShapeError>(x[0].rank() == 4 && x[0].dim(1) % (b * b) == 0, "DepthToSpace: ", x[0].shape(), " by blocks of ", b);
    const std::int64_t n = x[0].dim(0), c = x[0].dim(1) / (b * b), h = x[0].dim(2), w = x[0].dim(3);
    const Tensor parts = block_first ? permute(reshape(x[0], {n, b, b, c, h, w}), {0, 3, 4, 1, 5, 2})
                                     : permute(reshape(x[0], {n, c, b, b, h, w}), {0, 1, 4, 2, 5, 3});
    return reshape(parts, {n, c, h * b, w * b});
  });
}
Run space_to_depth(NodeReader& node) {
  const std::int64_t b = node.integer("blocksize", 0);
  node.expect(b >= 1, "attribute \"blocksize\" is missing, or below 1");
  if (node.version() >= 28) node.text("mode", "DCR", {"DCR"});
  return one([b](In x) {
    check<ShapeError>(x[0].rank() == 4 && x[0].dim(2) % b == 0 && x[0].dim(3) % b == 0, "SpaceToDepth: ", x[0].shape(),
                      " by blocks of ", b);
    const std::int64_t n = x[0].dim(0), c = x[0].dim(1), h = x[0].dim(2) / b, w = x[0].dim(3) / b;
    return reshape(permute(reshape(x[0], {n, c, h, b, w, b}), {0, 3, 5, 1, 2, 4}), {n, c * b * b, h, w});
  });
}

// How many before and behind each axis, ONNX's way round: all befores, then all behinds.
Tensor padded(const Tensor& x, const Numbers& pads, Numbers axes, PadMode mode, double value) {
  const auto rank = static_cast<std::size_t>(x.rank());
  if (axes.empty()) {
    axes.resize(rank);
    std::iota(axes.begin(), axes.end(), 0);
  }
  axes = axes_in_front(axes, x.rank(), "Pad");
  check<ShapeError>(pads.size() == 2 * axes.size(), "Pad: ", pads.size(), " numbers for ", axes.size(), " axes");
  Numbers last_first(2 * rank);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t at = 2 * (rank - 1 - static_cast<std::size_t>(axes[i]));
    last_first[at] = pads[i];
    last_first[at + 1] = pads[i + axes.size()];
  }
  while (last_first.size() >= 2 && last_first.back() == 0 && *(last_first.end() - 2) == 0) last_first.resize(last_first.size() - 2);
  return last_first.empty() ? x : pad(x, last_first, mode, value);
}
PadMode pad_mode(NodeReader& node) {
  const std::string mode = node.text("mode", "constant", {"constant", "reflect", "edge", "wrap"});
  if (mode == "constant") return PadMode::constant;
  return mode == "reflect" ? PadMode::reflect : mode == "edge" ? PadMode::replicate : PadMode::circular;
}
Run pad_by_attribute(NodeReader& node) {
  const PadMode mode = pad_mode(node);
  const Numbers pads = node.integers("pads");
  const double value = node.number("value", 0);
  return one([=](In x) { return padded(x[0], pads, {}, mode, value); });
}
Run pad_by_input(NodeReader& node) {
  const PadMode mode = pad_mode(node);
  return one([mode](In x) {
    const Numbers axes = x[3].defined() ? whole_numbers(x[3]) : Numbers();
    return padded(x[0], whole_numbers(x[1]), axes, mode, x[2].defined() && x[2].size() > 0 ? only_number(x[2]) : 0);
  });
}

constexpr Operator shape_rows[] = {
    {"Concat", 4, 1, any, 1, concat_node, 0, folds},
    {"DepthToSpace", 1, 1, 1, 1, depth_to_space},
    {"Expand", 8, 2, 2, 1, expand_node, 0, folds},
    {"Flatten", 1, 1, 1, 1, flatten_node, 0, folds},
    {"Pad", 2, 1, 1, 1, pad_by_attribute},
    {"Pad", 11, 2, 4, 1, pad_by_input, 0b100},
    {"Reshape", 5, 2, 2, 1, reshape_node, 0, folds},
    {"Shape", 1, 1, 1, 1, shape_node, 0, folds},
    {"Size", 1, 1, 1, 1, size_node, 0, folds},
    {"Slice", 1, 1, 1, 1, slice_by_attribute, 0, folds},
    {"Slice", 10, 3, 5, 1, slice_by_input, 0, folds},
    {"SpaceToDepth", 1, 1, 1, 1, space_to_depth},
    {"Split", 2, 1, 1, any, split_by_attribute, 0, folds},
    {"Split", 13, 1, 2, any, split_by_input, 0, folds},
    {"Squeeze", 1, 1, 1, 1, axes_by_attribute<squeezed>, 0, folds},
    {"Squeeze", 13, 1, 2, 1, axes_by_input<squeezed>, 0, folds},
    {"Tile", 6, 2, 2, 1, tile_node, 0, folds},
    {"Transpose", 1, 1, 1, 1, transpose_node, 0, folds},
    {"Unsqueeze", 1, 1, 1, 1, axes_by_attribute<unsqueezed>, 0, folds},
    {"Unsqueeze", 13, 2, 2, 1, axes_by_input<unsqueezed>, 0, folds},
};

}  // namespace

std::span<const Operator> shape_operators() { return shape_rows; }

}  // namespace gradus::nn::onnx
