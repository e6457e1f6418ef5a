// scatter_reduce: sums and means are made of other operations, products and extremes have operations of their own.
#include <cmath>
#include <limits>

#include <gradus/autograd/kernels/axes/gather.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/ops/formulas/arithmetic.h>
#include <gradus/autograd/ops/internal/parts.h>
#include <gradus/autograd/ops/internal/scatter.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using detail::gather_checked, detail::scatter_add_checked, detail::scatter_checked, detail::slice_range;

// Of f32, f64 and i64.
Array reduced(kernels::Scatter how, const Array& x, int axis, const Array& index, const Array& src) {
  Array out = x.contiguous_copy();
  kernels::scatter(how, out, axis, index, src);
  return out;
}

// How often each place is named before.
Tensor times_before(const Tensor& index, int axis, const Shape& shape) { return kernels::uses_before(index.value(), axis, shape); }

struct ScatterProd final : Op, detail::Described {
  std::string_view name() const override { return "scatter_reduce"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis)("how", "mul"); }
  int axis;
  explicit ScatterProd(int axis) : axis(axis) {}
  Array forward(const Tensor& x, const Tensor& index, const Tensor& src) {
    save(x, index, src);
    save_output();
    return reduced(kernels::Scatter::multiply, x.value(), axis, index.value(), src.value());
  }
  Grads backward(Tensor g) override {
    const auto [x, index, src] = saved<3>();
    const Tensor y = output(), size = abs(y.detach());
    // The product of the others is y over the factor, where nothing vanished on the way.
    const double tiny = visit_floating(y.dtype(), name(), []<class T>(T) { return static_cast<double>(std::numeric_limits<T>::min()); });
    if (all((size >= tiny) && (size < std::numeric_limits<double>::infinity())).item() != 0) {
      return {needs(0) ? g * (y / x) : Tensor{}, Tensor{},
              needs(2) ? gather_checked(g, axis, index) * (gather_checked(y, axis, index) / src) : Tensor{}};
    }
    return by_tree(g, x, index, src);
  }

 private:
  // All factors of a place lie one behind the other along the axis, x first, in blocks of x's size, ones in between; halves are multiplied
  // until one block is left, and on the way back each half is multiplied by the other. Exact whatever is zero.
  Grads by_tree(const Tensor& g, const Tensor& x, const Tensor& index, const Tensor& src) const {
    const std::int64_t n = x.dim(axis);
    const Tensor before = times_before(index, axis, x.shape());
    const std::int64_t most = before.size() == 0 ? 0 : static_cast<std::int64_t>(max(before).item()) + 1;
    std::int64_t blocks = 1;
    while (blocks < most + 1) blocks *= 2;
    Shape rest = x.shape();
    rest[axis] = (blocks - 1) * n;
    const Tensor place = index + (before + 1) * static_cast<double>(n);
    SmallVector<Tensor, 8> levels;
    levels.push_back(scatter_checked(cat({x, Tensor(Array::full(rest, 1, x.dtype()))}, axis), axis, place, src));
    const auto half = [&](const Tensor& t, int which) {
      const std::int64_t size = t.dim(axis) / 2;
      return slice_range(t, {axis, which * size, (which + 1) * size, 1});
    };
    for (std::int64_t b = blocks; b > 1; b /= 2) levels.push_back(half(levels.back(), 0) * half(levels.back(), 1));
    Tensor others = g;
    for (std::size_t level = levels.size() - 1; level-- > 0;)
      others = cat({others * half(levels[level], 1), others * half(levels[level], 0)}, axis);
    return {needs(0) ? slice_range(others, {axis, 0, n, 1}) : Tensor{}, Tensor{},
            needs(2) ? gather_checked(others, axis, place) : Tensor{}};
  }
};

