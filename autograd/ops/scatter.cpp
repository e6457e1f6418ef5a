#include <gradus/autograd/ops/scatter.h>

#include <gradus/autograd/kernels/axes/gather.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/parts.h>
#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/ops/internal/scatter.h>
#include <gradus/autograd/ops/internal/whole.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using detail::gather_checked, detail::scatter_add_checked, detail::scatter_checked, detail::as_vector;

Tensor scatter_into_zeros(const Tensor& src, int axis, const Tensor& index, const Shape& shape);

// An index that led out of its axis: where it is, and what.
[[noreturn, gnu::cold]] void refuse(const char* op, const Array& index, const Shape& shape, int axis) {
  detail::positions_along(op, "the index", Tensor(index), shape, axis);
  fail<ValueError>(op, ": an index is out of range for axis ", axis, " of shape ", shape);
}

// src added to `out`, which is contiguous, nobody else's, and of the type in which src's is worked; in src's type.
Array added(Array out, int axis, const Array& index, const Array& src) {
  if (!kernels::scatter(kernels::Scatter::add, out, axis, index, src.to(out.dtype()))) refuse("scatter_add", index, out.shape(), axis);
  return out.to(src.dtype());
}

struct Gather final : Op, detail::Described {
  std::string_view name() const override { return "gather"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis); }
  int axis;
  Shape shape;
  explicit Gather(int axis) : axis(axis) {}
  Array forward(const Tensor& x, const Tensor& index) {
    shape = x.shape();
    save(index);
    Array out = kernels::gather(x.value(), axis, index.value());
    if (!out.defined()) refuse("gather", index.value(), shape, axis);
    return out;
  }
  Grads backward(Tensor g) override { return {scatter_into_zeros(g, axis, saved()[0], shape), Tensor{}}; }
  Tensor tangent(std::span<const Tensor> vs) override { return gather_checked(vs[0], axis, saved()[0]); }
};

struct ScatterIntoZeros final : Op, detail::Described {
  std::string_view name() const override { return "scatter_add"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis)("into_zeros", true); }
  int axis;
  Shape shape;
  ScatterIntoZeros(int axis, const Shape& shape) : axis(axis), shape(shape) {}
  Array forward(const Tensor& src, const Tensor& index) {
    save(index);
    return added(Array::zeros(shape, detail::worked_in(src.dtype())), axis, index.value(), src.value());
  }
  Grads backward(Tensor g) override { return {gather_checked(g, axis, saved()[0]), Tensor{}}; }
  Tensor tangent(std::span<const Tensor> vs) override { return scatter_into_zeros(vs[0], axis, saved()[0], shape); }
};

struct ScatterAdd final : Op, detail::Described {
  std::string_view name() const override { return "scatter_add"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis); }
  int axis;
  Shape shape;
  explicit ScatterAdd(int axis) : axis(axis) {}
  Array forward(const Tensor& x, const Tensor& index, const Tensor& src) {
    shape = x.shape();
    save(index);
    const Dtype dtype = detail::worked_in(x.dtype());
    return added(dtype == x.dtype() ? x.value().contiguous_copy() : x.value().to(dtype), axis, index.value(), src.value());
  }
  Grads backward(Tensor g) override { return {g, Tensor{}, needs(2) ? gather_checked(g, axis, saved()[0]) : Tensor{}}; }
  Tensor tangent(std::span<const Tensor> vs) override {
    const Tensor& index = saved()[0];
    if (!needs(2)) return vs[0];
    return needs(0) ? scatter_add_checked(vs[0], axis, index, vs[2]) : scatter_into_zeros(vs[2], axis, index, shape);
  }
};

// Whether each element of the index is the last one that comes to its place.
Array last_ones(const Array& index, int axis, const Shape& shape) {
  Array number(index.shape(), i64), table(shape, i64);   // of the table only what was written is read
  std::int64_t next = 0;
  for (std::int64_t& n : number.mutable_span<std::int64_t>()) n = next++;
  kernels::scatter(kernels::Scatter::set, table, axis, index, number);
  return (Tensor(kernels::gather(table, axis, index)) == Tensor(number)).value();
}

struct ScatterSet final : Op, detail::Described {
  std::string_view name() const override { return "scatter"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis); }
  int axis;
  Shape shape;
  explicit ScatterSet(int axis) : axis(axis) {}
  Array forward(const Tensor& x, const Tensor& index, const Tensor& src) {
    shape = x.shape();
    save(index);
    Array out = x.value().contiguous_copy();
    if (!kernels::scatter(kernels::Scatter::set, out, axis, index.value(), src.value())) refuse("scatter", index.value(), shape, axis);
    if (tracked() && needs(2)) save(Tensor(last_ones(index.value(), axis, shape)));
    return out;
  }
  Grads backward(Tensor g) override {
    const Tensor& index = saved()[0];
    const Tensor zero = Array::zeros({}, g.dtype()).expand(index.shape());
    return {needs(0) ? scatter_checked(g, axis, index, zero) : Tensor{}, Tensor{},
            needs(2) ? where(saved()[1], gather_checked(g, axis, index), 0.0) : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const Tensor &index = saved()[0], &any = needs(0) ? vs[0] : vs[2];
    const Tensor zero = Array::zeros({}, any.dtype());
    return scatter_checked(needs(0) ? vs[0] : Tensor(zero.value().expand(shape)), axis, index,
                           needs(2) ? vs[2] : Tensor(zero.value().expand(index.shape())));
  }
};

Tensor scatter_into_zeros(const Tensor& src, int axis, const Tensor& index, const Shape& shape) {
  return record(ScatterIntoZeros(axis, shape), src, index);
}

// What all of them are called with, checked, scalars as vectors.
struct Arguments {
  Tensor x, index, src;
  int axis;
};

