#include <gradus/autograd/ops/shape.h>

#include <algorithm>

#include <gradus/autograd/kernels/axes/place.h>
#include <gradus/autograd/kernels/axes/run.h>
#include <gradus/autograd/ops/internal/parts.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

struct Reshape final : Op {
  std::string_view name() const override { return "reshape"; }
  Shape before, after;
  explicit Reshape(const Shape& after) : after(after) {}
  Array forward(const Tensor& x) { return before = x.shape(), x.value().reshape(after); }
  Grads backward(Tensor g) override { return {reshape(g, before)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return reshape(vs[0], after); }
};

struct Permute final : Op, detail::Described {
  std::string_view name() const override { return "permute"; }
  void describe(detail::OpOptions& o) const override { o("axes", axes); }
  Shape axes;
  explicit Permute(const Shape& axes) : axes(axes) {}
  Array forward(const Tensor& x) { return x.value().permute(axes); }
  Grads backward(Tensor g) override { return {permute(g, kernels::inverse_of(axes))}; }
  Tensor tangent(std::span<const Tensor> vs) override { return permute(vs[0], axes); }
};

struct Transpose final : Op, detail::Described {
  std::string_view name() const override { return "transpose"; }
  void describe(detail::OpOptions& o) const override { o("a", a)("b", b); }
  int a, b;
  Transpose(int a, int b) : a(a), b(b) {}
  Array forward(const Tensor& x) { return x.value().transpose(a, b); }
  Grads backward(Tensor g) override { return {transpose(g, a, b)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return transpose(vs[0], a, b); }
};

Tensor unsqueeze_axes(const Tensor& x, unsigned axes);
Tensor squeeze_axes(const Tensor& x, unsigned axes);

// New dimensions of size 1; the bits of `axes` are those of the result.
struct Unsqueeze final : Op, detail::Described {
  std::string_view name() const override { return "unsqueeze"; }
  void describe(detail::OpOptions& o) const override { o("axes", detail::positions_of(axes)); }
  unsigned axes;
  explicit Unsqueeze(unsigned axes) : axes(axes) {}
  Array forward(const Tensor& x) {
    Array y = x.value();
    for (int i = 0; i <= y.rank() && axes >> i; ++i)
      if (axes >> i & 1) y = y.unsqueeze(i);
    return y;
  }
  Grads backward(Tensor g) override { return {squeeze_axes(g, axes)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return unsqueeze_axes(vs[0], axes); }
};

// The same undone: the bits of `axes` are those of x.
struct Squeeze final : Op, detail::Described {
  std::string_view name() const override { return "squeeze"; }
  void describe(detail::OpOptions& o) const override { o("axes", detail::positions_of(axes)); }
  unsigned axes;
  explicit Squeeze(unsigned axes) : axes(axes) {}
  Array forward(const Tensor& x) {
    Array y = x.value();
    for (int i = y.rank(); i-- > 0;)
      if (axes >> i & 1) y = y.squeeze(i);
    return y;
  }
  Grads backward(Tensor g) override { return {unsqueeze_axes(g, axes)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return squeeze_axes(vs[0], axes); }
};

Tensor unsqueeze_axes(const Tensor& x, unsigned axes) { return record(Unsqueeze(axes), x); }
Tensor squeeze_axes(const Tensor& x, unsigned axes) { return record(Squeeze(axes), x); }

using detail::Interval, detail::slice_range;
Tensor pad_range(const Tensor& x, const Interval& r, std::int64_t size);

struct SliceRange final : Op, detail::Described {
  std::string_view name() const override { return "slice"; }
  void describe(detail::OpOptions& o) const override {
    o("axis", range.axis)("begin", range.begin)("end", range.end)("step", range.step);
  }
  Interval range;
  std::int64_t size = 0;
  explicit SliceRange(const Interval& range) : range(range) {}
  Array forward(const Tensor& x) {
    size = x.dim(range.axis);
    return x.value().slice(range.axis, range.begin, range.end, range.step);
  }
  Grads backward(Tensor g) override { return {pad_range(g, range, size)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return slice_range(vs[0], range); }
};

// The gradient of a slice: zeros of the sliced size with x in the slice's place.
struct PadRange final : Op {
  std::string_view name() const override { return "slice_backward"; }
  Interval range;
  std::int64_t size;
  PadRange(const Interval& range, std::int64_t size) : range(range), size(size) {}
  Array forward(const Tensor& x) {
    Shape shape = x.shape();
    shape[range.axis] = size;
    Array out = Array::zeros(shape, x.dtype());
    kernels::place(x.value(), out, range.axis, range.begin, range.step);
    return out;
  }
  Grads backward(Tensor g) override { return {slice_range(g, range)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return pad_range(vs[0], range, size); }
};

Tensor pad_range(const Tensor& x, const Interval& r, std::int64_t size) { return record(PadRange(r, size), x); }

// Windows along an axis, in a new last dimension.
struct Windows final : Op, detail::Described {
  std::string_view name() const override { return "unfold"; }
  void describe(detail::OpOptions& o) const override {
    o("axis", axis)("size", window.size)("step", window.step)("dilation", window.dilation);
  }
  int axis;
  detail::Window window;
  std::int64_t size = 0;
  Windows(int axis, const detail::Window& window) : axis(axis), window(window) {}
  Array forward(const Tensor& x) {
    size = x.dim(axis);
    return x.value().windows(axis, window.size, window.step, window.dilation);
  }
  Grads backward(Tensor g) override { return {detail::add_windows(g, axis, window, size)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return detail::windows(vs[0], axis, window); }
};

// Their gradient: each element goes to all places that it came from, where they add up.
struct AddWindows final : Op, detail::Described {
  std::string_view name() const override { return "unfold_backward"; }
  void describe(detail::OpOptions& o) const override {
    o("axis", axis)("size", window.size)("step", window.step)("dilation", window.dilation);
  }
  int axis;
  detail::Window window;
  std::int64_t size;
  AddWindows(int axis, const detail::Window& window, std::int64_t size) : axis(axis), window(window), size(size) {}
  Array forward(const Tensor& x) {
    if (is_small_float(x.dtype())) return sums(x.value().to(summed_in(x.dtype()))).to(x.dtype());
    return sums(x.value());
  }
  Array sums(const Array& x) const {
    Shape shape = x.shape();
    shape.erase(shape.rank() - 1);
    shape[axis] = size;
    Array out = Array::zeros(shape, x.dtype());
    Shape strides = out.strides();
    const std::int64_t along = strides[axis];
    strides[axis] *= window.step;
    for (std::int64_t k = 0; k < window.size; ++k)
      kernels::add_strided(x.slice(-1, k, k + 1).squeeze(-1), out, k * window.dilation * along, strides);
    return out;
  }
  Grads backward(Tensor g) override { return {detail::windows(g, axis, window)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return detail::add_windows(vs[0], axis, window, size); }
};

}  // namespace

namespace detail {

Tensor slice_range(const Tensor& x, const Interval& r) { return record(SliceRange(r), x); }
Tensor windows(const Tensor& x, int axis, const Window& window) { return record(Windows(axis, window), x); }
Tensor add_windows(const Tensor& x, int axis, const Window& window, std::int64_t size) { return record(AddWindows(axis, window, size), x); }

}  // namespace detail

Tensor reshape(const Tensor& x, const Shape& shape) {
  check_defined("reshape", x);
  return x.shape() == shape ? x : record(Reshape(shape), x);
}

Tensor flatten(const Tensor& x, Axis first, Axis last) {
  check_defined("flatten", x);
  if (x.rank() == 0) return reshape(x, {1});
  first = normal_axis(first, x.rank(), "flatten"), last = normal_axis(last, x.rank(), "flatten");
  check<ValueError>(first <= last, "flatten: the first dimension, ", first.number, ", comes after the last, ", last.number, ", for shape ",
                    x.shape());
  Shape shape;
  for (int i = 0; i <= first; ++i) shape.push_back(x.dim(i));
  for (int i = first + 1; i <= last; ++i) shape[first] *= x.dim(i);
  for (int i = last + 1; i < x.rank(); ++i) shape.push_back(x.dim(i));
  return reshape(x, shape);
}

Tensor transpose(const Tensor& x, Axis a, Axis b) {
  check_defined("transpose", x);
  return record(Transpose(normal_axis(a, x.rank(), "transpose"), normal_axis(b, x.rank(), "transpose")), x);
}

Tensor permute(const Tensor& x, const Shape& axes) {
  check_defined("permute", x);
  return record(Permute(axes), x);
}

Tensor unflatten(const Tensor& x, Axis axis, const Shape& sizes) {
  check_defined("unflatten", x);
  axis = normal_axis(axis, x.rank(), "unflatten");
  std::int64_t known = 1;
  int open = 0;
  for (const std::int64_t size : sizes) size == -1 ? static_cast<void>(++open) : static_cast<void>(known *= size);
  const std::int64_t n = x.dim(axis);
  check<ShapeError>(open == 0 ? known == n : open == 1 && known > 0 && n % known == 0, "unflatten: sizes ", sizes, " do not make up axis ",
                    axis.number,
                    " of shape ", x.shape(), ", which has size ", n, "; one of them may be -1");
  Shape shape;
  for (int i = 0; i < axis; ++i) shape.push_back(x.dim(i));
  for (const std::int64_t size : sizes) shape.push_back(size == -1 ? n / known : size);
  for (int i = axis + 1; i < x.rank(); ++i) shape.push_back(x.dim(i));
  return reshape(x, shape);
}

Tensor swapaxes(const Tensor& x, Axis a, Axis b) {
  check_defined("swapaxes", x);
  return record(Transpose(normal_axis(a, x.rank(), "swapaxes"), normal_axis(b, x.rank(), "swapaxes")), x);
}

Tensor movedim(const Tensor& x, const Axes& from, const Axes& to) {
  check_defined("movedim", x);
  check<ValueError>(from.end() - from.begin() == to.end() - to.begin(), "movedim: ", from.end() - from.begin(), " axes cannot go to ",
                    to.end() - to.begin(), " places, for shape ", x.shape());
  const int rank = x.rank();
  Shape order = Shape::filled(rank, -1);   // order[place] = axis
  unsigned moved = 0;
  for (std::ptrdiff_t i = 0; i < from.end() - from.begin(); ++i) {
    const int axis = normal_axis(from.begin()[i], rank, "movedim"), place = normal_axis(to.begin()[i], rank, "movedim");
    check<ValueError>(!(moved >> axis & 1) && order[place] == -1, "movedim: axis ", axis, " or place ", place,
                      " is named twice, for shape ", x.shape());
    moved |= 1u << axis, order[place] = axis;
  }
  for (int axis = 0, place = 0; axis < rank; ++axis) {
    if (moved >> axis & 1) continue;
    while (order[place] != -1) ++place;
    order[place] = axis;
  }
  return record(Permute(order), x);
}

Tensor unsqueeze(const Tensor& x, Axis axis) {
  check_defined("unsqueeze", x);
  return unsqueeze_axes(x, 1u << normal_axis(axis, x.rank() + 1, "unsqueeze"));
}

Tensor squeeze(const Tensor& x) {
  check_defined("squeeze", x);
  unsigned axes = 0;
  for (int i = 0; i < x.rank(); ++i) axes |= x.dim(i) == 1 ? 1u << i : 0;
  return axes == 0 ? x : squeeze_axes(x, axes);
}

Tensor squeeze(const Tensor& x, const Axes& given) {
  check_defined("squeeze", x);
  if (given.empty()) return squeeze(x);
  unsigned axes = 0, seen = 0;
  for (const int each : given) {
    const int axis = normal_axis(each, x.rank(), "squeeze");
    check<ValueError>(!(seen >> axis & 1), "squeeze: axis ", axis, " is named twice, for shape ", x.shape());
    seen |= 1u << axis;
    if (x.dim(axis) == 1) axes |= 1u << axis;
  }
  return axes == 0 ? x : squeeze_axes(x, axes);
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
  check_defined("broadcast_to", x);
  bool fits = shape.rank() >= x.rank();
  for (int i = 1; fits && i <= x.rank(); ++i) fits = x.dim(-i) == 1 || x.dim(-i) == shape[shape.rank() - i];
  check<ShapeError>(fits, "broadcast_to: shape ", x.shape(), " does not broadcast to ", shape);
  return expand(x, shape);
}

std::vector<Tensor> broadcast_tensors(std::span<const Tensor> xs) {
  Shape shape;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (!xs[i].defined()) check_defined("broadcast_tensors", xs[i], text("tensor ", i));
    shape = broadcast_shapes(shape, xs[i].shape(), "broadcast_tensors");
  }
  std::vector<Tensor> all;
  for (const Tensor& x : xs) all.push_back(expand(x, shape));
  return all;
}

Tensor slice(const Tensor& x, Axis axis, std::int64_t begin, std::int64_t end, std::int64_t step) {
  check_defined("slice", x);
  axis = normal_axis(axis, x.rank(), "slice");
  const std::int64_t size = x.dim(axis);
  return slice_range(x, {axis, begin < 0 ? begin + size : begin, end < 0 ? end + size : end, step});
}

Tensor select(const Tensor& x, Axis axis, std::int64_t index) {
  check_defined("select", x);
  axis = normal_axis(axis, x.rank(), "select");
  const std::int64_t size = x.dim(axis), at = index < 0 ? index + size : index;
  check<ValueError>(0 <= at && at < size, "select: index ", index, " is out of range for axis ", axis.number, " of shape ", x.shape());
  return squeeze(slice_range(x, {axis, at, at + 1, 1}), axis);
}

Tensor narrow(const Tensor& x, Axis axis, std::int64_t begin, std::int64_t length) {
  check_defined("narrow", x);
  axis = normal_axis(axis, x.rank(), "narrow");
  const std::int64_t size = x.dim(axis), first = begin < 0 ? begin + size : begin;
  check<ValueError>(0 <= first && 0 <= length && length <= size - first, "narrow: ", length, " elements from ", begin,
                    " on are not within axis ", axis.number, " of shape ", x.shape(), ", which has size ", size);
  return slice_range(x, {axis, first, first + length, 1});
}

Tensor unfold(const Tensor& x, Axis axis, std::int64_t size, std::int64_t step) {
  check_defined("unfold", x);
  axis = normal_axis(axis, std::max(x.rank(), 1), "unfold");
  const std::int64_t n = x.rank() == 0 ? 1 : x.dim(axis);
  check<ValueError>(step >= 1, "unfold: the step must be at least 1, not ", step);
  check<ValueError>(1 <= size && size <= n, "unfold: windows of ", size, " do not fit into axis ", axis.number, " of shape ", x.shape(),
                    ", which has size ", n);
  return x.rank() == 0 ? reshape(x, {1}) : detail::windows(x, axis, {size, step, 1});
}

}  // namespace gradus