struct ScatterExtreme final : Op, detail::Described {
  std::string_view name() const override { return "scatter_reduce"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis)("how", largest ? "max" : "min")("include_self", include_self); }
  int axis;
  bool largest, include_self;
  Shape shape;
  ScatterExtreme(int axis, bool largest, bool include_self) : axis(axis), largest(largest), include_self(include_self) {}
  Array forward(const Tensor& x, const Tensor& index, const Tensor& src) {
    shape = x.shape();
    const Array from = include_self ? x.value() : scatter_checked(x.detach(), axis, index, lowest(x, index)).value();
    const Array y = reduced(largest ? kernels::Scatter::maximum : kernels::Scatter::minimum, from, axis, index.value(), src.value());
    if (tracked()) save_shares(Tensor(from), index, src.detach(), Tensor(y));
    return y;
  }
  Grads backward(Tensor g) override {
    const auto [index, x_share, src_share] = saved<3>();
    return {needs(0) ? elementwise(formulas::Portion{}, x_share, g) : Tensor{}, Tensor{},
            needs(2) ? elementwise(formulas::Portion{}, src_share, gather_checked(g, axis, index)) : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const auto [index, x_share, src_share] = saved<3>();
    const Tensor from = needs(0) ? elementwise(formulas::Portion{}, x_share, vs[0]) : Tensor(Array::zeros(shape, vs[2].dtype()));
    return needs(2) ? scatter_add_checked(from, axis, index, elementwise(formulas::Portion{}, src_share, vs[2])) : from;
  }

 private:
  Tensor lowest(const Tensor& x, const Tensor& index) const {
    using Whole = std::numeric_limits<std::int64_t>;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const Array value = x.dtype() == i64 ? Array::from({largest ? Whole::min() : Whole::max()}, {})
                                         : Array::full({}, largest ? -infinity : infinity, x.dtype());
    return value.expand(index.shape());
  }
  // Each of those that are the result gets an equal part.
  void save_shares(const Tensor& x, const Tensor& index, const Tensor& src, const Tensor& y) {
    const auto is_result = [](const Tensor& a, const Tensor& b) { return (a == b) || ((a != a) && (b != b)); };
    Tensor self = is_result(x, y);
    if (!include_self) self = scatter_checked(self, axis, index, Tensor(Array::zeros({}, boolean).expand(index.shape())));
    const Tensor self_counts = self.to(y.dtype()), src_counts = is_result(src, gather_checked(y, axis, index)).to(y.dtype());
    const Tensor share = 1 / scatter_add_checked(self_counts, axis, index, src_counts);
    save(index, self_counts * share, src_counts * gather_checked(share, axis, index));
  }
};

}  // namespace

Tensor detail::scatter_reduce_checked(const Tensor& x, int axis, const Tensor& index, const Tensor& src, Reduce reduce, bool include_self) {
  const Dtype dtype = worked_in(x.dtype());
  if (dtype != x.dtype()) return scatter_reduce_checked(x.to(dtype), axis, index, src.to(dtype), reduce, include_self).to(x.dtype());
  const bool extreme = reduce == Reduce::amax || reduce == Reduce::amin;
  if (extreme) return record(ScatterExtreme(axis, reduce == Reduce::amax, include_self), x, index, src);
  const auto number = [&](double value) { return Tensor(Array::full({}, value, dtype).expand(index.shape())); };
  const Tensor from = include_self ? x : scatter_checked(x, axis, index, number(reduce == Reduce::prod ? 1 : 0));
  if (reduce == Reduce::prod) return record(ScatterProd(axis), from, index, src);
  const Tensor sums = scatter_add_checked(from, axis, index, src);
  if (reduce == Reduce::sum) return sums;
  const Tensor one = Array::full(x.shape(), 1, dtype);
  const Tensor counts = scatter_add_checked(include_self ? one : scatter_checked(one, axis, index, number(0)), axis, index, number(1));
  return dtype == i64 ? floor_divide(sums, counts) : sums / counts;
}

}  // namespace gradus
