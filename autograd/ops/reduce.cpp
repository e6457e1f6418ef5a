#include <gradus/autograd/ops/reduce.h>

#include <limits>
#include <utility>

#include <gradus/autograd/kernels/axes/reduce.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/linear_scan.h>
#include <gradus/autograd/ops/internal/reducing.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using detail::AxisSet, detail::axis_set, detail::reduced, detail::with_ones;

// The sum over `axes` times `factor` (1 for a sum, 1/n for a mean). Its gradient is a view: g, repeated.
struct Sum final : Op, detail::Described {
  std::string_view name() const override { return mean ? "mean" : "sum"; }
  void describe(detail::OpOptions& o) const override { o("axes", detail::positions_of(axes))("keepdim", keepdim); }
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
    return kept.reshape(reduced(before, axes, keepdim));
  }
  Grads backward(Tensor g) override {
    if (before.elements() == 0) return {expand(reshape(g, with_ones(before, axes)), before)};
    const Tensor scaled = mean ? g * factor() : g;
    return {expand(reshape(scaled, with_ones(before, axes)), before)};
  }
  Tensor tangent(std::span<const Tensor> vs) override { return record(Sum(axes, keepdim, mean), vs[0]); }
};

struct NanSum final : Op, detail::Described {
  std::string_view name() const override { return "nansum"; }
  void describe(detail::OpOptions& o) const override { o("axes", detail::positions_of(axes))("keepdim", keepdim); }
  AxisSet axes;
  bool keepdim;
  Tensor numbers;   // which elements are numbers, if that is known
  NanSum(AxisSet axes, bool keepdim, Tensor numbers = {}) : axes(axes), keepdim(keepdim), numbers(std::move(numbers)) {}
  Array forward(const Tensor& x) {
    if (tracked()) save(numbers.defined() ? numbers : x.detach() == x.detach());
    return kernels::sum(x.value(), axes, kernels::Summand::number).reshape(reduced(x.shape(), axes, keepdim));
  }
  Grads backward(Tensor g) override {
    const Tensor& kept = saved()[0];
    return {where(kept, reshape(g, with_ones(kept.shape(), axes)), 0.0)};
  }
  Tensor tangent(std::span<const Tensor> vs) override { return record(Sum(axes, keepdim, false), where(saved()[0], vs[0], 0.0)); }
};

// At each element the product of all others over `axes`, in differentiable functions: the products of those before and of those behind.
Tensor product_of_others(const Tensor& x, AxisSet axes) {
  if (x.size() == 0) return x;
  Shape order;
  for (const bool last : {false, true})
    for (int i = 0; i < x.rank(); ++i)
      if (static_cast<bool>(axes >> i & 1) == last) order.push_back(i);
  const Tensor moved = permute(x, order), rows = reshape(moved, {-1, detail::reduced_size(x.shape(), axes)});
  const Tensor nothing = Array::zeros(rows.shape(), x.dtype());
  const auto product = [&](bool behind) {
    return detail::linear_scan(detail::shifted(rows, 1, behind), detail::shifted(nothing, 1, behind, 1), 1, behind);
  };
  return permute(reshape(product(false) * product(true), moved.shape()), kernels::inverse_of(order));
}

struct Prod final : Op, detail::Described {
  std::string_view name() const override { return "prod"; }
  void describe(detail::OpOptions& o) const override { o("axes", detail::positions_of(axes))("keepdim", keepdim); }
  AxisSet axes;
  bool keepdim;
  Prod(AxisSet axes, bool keepdim) : axes(axes), keepdim(keepdim) {}
  Array forward(const Tensor& x) {
    save(x);
    return kernels::prod(x.value(), axes).reshape(reduced(x.shape(), axes, keepdim));
  }
  Grads backward(Tensor g) override {
    const Tensor& x = saved()[0];
    if (!recording()) return {kernels::prod_backward(x.value(), axes, g.value())};
    return {product_of_others(x, axes) * reshape(g, with_ones(x.shape(), axes))};
  }
};

