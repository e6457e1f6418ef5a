// Other shapes and other places for the same elements.
#include <algorithm>
#include <limits>

#include <gradus/nn/onnx/export/internal/term.h>

namespace gradus::nn::onnx {
namespace {

using Ints = std::vector<std::int64_t>;

Ints counted(int n) {
  Ints all;
  for (int i = 0; i < n; ++i) all.push_back(i);
  return all;
}

void reshape_rule(Conversion& c) { c.out(c.reshape(c.in(0), c.out_sizes())); }
void expand_rule(Conversion& c) { c.out(c.expand(c.in(0), c.out_sizes())); }
void sum_to_rule(Conversion& c) {
  const int more = c.rank(0) - c.out_shape().rank();
  Ints axes;
  for (int i = 0; i < c.rank(0); ++i)
    if (i < more || c.shape(0)[i] != c.out_shape()[i - more]) axes.push_back(i);
  c.out(c.reshape(c.reduce("ReduceSum", c.in(0), axes, true), c.out_sizes()));
}
void permute_rule(Conversion& c) { c.out(c.transpose(c.in(0), c.list("axes"))); }
void transpose_rule(Conversion& c) {
  Ints order = counted(c.rank(0));
  if (!order.empty()) std::swap(order[static_cast<std::size_t>(c.whole("a"))], order[static_cast<std::size_t>(c.whole("b"))]);
  c.out(c.transpose(c.in(0), order));
}
void squeeze_rule(Conversion& c) { c.out(c.squeeze(c.in(0), c.list("axes"))); }
void unsqueeze_rule(Conversion& c) { c.out(c.unsqueeze(c.in(0), c.list("axes"))); }

Size minus(const Size& a, const Size& b) { return {a.here - b.here, a.per - b.per, a.offset - b.offset}; }
bool same(const Size& a, const Size& b) { return a.here == b.here && a.per == b.per; }

void slice_rule(Conversion& c) {
  const auto axis = static_cast<int>(c.whole("axis"));
  const Size begin = c.option_sizes("begin")[0], end = c.option_sizes("end")[0], all = c.sizes(0)[static_cast<std::size_t>(axis)];
  if (begin.here == 0 && !begin.follows() && same(end, all) && c.whole("step") == 1) return c.out(c.in(0));
  c.out(c.slice(c.in(0), axis, begin, end, c.whole("step")));
}

// ---- a region (ops/internal/cutout.h)

bool whole_axis(const Size& begin, std::int64_t step, const Size& count, const Size& all) {
  return begin.here == 0 && !begin.follows() && step == 1 && same(count, all);
}

void region_rule(Conversion& c) {
  const Sizes begin = c.option_sizes("begin"), count = c.option_sizes("count"), all = c.sizes(0);
  const Ints step = c.list("step"), dropped = c.list("dropped"), added = c.list("added");
  std::string x = c.in(0);
  for (std::size_t i = 0; i < begin.size(); ++i) {
    if (whole_axis(begin[i], step[i], count[i], all[i])) continue;
    Size end = count[i];
    end.here = begin[i].here + (count[i].here == 0 ? 0 : (count[i].here - 1) * step[i] + 1);
    end.per *= step[i], end.offset = begin[i].offset + (count[i].here == 0 ? 0 : (count[i].offset - 1) * step[i] + 1);
    x = c.slice(x, static_cast<int>(i), begin[i], end, step[i]);
  }
  if (!dropped.empty()) x = c.squeeze(x, dropped);
  if (!added.empty()) x = c.unsqueeze(x, added);
  c.out(x);
}

// Values written over a region of x, which is as large for any batch: element by element, by their places in row-major order.
std::string written_over(Conversion& c, const std::string& x, const Sizes& sizes, const std::string& values) {
  const Ints begin = c.list("begin"), step = c.list("step"), count = c.list("count");
  Ints places{0};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i].follows()) c.refuse("writes into a part of something that follows the batch; export with dynamic_batch = false");
    Ints more;
    for (const std::int64_t before : places)
      for (std::int64_t k = 0; k < count[i]; ++k) more.push_back(before * sizes[i].here + begin[i] + k * step[i]);
    places = std::move(more);
  }
  const std::string flat = c.node("Reshape", {x, c.ints({-1})}), line = c.node("Reshape", {values, c.ints({-1})});
  return c.reshape(c.node("ScatterElements", {flat, c.ints(places), line}, {{"axis", 0}}), sizes);
}

void put_region_rule(Conversion& c) {
  if (c.inputs() == 2) return c.out(written_over(c, c.in(0), c.sizes(0), c.in(1)));
  const Sizes begin = c.option_sizes("begin"), count = c.option_sizes("count"), all = c.out_sizes();
  const Ints step = c.list("step");
  const double fill = c.number("fill");
  const bool pads = c.list("dropped").empty() && c.list("added").empty() &&
                    std::all_of(step.begin(), step.end(), [](std::int64_t s) { return s == 1; });
  if (!pads) return c.out(written_over(c, c.expand(c.like(fill), all), all, c.in(0)));
  Sizes margins = begin;
  for (std::size_t i = 0; i < begin.size(); ++i) margins.push_back(minus(minus(all[i], begin[i]), count[i]));
  const bool truth = c.dtype(0) == boolean;
  const std::string x = truth ? c.cast(c.in(0), i32) : c.in(0);
  const std::string y = c.node("Pad", {x, c.sizes_value(margins), c.scalar(fill, truth ? i32 : c.dtype(0))});
  c.out(truth ? c.cast(y, boolean) : y);
}

