#include <gradus/autograd/ops/reduce.h>

#include <gradus/autograd/kernels/axes/reduce.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/ops/internal/formulas/arithmetic.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using kernels::AxisSet, kernels::with_ones;

AxisSet all_axes(const Tensor& x) { return (1u << x.rank()) - 1; }
AxisSet all_axes(const Tensor& x, const char* op) { return check_defined(op, x), all_axes(x); }

AxisSet axis_set(const Axes& axes, const Tensor& x, const char* op) {
  check_defined(op, x);
  if (axes.empty()) return all_axes(x);
  AxisSet set = 0;
  for (int given : axes) {
    const int axis = normal_axis(given, x.rank(), op);
    check<ValueError>(!(set >> axis & 1), op, ": axis ", axis, " is named twice, for shape ", x.shape());
    set |= 1u << axis;
  }
  return set;
}

Shape without(const Shape& shape, AxisSet axes) {
  Shape kept;
  for (int i = 0; i < shape.rank(); ++i)
    if (!(axes >> i & 1)) kept.push_back(shape[i]);
  return kept;
}

// The sum over `axes` times `factor` (1 for a sum, 1/n for a mean). Its gradient is a view: g, repeated.
struct Sum final : Op {
  std::string_view name() const override { return mean ? "mean" : "sum"; }
  AxisSet axes;
  bool keepdim, mean;
  Shape before;
  Sum(AxisSet axes, bool keepdim, bool mean) : axes(axes), keepdim(keepdim), mean(mean) {}
  double factor() const {
    return mean ? static_cast<double>(with_ones(before, axes).elements()) / static_cast<double>(before.elements()) : 1;
  }
  Array forward(const Tensor& x) {
    before = x.shape();
    const Array kept = mean ? kernels::mean(x.value(), axes) : kernels::sum(x.value(), axes);
    return keepdim ? kept : kept.reshape(without(before, axes));
  }
  Grads backward(Tensor g) override {
    if (before.elements() == 0) return {expand(reshape(g, with_ones(before, axes)), before)};
    const Tensor scaled = mean ? g * factor() : g;
    return {expand(reshape(scaled, with_ones(before, axes)), before)};
  }
  Tensor tangent(std::span<const Tensor> vs) override { return record(Sum(axes, keepdim, mean), vs[0]); }
};

struct Max final : Op {
  std::string_view name() const override { return "max"; }
  AxisSet axes;
  bool keepdim;
  Max(AxisSet axes, bool keepdim) : axes(axes), keepdim(keepdim) {}
  Array forward(const Tensor& x) {
    const Array kept = kernels::max(x.value(), axes);
    if (tracked()) save(Tensor(kernels::shares_of_max(x.value(), kept, axes)));
    return keepdim ? kept : kept.reshape(without(x.shape(), axes));
  }
  Grads backward(Tensor g) override {
    const Tensor& shares = saved()[0];
    return {elementwise(formulas::Portion{}, shares, reshape(g, with_ones(shares.shape(), axes)))};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    return record(Sum(axes, keepdim, false), elementwise(formulas::Portion{}, saved()[0], vs[0]));
  }
};

