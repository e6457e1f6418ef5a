#include <gradus/autograd/ops/shape.h>

#include <algorithm>

#include <gradus/autograd/kernels/axes/gather.h>
#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/ops/internal/reducing.h>
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

struct Permute final : Op {
  std::string_view name() const override { return "permute"; }
  Shape axes;
  explicit Permute(const Shape& axes) : axes(axes) {}
  Array forward(const Tensor& x) { return x.value().permute(axes); }
  Grads backward(Tensor g) override {
    Shape inverse = axes;
    for (int i = 0; i < axes.rank(); ++i) inverse[normal_axis(static_cast<int>(axes[i]), axes.rank(), "permute")] = i;
    return {permute(g, inverse)};
  }
  Tensor tangent(std::span<const Tensor> vs) override { return permute(vs[0], axes); }
};

struct Transpose final : Op {
  std::string_view name() const override { return "transpose"; }
  int a, b;
  Transpose(int a, int b) : a(a), b(b) {}
  Array forward(const Tensor& x) { return x.value().transpose(a, b); }
  Grads backward(Tensor g) override { return {transpose(g, a, b)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return transpose(vs[0], a, b); }
};

struct Unsqueeze final : Op {
  std::string_view name() const override { return "unsqueeze"; }
  int axis;
  explicit Unsqueeze(int axis) : axis(axis) {}
  Array forward(const Tensor& x) { return x.value().unsqueeze(axis); }
  Grads backward(Tensor g) override { return {squeeze(g, axis)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return unsqueeze(vs[0], axis); }
};

struct Squeeze final : Op {
  std::string_view name() const override { return "squeeze"; }
  int axis;
  explicit Squeeze(int axis) : axis(axis) {}
  Array forward(const Tensor& x) { return x.value().squeeze(axis); }
  Grads backward(Tensor g) override { return {unsqueeze(g, axis)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return squeeze(vs[0], axis); }
};

struct Range {
  int axis;
  std::int64_t begin, end, step;
};
Tensor slice_range(const Tensor& x, const Range& r);
Tensor pad_range(const Tensor& x, const Range& r, std::int64_t size);

struct Slice final : Op {
  std::string_view name() const override { return "slice"; }
  Range range;
  std::int64_t size = 0;
  explicit Slice(const Range& range) : range(range) {}
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
  Range range;
  std::int64_t size;
  PadRange(const Range& range, std::int64_t size) : range(range), size(size) {}
  Array forward(const Tensor& x) {
    Shape shape = x.shape();
    shape[range.axis] = size;
    Array out = Array::zeros(shape, x.dtype());
    kernels::place(x.value().as_contiguous(), out, range.axis, range.begin, range.step);
    return out;
  }
  Grads backward(Tensor g) override { return {slice_range(g, range)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return pad_range(vs[0], range, size); }
};

Tensor slice_range(const Tensor& x, const Range& r) { return record(Slice(r), x); }
Tensor pad_range(const Tensor& x, const Range& r, std::int64_t size) { return record(PadRange(r, size), x); }

struct Cat final : Op {
  std::string_view name() const override { return "cat"; }
  int axis;
  SmallVector<std::int64_t, 8> ends;   // where each part stops along axis
  explicit Cat(int axis) : axis(axis) {}
  Array forward(std::span<const Tensor> xs) {
    Shape shape = xs[0].shape();
    std::int64_t end = 0;
    for (const Tensor& x : xs) ends.push_back(end += x.dim(axis));
    shape[axis] = end;
    Array out(shape, xs[0].dtype());
    for (std::size_t i = 0; i < xs.size(); ++i)
      kernels::place(xs[i].value().as_contiguous(), out, axis, ends[i] - xs[i].dim(axis), 1);
    return out;
  }
  Grads backward(Tensor g) override {
    Grads grads;
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < ends.size(); begin = ends[i++])
      grads.push_back(needs(static_cast<int>(i)) ? slice_range(g, {axis, begin, ends[i], 1}) : Tensor{});
    return grads;
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const Tensor& like = *std::find_if(vs.begin(), vs.end(), [](const Tensor& v) { return v.defined(); });
    SmallVector<Tensor, 8> all;
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < ends.size(); begin = ends[i++]) {
      Shape shape = like.shape();
      shape[axis] = ends[i] - begin;
      all.push_back(vs[i].defined() ? vs[i] : Tensor(Array::zeros(shape, like.dtype())));
    }
    return record(Cat(axis), std::span<const Tensor>(all.data(), all.size()));
  }
};

struct Gather final : Op {
  std::string_view name() const override { return "gather"; }
  int axis;
  Shape shape;
  explicit Gather(int axis) : axis(axis) {}
  Array forward(const Tensor& x, const Tensor& index) {
    shape = x.shape();
    save(index);
    return kernels::gather(x.value().as_contiguous(), axis, index.value());
  }
  Grads backward(Tensor g) override { return {scatter_add(g, axis, saved()[0], shape), Tensor{}}; }
  Tensor tangent(std::span<const Tensor> vs) override { return gather(vs[0], axis, saved()[0]); }
};

struct ScatterAdd final : Op {
  std::string_view name() const override { return "scatter_add"; }
  int axis;
  Shape shape;
  ScatterAdd(int axis, const Shape& shape) : axis(axis), shape(shape) {}
  Array forward(const Tensor& x, const Tensor& index) {
    save(index);
    return kernels::scatter_add(x.value().as_contiguous(), axis, index.value(), shape);
  }
  Grads backward(Tensor g) override { return {gather(g, axis, saved()[0]), Tensor{}}; }
  Tensor tangent(std::span<const Tensor> vs) override { return scatter_add(vs[0], axis, saved()[0], shape); }
};

// The index as a contiguous array, after all checks: `index` picks from `shape` along `axis`.
Tensor checked_index(const Tensor& index, const Shape& shape, int axis, const char* op) {
  check_defined(op, index, "the index");
  const Array flat = detail::positions(op, "the index", index);
  bool alike = index.rank() == shape.rank();
  for (int i = 0; alike && i < shape.rank(); ++i) alike = i == axis || index.dim(i) == shape[i];
  check<ShapeError>(alike, op, ": index ", index.shape(), " must have the shape ", shape, " but along axis ", axis);
  const std::int64_t bad = kernels::first_outside(flat, shape[axis]);
  if (bad >= 0)
    fail<ValueError>(op, ": index ", flat.data<std::int64_t>()[bad], " at element ", bad, " is out of range for axis ", axis, " of shape ",
                     shape);
  return flat;
}

void check_all_defined(const char* op, std::span<const Tensor> xs) {
  for (std::size_t i = 0; i < xs.size(); ++i)
    if (!xs[i].defined()) [[unlikely]] check_defined(op, xs[i], text("tensor ", i));
}

}  // namespace

Tensor reshape(const Tensor& x, const Shape& shape) {
  check_defined("reshape", x);
  return x.shape() == shape ? x : record(Reshape(shape), x);
}

Tensor flatten(const Tensor& x, Axis first, Axis last) {
  check_defined("flatten", x);
  if (x.rank() == 0) return reshape(x, {1});
  first = normal_axis(first, x.rank(), "flatten"), last = normal_axis(last, x.rank(), "flatten");
  check<ValueError>(first <= last, "flatten: the first dimension, ", first.number, ", comes after the last, ", last.number, ", for shape ", x.shape());
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

Tensor unsqueeze(const Tensor& x, Axis axis) {
  check_defined("unsqueeze", x);
  return record(Unsqueeze(normal_axis(axis, x.rank() + 1, "unsqueeze")), x);
}

Tensor squeeze(const Tensor& x, Axis axis) {
  check_defined("squeeze", x);
  return record(Squeeze(normal_axis(axis, x.rank(), "squeeze")), x);
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

Tensor cat(std::span<const Tensor> xs, Axis axis) {
  check<ValueError>(!xs.empty(), "cat: needs at least one tensor");
  check_all_defined("cat", xs);
  axis = normal_axis(axis, xs[0].rank(), "cat");
  for (std::size_t i = 1; i < xs.size(); ++i) {
    check<DtypeError>(xs[i].dtype() == xs[0].dtype(), "cat: tensor 0 is ", xs[0].dtype(), " but tensor ", i, " is ", xs[i].dtype());
    bool alike = xs[i].rank() == xs[0].rank();
    for (int d = 0; alike && d < xs[0].rank(); ++d) alike = d == axis || xs[i].dim(d) == xs[0].dim(d);
    check<ShapeError>(alike, "cat: shapes must be equal but along axis ", axis.number, ": tensor 0 is ", xs[0].shape(), ", tensor ", i, " is ",
                      xs[i].shape());
  }
  return record(Cat(axis), xs);
}

Tensor stack(std::span<const Tensor> xs, Axis axis) {
  check<ValueError>(!xs.empty(), "stack: needs at least one tensor");
  check_all_defined("stack", xs);
  axis = normal_axis(axis, xs[0].rank() + 1, "stack");
  SmallVector<Tensor, 8> layers;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    check<ShapeError>(xs[i].shape() == xs[0].shape(), "stack: shapes must be equal: tensor 0 is ", xs[0].shape(), ", tensor ", i, " is ",
                      xs[i].shape());
    layers.push_back(unsqueeze(xs[i], axis));
  }
  return cat(std::span<const Tensor>(layers.data(), layers.size()), axis);
}

Tensor gather(const Tensor& x, Axis axis, const Tensor& index) {
  axis = detail::axis_of(axis, x, "gather");
  if (x.rank() == 0) {   // is a vector of one element
    check_defined("gather", index, "the index");
    check<ShapeError>(index.rank() <= 1, "gather: index ", index.shape(), " of a scalar must be a scalar or a vector");
    return reshape(gather(reshape(x, {1}), 0, reshape(index, {index.size()})), index.shape());
  }
  return record(Gather(axis), x, checked_index(index, x.shape(), axis, "gather"));
}

Tensor scatter_add(const Tensor& x, Axis axis, const Tensor& index, const Shape& shape) {
  check_defined("scatter_add", x);
  check_defined("scatter_add", index, "the index");
  axis = normal_axis(axis, shape.rank(), "scatter_add");
  check<ShapeError>(x.shape() == index.shape(), "scatter_add: x ", x.shape(), " and index ", index.shape(), " must have one shape");
  if (!is_small_float(x.dtype())) check_computes_in(x.dtype(), "scatter_add");
  return record(ScatterAdd(axis, shape), x, checked_index(index, shape, axis, "scatter_add"));
}

}  // namespace gradus
