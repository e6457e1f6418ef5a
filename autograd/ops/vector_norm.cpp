// The norms of vectors, declared in reduce.h.
#include <cmath>

#include <gradus/autograd/kernels/axes/reduce.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/ops/formulas/arithmetic.h>
#include <gradus/autograd/ops/internal/reducing.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using detail::AxisSet, detail::with_ones;

struct Norm final : Op, detail::Described {
  std::string_view name() const override { return "norm"; }
  void describe(detail::OpOptions& o) const override { o("p", p)("axes", detail::positions_of(axes))("keepdim", keepdim); }
  double p;   // neither 0 nor ±∞
  AxisSet axes;
  bool keepdim;
  Norm(double p, AxisSet axes, bool keepdim) : p(p), axes(axes), keepdim(keepdim) {}
  Array forward(const Tensor& x) {
    save(x);
    save_output();
    const NoGrad constants;
    const auto sum = [&](const Array& a, kernels::Summand what) { return Tensor(kernels::sum(a, axes, what)); };
    const Tensor kept = p == 1   ? sum(x.value(), kernels::Summand::absolute)
                        : p == 2 ? sqrt(sum(x.value(), kernels::Summand::squared))
                                 : pow(sum(pow(abs(x), p).value(), kernels::Summand::itself), 1 / p);
    return kept.value().reshape(detail::reduced(x.shape(), axes, keepdim));
  }
  // sign(x)·(|x|/y)^(p − 1)·g, where neither x nor y is 0: what is raised stays in range, and masks come before the division.
  Grads backward(Tensor given) override {
    const Tensor& x = saved()[0];
    const Shape kept = with_ones(x.shape(), axes);
    const Tensor y = reshape(output(), kept), g = reshape(given, kept), not_zero = where(y == 0, 1.0, y);
    if (p == 1) return {elementwise(formulas::Portion{}, sign(x), g)};
    if (p == 2) return {x * where(y == 0, 0.0, g / not_zero)};
    const Tensor part = where(x == 0, 1.0, abs(x)) / not_zero;
    return {elementwise(formulas::Portion{}, sign(x) * pow(part, p - 1), where(y == 0, 0.0, g))};
  }
};

}  // namespace

Tensor norm(const Tensor& x, double p) { return norm(x, p, Axes()); }

Tensor norm(const Tensor& x, double p, const Axes& axes, bool keepdim) {
  const AxisSet set = detail::axis_set(axes, x, "norm");
  check_computes_in(x.dtype(), "norm");
  check<ValueError>(!std::isnan(p), "norm: p is not a number");
  if (p == 0) {
    const Tensor count = kernels::sum(x.value().to(boolean), set).to(x.dtype());
    return reshape(count, detail::reduced(x.shape(), set, keepdim));
  }
  if (p < 0 || std::isinf(p))
    for (int i = 0; i < x.rank(); ++i)
      check<ValueError>(!(set >> i & 1) || x.dim(i) > 0, "norm: there is none with p = ", p, " of no elements, along axis ", i,
                        " of shape ", x.shape());
  if (std::isinf(p)) return p > 0 ? amax(abs(x), axes, keepdim) : amin(abs(x), axes, keepdim);
  return record(Norm(p, set, keepdim), x);
}

}  // namespace gradus