// The elements of an axis that come to stand there, one axis after the other.
void pad_rule(Conversion& c) {
  const Ints before = c.list("before"), after = c.list("after");
  const std::string mode = c.text("mode");
  std::string x = c.in(0);
  for (std::size_t axis = 0; axis < before.size(); ++axis) {
    if (before[axis] == 0 && after[axis] == 0) continue;
    const Size size = c.sizes(0)[axis];
    if (size.follows()) c.refuse("pads the axis of the batch; export with dynamic_batch = false");
    Ints from;
    const std::int64_t n = size.here;
    for (std::int64_t i = -before[axis]; i < n + after[axis]; ++i)
      from.push_back(mode == "replicate" ? std::clamp<std::int64_t>(i, 0, n - 1) : mode == "circular" ? (i + n) % n
                     : i < 0             ? -i
                     : i >= n            ? 2 * (n - 1) - i
                                         : i);
    x = c.node("Gather", {x, c.ints(from)}, {{"axis", static_cast<std::int64_t>(axis)}});
  }
  c.out(x);
}

// ---- parts

void cat_rule(Conversion& c) {
  Conversion::Names all;
  for (std::size_t i = 0; i < c.inputs(); ++i) all.push_back(c.in(i));
  c.out("Concat", all, {{"axis", c.whole("axis")}});
}
void give_parts(Conversion& c, const Sizes& sizes, bool drop) {
  const std::int64_t axis = c.whole("axis");
  if (sizes.size() == 1) return c.out(drop ? c.squeeze(c.in(0), {axis}) : c.in(0));
  const auto parts = c.nodes("Split", {c.in(0), c.sizes_value(sizes)}, static_cast<int>(sizes.size()), {{"axis", axis}});
  for (std::size_t k = 0; k < parts.size(); ++k) c.out(drop ? c.squeeze(parts[k], {axis}) : parts[k], k);
}
void split_rule(Conversion& c) { give_parts(c, c.option_sizes("sizes"), false); }
void unbind_rule(Conversion& c) { give_parts(c, Sizes(c.outputs(), {1, 0, 1}), true); }

void flip_rule(Conversion& c) {
  const Ints axes = c.list("axes");
  const auto each = [&](std::int64_t n) { return c.ints(Ints(axes.size(), n)); };
  c.out("Slice", {c.in(0), each(-1), each(std::numeric_limits<std::int64_t>::min()), c.ints(axes), each(-1)});
}
void roll_rule(Conversion& c) {
  const Sizes shifts = c.option_sizes("shifts"), sizes = c.sizes(0);
  std::string x = c.in(0);
  for (std::size_t i = 0; i < shifts.size(); ++i) {
    if (shifts[i].here == 0 && !shifts[i].follows()) continue;
    const Size cut = minus(sizes[i], shifts[i]);
    const int axis = static_cast<int>(i);
    x = c.node("Concat", {c.slice(x, axis, cut, sizes[i]), c.slice(x, axis, {0, 0, 0}, cut)}, {{"axis", axis}});
  }
  c.out(x);
}

// ---- windows along an axis, in a new last dimension

Ints with_last_moved_to(int rank, int place) {
  Ints order = counted(rank - 1);
  order.insert(order.begin() + place, rank - 1);
  return order;
}
void unfold_rule(Conversion& c) {
  const auto axis = static_cast<int>(c.whole("axis"));
  const std::int64_t size = c.whole("size"), step = c.whole("step"), dilation = c.whole("dilation");
  if (c.sizes(0)[static_cast<std::size_t>(axis)].follows()) c.refuse("makes windows along the batch");
  const std::int64_t n = c.out_shape()[axis];
  Ints from;
  for (std::int64_t w = 0; w < n; ++w)
    for (std::int64_t k = 0; k < size; ++k) from.push_back(w * step + k * dilation);
  const std::string x = c.node("Gather", {c.in(0), c.constant(Array::from(from, {n, size}))}, {{"axis", axis}});
  Ints order = counted(c.rank(0) + 1);
  order.erase(order.begin() + axis + 1), order.push_back(axis + 1);
  c.out(c.transpose(x, order));
}
// What falls on one place is added up: a product with the zeros and ones that say what does.
void fold_rule(Conversion& c) {
  const auto axis = static_cast<int>(c.whole("axis"));
  const std::int64_t size = c.whole("size"), step = c.whole("step"), dilation = c.whole("dilation");
  const std::int64_t windows = c.shape(0)[axis], n = c.out_shape()[axis];
  if (c.sizes(0)[static_cast<std::size_t>(axis)].follows()) c.refuse("adds up windows along the batch");
  Array falls = Array::zeros({windows * size, n}, f64);
  double* to = falls.mutable_data<double>();
  for (std::int64_t w = 0; w < windows; ++w)
    for (std::int64_t k = 0; k < size; ++k) to[(w * size + k) * n + w * step + k * dilation] = 1;
  Ints order = counted(c.rank(0));
  order.erase(order.begin() + axis), order.insert(order.end() - 1, axis);
  Sizes lines;
  const Sizes given = c.sizes(0);
  for (std::size_t i = 0; i + 2 < order.size(); ++i) lines.push_back(given[static_cast<std::size_t>(order[i])]);
  lines.push_back({windows * size, 0, windows * size});
  const std::string x = c.reshape(c.transpose(c.in(0), order), lines);
  const std::string y = c.node("MatMul", {x, c.constant(falls.to(c.dtype(0)))});
  c.out(c.transpose(y, with_last_moved_to(c.rank(0) - 1, axis)));
}