void check_index(const char* op, Arguments& to, const Shape& shape, Axis axis, const Tensor& index) {
  check_defined(op, index, "the index");
  to.axis = normal_axis(axis, std::max(shape.rank(), 1), op);
  to.index = as_vector(index);
  bool fits = to.index.rank() == std::max(shape.rank(), 1);
  for (int i = 0; fits && i < shape.rank() && index.size() > 0; ++i) fits = i == to.axis || to.index.dim(i) <= shape[i];
  check<ShapeError>(fits, op, ": the index ", index.shape(), " must have the rank of ", shape, " and no larger size but along axis ",
                    to.axis);
  to.index = detail::positions(op, "the index", to.index);   // the loops look at each before they use it
}

void check_src(const char* op, Arguments& to, const Tensor& src) {
  check_defined(op, src, "src");
  to.src = as_vector(src);
  bool fits = to.src.rank() == to.index.rank();
  for (int i = 0; fits && i < to.src.rank(); ++i) fits = to.index.dim(i) <= to.src.dim(i);
  check<ShapeError>(fits, op, ": src ", src.shape(), " must be at least as large as the index ", to.index.shape());
  for (int i = 0; i < to.src.rank(); ++i)
    if (to.src.dim(i) != to.index.dim(i)) to.src = detail::slice_range(to.src, {i, 0, to.index.dim(i), 1});
}

Arguments arguments(const char* op, const Tensor& x, Axis axis, const Tensor& index) {
  check_defined(op, x);
  Arguments all;
  check_index(op, all, x.shape(), axis, index);
  all.x = as_vector(x);
  return all;
}

Arguments arguments(const char* op, const Tensor& x, Axis axis, const Tensor& index, const Tensor& src) {
  check_defined(op, x);
  check_defined(op, index, "the index");
  check_defined(op, src, "src");
  check<DtypeError>(x.dtype() == src.dtype(), op, ": dtypes differ: ", describe(x), " and src ", describe(src),
                    "; convert one side with b.to(", x.dtype(), ")");
  Arguments all = arguments(op, x, axis, index);
  check_src(op, all, src);
  return all;
}

}  // namespace

namespace detail {

Tensor gather_checked(const Tensor& x, int axis, const Tensor& index) { return record(Gather(axis), x, index); }
Tensor scatter_checked(const Tensor& x, int axis, const Tensor& index, const Tensor& src) {
  return record(ScatterSet(axis), x, index, src);
}
Tensor scatter_add_checked(const Tensor& x, int axis, const Tensor& index, const Tensor& src) {
  return record(ScatterAdd(axis), x, index, src);
}

}  // namespace detail

Tensor gather(const Tensor& x, Axis axis, const Tensor& index) {
  const Arguments all = arguments("gather", x, axis, index);
  return reshape(gather_checked(all.x, all.axis, all.index), index.shape());
}

Tensor take_along_axis(const Tensor& x, const Tensor& index, Axis axis) {
  check_defined("take_along_axis", x);
  check_defined("take_along_axis", index, "the index");
  axis = normal_axis(axis, x.rank(), "take_along_axis");
  check<ShapeError>(x.rank() == index.rank(), "take_along_axis: x ", x.shape(), " and the index ", index.shape(), " must have one rank");
  Shape one = x.shape(), other = index.shape();
  one[axis] = other[axis] = 1;
  Shape from = broadcast_shapes(one, other, "take_along_axis"), to = from;
  from[axis] = x.dim(axis), to[axis] = index.dim(axis);
  const Tensor checked = detail::positions_along("take_along_axis", "the index", index, x.shape(), axis, true);
  return gather_checked(expand(x, from), axis, expand(checked, to));
}

Tensor take_along_axis(const Tensor& x, const Tensor& index) {
  check_defined("take_along_axis", x);
  check_defined("take_along_axis", index, "the index");
  return take_along_axis(reshape(x, {x.size()}), reshape(index, {index.size()}), 0);
}

Tensor scatter(const Tensor& x, Axis axis, const Tensor& index, const Tensor& src) {
  const Arguments all = arguments("scatter", x, axis, index, src);
  return reshape(scatter_checked(all.x, all.axis, all.index, all.src), x.shape());
}

Tensor scatter(const Tensor& x, Axis axis, const Tensor& index, double value) {
  const Arguments all = arguments("scatter", x, axis, index);
  const Tensor src = detail::number_like("scatter", x, value).expand(all.index.shape());
  return reshape(scatter_checked(all.x, all.axis, all.index, src), x.shape());
}

Tensor scatter_add(const Tensor& x, Axis axis, const Tensor& index, const Tensor& src) {
  const Arguments all = arguments("scatter_add", x, axis, index, src);
  return reshape(scatter_add_checked(all.x, all.axis, all.index, all.src), x.shape());
}

Tensor scatter_add(const Tensor& src, Axis axis, const Tensor& index, const Shape& shape) {
  check_defined("scatter_add", src, "src");
  checked_elements(shape, "scatter_add");
  Arguments all;
  check_index("scatter_add", all, shape, axis, index);
  check_src("scatter_add", all, src);
  return reshape(scatter_into_zeros(all.src, all.axis, all.index, shape.rank() == 0 ? Shape{1} : shape), shape);
}

Tensor scatter_reduce(const Tensor& x, Axis axis, const Tensor& index, const Tensor& src, Reduce reduce, bool include_self) {
  const Arguments all = arguments("scatter_reduce", x, axis, index, src);
  detail::positions_along("scatter_reduce", "the index", all.index, all.x.shape(), all.axis);
  return reshape(detail::scatter_reduce_checked(all.x, all.axis, all.index, all.src, reduce, include_self), x.shape());
}

}  // namespace gradus
