#include <gradus/autograd/ops/scan.h>

#include <limits>

#include <gradus/autograd/kernels/axes/scan.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/linear_scan.h>
#include <gradus/autograd/ops/internal/pick.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

struct CumSum final : Op, detail::Described {
  std::string_view name() const override { return "cumsum"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis)("reverse", reverse); }
  int axis;
  bool reverse;
  CumSum(int axis, bool reverse) : axis(axis), reverse(reverse) {}
  Array forward(const Tensor& x) { return kernels::scan(x.value(), axis, kernels::Scan::sum, reverse); }
  Grads backward(Tensor g) override { return {record(CumSum(axis, !reverse), g)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return record(CumSum(axis, reverse), vs[0]); }
};

struct CumProd final : Op, detail::Described {
  std::string_view name() const override { return "cumprod"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis); }
  int axis;
  explicit CumProd(int axis) : axis(axis) {}
  Array forward(const Tensor& x) {
    save(x);
    save_output();
    return kernels::scan(x.value(), axis, kernels::Scan::product);
  }
  Grads backward(Tensor g) override {
    const Tensor &x = saved()[0], y = output();
    if (!recording()) return {kernels::running_product_backward(x.value(), y.value(), g.value(), axis)};
    return {detail::shifted(y, axis, false, 1) * detail::linear_scan(detail::shifted(x, axis, true), g, axis, true)};
  }
};

struct LogCumSumExp final : Op, detail::Described {
  std::string_view name() const override { return "logcumsumexp"; }
  void describe(detail::OpOptions& o) const override { o("axis", axis); }
  int axis;
  explicit LogCumSumExp(int axis) : axis(axis) {}
  Array forward(const Tensor& x) {
    save(x);
    save_output();
    return kernels::running_logsumexp(x.value(), axis);
  }
  // dx[i] = exp(x[i] − y[i])·λ[i], where λ[i] = g[i] + exp(y[i] − y[i + 1])·λ[i + 1]: no factor is larger than 1. exp(−∞) is 0.
  Grads backward(Tensor g) override {
    const Tensor &x = saved()[0], y = output();
    if (x.size() == 0) return {g};
    const Tensor shift = where(y == -std::numeric_limits<double>::infinity(), 0.0, y);
    const double most = visit_floating(x.dtype(), "logcumsumexp", []<class T>(T) { return double(std::numeric_limits<T>::max()); });
    const Tensor finite = clamp(y, -most, most);   // of two infinities the factor is 1
    const Tensor down = detail::linear_scan(exp(finite - detail::shifted(finite, axis, true)), g, axis, true);
    return {exp(x - shift) * down};
  }
};

template <class O>
Tensor along(O op, const Tensor& x) {
  return detail::of_vectors(x, [&](const Tensor& v) { return record(std::move(op), v); });
}

ValuesAndIndices running_extreme(const char* op, const Tensor& x, Axis axis, kernels::Extreme which) {
  const int at = detail::axis_of(axis, x, op);
  return detail::pick(op, x, at, false, [which](const Array& a, int i) { return kernels::running_extreme(a, i, which); });
}

struct Stretch {
  const Tensor& x;
  int axis;
  Tensor from(std::int64_t begin, std::int64_t less) const { return slice(x, axis, begin, std::max(x.dim(axis) - less, begin)); }
};

// What diff puts before or behind x, if anything.
void check_end(const char* what, const Tensor& x, const Tensor& end, int axis) {
  if (!end.defined()) return;
  check<DtypeError>(end.dtype() == x.dtype(), "diff: dtypes differ: ", describe(x), " and ", what, " ", describe(end),
                    "; convert one side with b.to(", x.dtype(), ")");
  bool fits = end.rank() == x.rank();
  for (int i = 0; fits && i < x.rank(); ++i) fits = i == axis || end.dim(i) == x.dim(i);
  check<ShapeError>(fits, "diff: ", what, " ", end.shape(), " must have the shape of x ", x.shape(), " but along axis ", axis);
}