// ---- diagonals

void diagonal_rule(Conversion& c) {
  const auto a = static_cast<int>(c.whole("a")), b = static_cast<int>(c.whole("b"));
  const std::int64_t offset = c.whole("offset"), columns = c.shape(0)[b], n = c.out_shape()[c.out_shape().rank() - 1];
  const Sizes given = c.sizes(0);
  if (given[static_cast<std::size_t>(a)].follows() || given[static_cast<std::size_t>(b)].follows())
    c.refuse("takes a diagonal of the batch");
  Ints order, places;
  for (int i = 0; i < c.rank(0); ++i)
    if (i != a && i != b) order.push_back(i);
  Sizes flat;
  for (const std::int64_t i : order) flat.push_back(given[static_cast<std::size_t>(i)]);
  const std::int64_t all = c.shape(0)[a] * columns;
  flat.push_back({all, 0, all});
  order.push_back(a), order.push_back(b);
  for (std::int64_t i = 0; i < n; ++i)
    places.push_back((i + std::max<std::int64_t>(-offset, 0)) * columns + i + std::max<std::int64_t>(offset, 0));
  const std::string x = c.reshape(c.transpose(c.in(0), order), flat);
  c.out("Gather", {x, c.ints(places)}, {{"axis", static_cast<std::int64_t>(flat.size() - 1)}});
}
// Each element of the square from x, with a zero behind it, for what is not on the diagonal.
void into_diagonal_rule(Conversion& c) {
  const auto a = static_cast<int>(c.whole("a")), b = static_cast<int>(c.whole("b"));
  const int rank = c.rank(0);
  const std::int64_t offset = c.whole("offset"), n = c.shape(0)[rank - 1], side = n + std::abs(offset);
  if (c.sizes(0).back().follows()) c.refuse("makes a square of the batch");
  Ints margins(static_cast<std::size_t>(2 * rank), 0), from(static_cast<std::size_t>(side * side), n);
  margins.back() = 1;
  for (std::int64_t i = 0; i < n; ++i)
    from[static_cast<std::size_t>((i + std::max<std::int64_t>(-offset, 0)) * side + i + std::max<std::int64_t>(offset, 0))] = i;
  const std::string x = c.node("Pad", {c.in(0), c.ints(margins), c.like(0)});
  const std::string y = c.node("Gather", {x, c.constant(Array::from(from, {side, side}))}, {{"axis", rank - 1}});
  Ints order(static_cast<std::size_t>(rank + 1), -1);
  order[static_cast<std::size_t>(a)] = rank - 1, order[static_cast<std::size_t>(b)] = rank;
  std::int64_t next = 0;
  for (std::int64_t& place : order)
    if (place < 0) place = next++;
  c.out(c.transpose(y, order));
}
void triangle_rule(Conversion& c) {
  c.out("Trilu", {c.in(0), c.constant(Array::from({c.whole("offset")}, {}))}, {{"upper", c.whole("lower") ? 0 : 1}});
}

}  // namespace

void add_shape_rules(Rules& r) {
  r["reshape"] = reshape_rule, r["expand"] = expand_rule, r["sum_to"] = sum_to_rule, r["permute"] = permute_rule;
  r["transpose"] = transpose_rule, r["squeeze"] = squeeze_rule, r["unsqueeze"] = unsqueeze_rule, r["slice"] = slice_rule;
  r["index"] = region_rule, r["index_put"] = put_region_rule, r["pad"] = pad_rule, r["cat"] = cat_rule, r["split"] = split_rule;
  r["unbind"] = unbind_rule, r["flip"] = flip_rule, r["roll"] = roll_rule, r["unfold"] = unfold_rule, r["unfold_backward"] = fold_rule;
  r["diagonal"] = diagonal_rule, r["diag_embed"] = into_diagonal_rule, r["tril"] = r["triu"] = triangle_rule;
}

}  // namespace gradus::nn::onnx