struct LogSumExp final : Op, detail::Described {
  std::string_view name() const override { return "logsumexp"; }
  void describe(detail::OpOptions& o) const override { o("axes", detail::positions_of(axes))("keepdim", keepdim); }
  AxisSet axes;
  bool keepdim;
  LogSumExp(AxisSet axes, bool keepdim) : axes(axes), keepdim(keepdim) {}
  Array forward(const Tensor& x) {
    save(x);
    save_output();
    return kernels::logsumexp(x.value(), axes).reshape(reduced(x.shape(), axes, keepdim));
  }
  Grads backward(Tensor g) override {
    const Tensor& x = saved()[0];
    const Shape kept = with_ones(x.shape(), axes);
    const Tensor y = reshape(output(), kept), shift = where(y == -std::numeric_limits<double>::infinity(), 0.0, y);   // exp(−∞) is 0
    return {exp(x - shift) * reshape(g, kept)};
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

}  // namespace

Tensor sum(const Tensor& x) { return sum(x, Axes()); }
Tensor sum(const Tensor& x, const Axes& axes, bool keepdim) { return record(Sum(axis_set(axes, x, "sum"), keepdim, false), x); }
Tensor mean(const Tensor& x) { return mean(x, Axes()); }
Tensor mean(const Tensor& x, const Axes& axes, bool keepdim) {
  const AxisSet set = axis_set(axes, x, "mean");
  check_computes_in(x.dtype(), "mean");
  return record(Sum(set, keepdim, true), x);
}

Tensor nansum(const Tensor& x) { return nansum(x, Axes()); }
Tensor nansum(const Tensor& x, const Axes& axes, bool keepdim) {
  const AxisSet set = axis_set(axes, x, "nansum");
  if (!is_floating(x.dtype())) return sum(x, axes, keepdim);
  return record(NanSum(set, keepdim), x);
}
Tensor nanmean(const Tensor& x) { return nanmean(x, Axes()); }
Tensor nanmean(const Tensor& x, const Axes& axes, bool keepdim) {
  const AxisSet set = axis_set(axes, x, "nanmean");
  check_computes_in(x.dtype(), "nanmean");
  const Tensor numbers = x.detach() == x.detach();
  return record(NanSum(set, keepdim, numbers), x) / sum(numbers, axes, keepdim).to(x.dtype());
}

Tensor prod(const Tensor& x) { return prod(x, Axes()); }
Tensor prod(const Tensor& x, const Axes& axes, bool keepdim) { return record(Prod(axis_set(axes, x, "prod"), keepdim), x); }

Tensor logsumexp(const Tensor& x) { return logsumexp(x, Axes()); }
Tensor logsumexp(const Tensor& x, const Axes& axes, bool keepdim) {
  const AxisSet set = axis_set(axes, x, "logsumexp");
  check_computes_in(x.dtype(), "logsumexp");
  return record(LogSumExp(set, keepdim), x);
}

Tensor count_nonzero(const Tensor& x) { return count_nonzero(x, Axes()); }
Tensor count_nonzero(const Tensor& x, const Axes& axes) {
  const AxisSet set = axis_set(axes, x, "count_nonzero");
  return detail::told("count_nonzero", {&x}, kernels::sum(x.value().to(boolean), set).reshape(detail::without(x.shape(), set)),
                      {{"axes", static_cast<double>(set)}, {"keepdim", 0}});
}

// Truth values have no "none of them": the largest of no elements is false.
Tensor any(const Tensor& x) { return any(x, Axes()); }
Tensor any(const Tensor& x, const Axes& axes, bool keepdim) {
  const AxisSet set = axis_set(axes, x, "any");
  const Array truth = x.value().to(boolean);
  const Array kept = truth.size() == 0 ? Array::zeros(with_ones(x.shape(), set), boolean) : kernels::max(truth, set);
  return detail::told("any", {&x}, kept.reshape(reduced(x.shape(), set, keepdim)),
                      {{"axes", static_cast<double>(set)}, {"keepdim", static_cast<double>(keepdim)}});
}
Tensor all(const Tensor& x) { return all(x, Axes()); }
Tensor all(const Tensor& x, const Axes& axes, bool keepdim) {
  axis_set(axes, x, "all");
  return logical_not(any(logical_not(x.detach()), axes, keepdim));
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