// The areas between neighbours; dx is a number or a tensor.
Tensor areas(const char* op, const Tensor& y, Axis given, const auto& dx_along) {
  const int axis = detail::axis_of(given, y, op);
  check_computes_in(y.dtype(), op);
  check<ShapeError>(y.rank() > 0, op, ": y must have at least one dimension");
  if (y.dim(axis) == 0) return y;
  const Stretch range{y, axis};
  return (range.from(1, 0) + range.from(0, 1)) * 0.5 * dx_along(axis);
}
Tensor areas(const char* op, const Tensor& y, const Tensor& x, Axis given) {
  check_defined(op, x, "x");
  return areas(op, y, given, [&](int axis) {
    const int place = x.rank() == 1 ? 0 : axis - y.rank() + x.rank();
    check<ShapeError>(x.rank() >= 1 && place >= 0 && x.dim(place) == y.dim(axis), op, ": the places x ", x.shape(),
                      " must be as many as y ", y.shape(), " has along axis ", axis);
    const Stretch range{x, place};
    Tensor steps = range.from(1, 0) - range.from(0, 1);
    if (x.rank() == 1) {
      Shape shape = Shape::filled(y.rank() - axis, 1);
      shape[0] = steps.dim(0);
      steps = reshape(steps, shape);
    }
    return steps;
  });
}

}  // namespace

Tensor cumsum(const Tensor& x, Axis axis) { return along(CumSum(detail::axis_of(axis, x, "cumsum"), false), x); }
Tensor cumprod(const Tensor& x, Axis axis) { return along(CumProd(detail::axis_of(axis, x, "cumprod")), x); }
Tensor logcumsumexp(const Tensor& x, Axis axis) {
  const int at = detail::axis_of(axis, x, "logcumsumexp");
  check_computes_in(x.dtype(), "logcumsumexp");
  return along(LogCumSumExp(at), x);
}
ValuesAndIndices cummax(const Tensor& x, Axis axis) { return running_extreme("cummax", x, axis, kernels::Extreme::largest); }
ValuesAndIndices cummin(const Tensor& x, Axis axis) { return running_extreme("cummin", x, axis, kernels::Extreme::smallest); }

Tensor diff(const Tensor& x, std::int64_t n, Axis given, const Tensor& prepend, const Tensor& append) {
  check_defined("diff", x);
  check<ShapeError>(x.rank() > 0, "diff: x must have at least one dimension");
  const int axis = normal_axis(given, x.rank(), "diff");
  check<ValueError>(n >= 0, "diff: n is ", n, ", which is negative");
  check_end("prepend", x, prepend, axis), check_end("append", x, append, axis);
  Tensor y = x;
  if (n > 0 && (prepend.defined() || append.defined())) {
    SmallVector<Tensor, 3> parts;
    for (const Tensor& part : {prepend, x, append})
      if (part.defined()) parts.push_back(part);
    y = cat(std::span<const Tensor>(parts.data(), parts.size()), axis);
  }
  for (std::int64_t i = 0; i < n && y.dim(axis) > 0; ++i) {
    const Stretch range{y, axis};
    const Tensor later = range.from(1, 0), earlier = range.from(0, 1);
    y = y.dtype() == boolean ? logical_xor(later, earlier) : later - earlier;
  }
  return y;
}

Tensor trapezoid(const Tensor& y, double dx, Axis axis) { return sum(areas("trapezoid", y, axis, [dx](int) { return dx; }), axis); }
Tensor trapezoid(const Tensor& y, const Tensor& x, Axis axis) { return sum(areas("trapezoid", y, x, axis), axis); }
Tensor cumulative_trapezoid(const Tensor& y, double dx, Axis axis) {
  return cumsum(areas("cumulative_trapezoid", y, axis, [dx](int) { return dx; }), axis);
}
Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, Axis axis) { return cumsum(areas("cumulative_trapezoid", y, x, axis), axis); }

}  // namespace gradus
