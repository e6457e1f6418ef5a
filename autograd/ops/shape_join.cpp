// Tensors put together.
#include <algorithm>

#include <gradus/autograd/kernels/axes/place.h>
#include <gradus/autograd/ops/internal/parts.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

struct Cat final : Op, detail::Described {
  std::string_view name() const override { return "cat"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis); }
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
      kernels::place(xs[i].value(), out, axis, ends[i] - xs[i].dim(axis), 1);
    return out;
  }
  Grads backward(Tensor g) override {
    Grads grads;
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < ends.size(); begin = ends[i++])
      grads.push_back(needs(static_cast<int>(i)) ? detail::slice_range(g, {axis, begin, ends[i], 1}) : Tensor{});
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

using List = SmallVector<Tensor, 8>;
std::span<const Tensor> span_of(const List& list) { return {list.data(), list.size()}; }

void check_list(const char* op, std::span<const Tensor> xs) {
  check<ValueError>(!xs.empty(), op, ": needs at least one tensor");
  for (std::size_t i = 0; i < xs.size(); ++i)
    if (!xs[i].defined()) [[unlikely]] check_defined(op, xs[i], text("tensor ", i));
}

Tensor join(const char* op, std::span<const Tensor> xs, Axis axis) {
  axis = normal_axis(axis, xs[0].rank(), op);
  for (std::size_t i = 1; i < xs.size(); ++i) {
    check<DtypeError>(xs[i].dtype() == xs[0].dtype(), op, ": tensor 0 is ", xs[0].dtype(), " but tensor ", i, " is ", xs[i].dtype());
    bool alike = xs[i].rank() == xs[0].rank();
    for (int d = 0; alike && d < xs[0].rank(); ++d) alike = d == axis || xs[i].dim(d) == xs[0].dim(d);
    check<ShapeError>(alike, op, ": shapes must be equal but along axis ", axis.number, ": tensor 0 is ", xs[0].shape(), ", tensor ", i,
                      " is ", xs[i].shape());
  }
  return record(Cat(axis), xs);
}

// x with at least so many dimensions, new ones of size 1 where `shape_of` puts them.
template <class F>
List at_least(std::span<const Tensor> xs, int rank, F shape_of) {
  List all;
  for (const Tensor& x : xs) all.push_back(x.rank() >= rank ? x : reshape(x, shape_of(x)));
  return all;
}

}  // namespace

Tensor cat(std::span<const Tensor> xs, Axis axis) {
  check_list("cat", xs);
  return join("cat", xs, axis);
}

Tensor stack(std::span<const Tensor> xs, Axis axis) {
  check_list("stack", xs);
  axis = normal_axis(axis, xs[0].rank() + 1, "stack");
  List layers;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    check<ShapeError>(xs[i].shape() == xs[0].shape(), "stack: shapes must be equal: tensor 0 is ", xs[0].shape(), ", tensor ", i, " is ",
                      xs[i].shape());
    layers.push_back(unsqueeze(xs[i], axis));
  }
  return join("stack", span_of(layers), axis);
}

Tensor hstack(std::span<const Tensor> xs) {
  check_list("hstack", xs);
  const List all = at_least(xs, 1, [](const Tensor&) { return Shape{1}; });
  return join("hstack", span_of(all), all[0].rank() == 1 ? 0 : 1);
}

Tensor vstack(std::span<const Tensor> xs) {
  check_list("vstack", xs);
  return join("vstack", span_of(at_least(xs, 2, [](const Tensor& x) { return Shape{1, x.size()}; })), 0);
}

Tensor dstack(std::span<const Tensor> xs) {
  check_list("dstack", xs);
  const List all = at_least(xs, 3, [](const Tensor& x) { return x.rank() == 2 ? Shape{x.dim(0), x.dim(1), 1} : Shape{1, x.size(), 1}; });
  return join("dstack", span_of(all), 2);
}

std::vector<Tensor> meshgrid(std::span<const Tensor> xs, Indexing indexing) {
  check_list("meshgrid", xs);
  const auto n = static_cast<int>(xs.size());
  check<ShapeError>(xs.size() <= Shape::max_rank, "meshgrid: at most ", Shape::max_rank, " dimensions are possible, not ", xs.size());
  Shape shape;
  for (int i = 0; i < n; ++i) {
    const Tensor& x = xs[static_cast<std::size_t>(i)];
    check<ShapeError>(x.rank() <= 1, "meshgrid: takes vectors, and tensor ", i, " is ", x.shape());
    shape.push_back(x.size());
  }
  const bool swap = indexing == Indexing::xy && n >= 2;
  std::vector<Tensor> all;
  for (int i = 0; i < n; ++i) {
    Shape line = Shape::filled(n, 1);
    line[i] = shape[i];
    const Tensor grid = expand(reshape(xs[static_cast<std::size_t>(i)], line), shape);
    all.push_back(swap ? transpose(grid, 0, 1) : grid);
  }
  return all;
}

}  // namespace gradus