struct Expand final : Op {
  std::string_view name() const override { return "expand"; }
  Shape before, after;
  explicit Expand(const Shape& after) : after(after) {}
  Array forward(const Tensor& x) { return before = x.shape(), x.value().expand(after); }
  Grads backward(Tensor g) override { return {sum_to(g, before)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return expand(vs[0], after); }
};

struct SumTo final : Op {
  std::string_view name() const override { return "sum_to"; }
  Shape before, after;
  explicit SumTo(const Shape& after) : after(after) {}
  Array forward(const Tensor& x) {
    before = x.shape();
    const int more = before.rank() - after.rank();
    bool fits = more >= 0;
    AxisSet axes = fits ? (1u << more) - 1 : 0;
    for (int i = 0; fits && i < after.rank(); ++i) {
      fits = after[i] == before[more + i] || after[i] == 1;
      if (after[i] != before[more + i]) axes |= 1u << (more + i);
    }
    check<ShapeError>(fits, "sum_to: shape ", after, " does not broadcast to ", before);
    return kernels::sum(x.value(), axes).reshape(after);
  }
  Grads backward(Tensor g) override { return {expand(g, before)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return sum_to(vs[0], after); }
};

Tensor sum_over(const Tensor& x, AxisSet axes, bool keepdim) { return record(Sum(axes, keepdim, false), x); }

Tensor mean_over(const Tensor& x, AxisSet axes, bool keepdim) {
  check_computes_in(x.dtype(), "mean");
  return record(Sum(axes, keepdim, true), x);
}

void check_not_empty(const Tensor& x, AxisSet axes, const char* op) {
  for (int i = 0; i < x.rank(); ++i)
    check<ValueError>(!(axes >> i & 1) || x.dim(i) > 0, op, ": no elements to choose from along axis ", i, " of shape ", x.shape());
}

Tensor max_over(const Tensor& x, AxisSet axes, bool keepdim) {
  check_not_empty(x, axes, "max");
  return record(Max(axes, keepdim), x);
}

// Truth values have no "none of them": the largest of no elements is false.
Tensor any_over(const Tensor& x, AxisSet axes, bool keepdim) {
  const Array truth = x.value().to(boolean);
  const Array kept = truth.size() == 0 ? Array::zeros(with_ones(x.shape(), axes), boolean) : kernels::max(truth, axes);
  return keepdim ? kept : kept.reshape(without(x.shape(), axes));
}
Tensor all_over(const Tensor& x, AxisSet axes, bool keepdim) { return logical_not(any_over(logical_not(x), axes, keepdim)); }

}  // namespace

Tensor sum(const Tensor& x) { return sum_over(x, all_axes(x, "sum"), false); }
Tensor sum(const Tensor& x, const Axes& axes, bool keepdim) { return sum_over(x, axis_set(axes, x, "sum"), keepdim); }
Tensor mean(const Tensor& x) { return mean_over(x, all_axes(x, "mean"), false); }
Tensor mean(const Tensor& x, const Axes& axes, bool keepdim) { return mean_over(x, axis_set(axes, x, "mean"), keepdim); }
Tensor max(const Tensor& x) { return max_over(x, all_axes(x, "max"), false); }
Tensor max(const Tensor& x, const Axes& axes, bool keepdim) { return max_over(x, axis_set(axes, x, "max"), keepdim); }

Tensor any(const Tensor& x) { return any_over(x, all_axes(x, "any"), false); }
Tensor any(const Tensor& x, const Axes& axes, bool keepdim) { return any_over(x, axis_set(axes, x, "any"), keepdim); }
Tensor all(const Tensor& x) { return all_over(x, all_axes(x, "all"), false); }
Tensor all(const Tensor& x, const Axes& axes, bool keepdim) { return all_over(x, axis_set(axes, x, "all"), keepdim); }

Tensor argmax(const Tensor& x) {
  check_not_empty(x, all_axes(x, "argmax"), "argmax");
  return kernels::argmax(x.value().reshape({x.size()}), 0).reshape({});
}

Tensor argmax(const Tensor& x, Axis axis, bool keepdim) {
  check_defined("argmax", x);
  axis = normal_axis(axis, x.rank(), "argmax");
  check_not_empty(x, 1u << axis, "argmax");
  const Array kept = kernels::argmax(x.value(), axis);
  return keepdim ? kept : kept.squeeze(axis);
}

Tensor sum_to(const Tensor& x, const Shape& shape) {
  check_defined("sum_to", x);
  return x.shape() == shape ? x : record(SumTo(shape), x);
}
Tensor expand(const Tensor& x, const Shape& wanted) {
  check_defined("expand", x);
  Shape shape = wanted;
  const int more = shape.rank() - x.rank();
  for (int i = 0; i < shape.rank(); ++i)
    if (shape[i] == -1) {
      check<ShapeError>(i >= more, "expand: -1 keeps a size, and dimension ", i, " of ", wanted, " is new for shape ", x.shape());
      shape[i] = x.dim(i - more);
    }
  return x.shape() == shape ? x : record(Expand(shape), x);
}

}  // namespace gradus
