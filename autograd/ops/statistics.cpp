#include <gradus/autograd/ops/statistics.h>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/kernels/axes/sort.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/ops/internal/reducing.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using detail::AxisSet, detail::with_ones;

// {variance, mean}, or {deviation, mean}.
struct Spread final : Op, detail::Described {
  std::string_view name() const override { return root ? "std" : "var"; }
  void describe(detail::OpOptions& o) const override {
    o("axes", detail::positions_of(axes))("keepdim", keepdim)("correction", correction);
  }
  AxisSet axes;
  double correction;
  bool keepdim, root;
  Spread(AxisSet axes, double correction, bool keepdim, bool root) : axes(axes), correction(correction), keepdim(keepdim), root(root) {}

  std::array<Array, 2> forward(const Tensor& x) {
    save(x);
    if (root) save_output(0);
    save_output(1);
    const kernels::Spread found = kernels::variance(x.value(), axes, correction, root);
    const Shape shape = detail::reduced(x.shape(), axes, keepdim);
    return {(root ? sqrt(Tensor(found.variance)).value().to(x.dtype()) : found.variance).reshape(shape), found.mean.reshape(shape)};
  }

  Grads backward_all(std::span<Tensor> gs) override {
    const Tensor& x = saved()[0];
    const Shape kept = with_ones(x.shape(), axes);
    const auto n = static_cast<double>(detail::reduced_size(x.shape(), axes));
    Tensor all;
    if (gs[0].defined()) {
      Tensor g = reshape(gs[0], kept) * ((root ? 1 : 2) / std::max(0.0, n - correction));
      if (root) {
        const Tensor y = reshape(output(0), kept);
        g = where(y == 0, 0.0, g / where(y == 0, 1.0, y));
      }
      all = (x - reshape(output(1), kept)) * g;
    }
    if (gs[1].defined()) {
      const Tensor part = expand(reshape(gs[1], kept) * (1 / n), x.shape());
      all = all.defined() ? all + part : part;
    }
    return {all};
  }
};

std::array<Tensor, 2> spread(const char* op, const Tensor& x, const Axes& axes, double correction, bool keepdim, bool root) {
  const AxisSet set = detail::axis_set(axes, x, op);
  check_computes_in(x.dtype(), op);
  check<ValueError>(std::isfinite(correction), op, ": the correction is ", correction);
  return record(Spread(set, correction, keepdim, root), x);
}

void check_weights(const char* what, const Tensor& weights, const Tensor& rows) {
  check<ShapeError>(weights.shape() == Shape{rows.dim(1)}, "cov: ", what, " ", weights.shape(),
                    " must be a vector with one number for each of ", rows.dim(1), " observations");
  check<ValueError>(all(weights.detach() >= 0).item() != 0, "cov: ", what, " must not be negative");
}

Tensor weighted_products(const Tensor& rows, double correction, const Tensor& fweights, const Tensor& aweights) {
  Tensor w;
  if (fweights.defined()) {
    const Tensor times = detail::positions("cov", "fweights", fweights);
    check_weights("fweights", times, rows);
    w = times.to(rows.dtype());
  }
  if (aweights.defined()) {
    check<DtypeError>(aweights.dtype() == rows.dtype(), "cov: dtypes differ: ", describe(rows), " and aweights ", describe(aweights),
                      "; convert one side with b.to(", rows.dtype(), ")");
    check_weights("aweights", aweights, rows);
    w = w.defined() ? w * aweights : aweights;
  }
  const Tensor total = sum(w);
  check<ValueError>(total.item() != 0, "cov: the weights of ", rows.dim(1), " observations add up to 0");
  Tensor n = total - correction;
  if (aweights.defined() && correction != 0) n = total - correction * sum(w * aweights) / total;
  const Tensor centred = rows - sum(rows * w, 1, true) / total;
  return matmul(centred, transpose(centred * w)) / where(n <= 0, 0.0, n);
}

}  // namespace

Tensor var(const Tensor& x) { return var(x, Axes()); }
Tensor var(const Tensor& x, const Axes& axes, double correction, bool keepdim) {
  return spread("var", x, axes, correction, keepdim, false)[0];
}
Tensor std(const Tensor& x) { return spread("std", x, {}, 1, false, true)[0]; }
Tensor std(const Tensor& x, const Axes& axes, double correction, bool keepdim) {
  return spread("std", x, axes, correction, keepdim, true)[0];
}
std::array<Tensor, 2> var_mean(const Tensor& x) { return var_mean(x, Axes()); }
std::array<Tensor, 2> var_mean(const Tensor& x, const Axes& axes, double correction, bool keepdim) {
  return spread("var_mean", x, axes, correction, keepdim, false);
}
std::array<Tensor, 2> std_mean(const Tensor& x) { return std_mean(x, Axes()); }
std::array<Tensor, 2> std_mean(const Tensor& x, const Axes& axes, double correction, bool keepdim) {
  return spread("std_mean", x, axes, correction, keepdim, true);
}

Tensor cov(const Tensor& x, double correction, const Tensor& fweights, const Tensor& aweights) {
  check_defined("cov", x);
  check_computes_in(x.dtype(), "cov");
  check<ShapeError>(x.rank() == 1 || x.rank() == 2, "cov: takes one variable [observations] or several [variables, observations], not ",
                    x.shape());
  const Tensor rows = x.rank() == 1 ? unsqueeze(x, 0) : x;
  Tensor products;
  if (fweights.defined() || aweights.defined()) {
    products = weighted_products(rows, correction, fweights, aweights);
  } else {
    const Tensor centred = rows - mean(rows, 1, true);
    products = matmul(centred, transpose(centred)) / std::max(0.0, static_cast<double>(rows.dim(1)) - correction);
  }
  return x.rank() == 1 ? reshape(products, {}) : products;
}

Tensor corrcoef(const Tensor& x) {
  check_defined("corrcoef", x);
  check_computes_in(x.dtype(), "corrcoef");
  check<ShapeError>(x.rank() == 1 || x.rank() == 2,
                    "corrcoef: takes one variable [observations] or several [variables, observations], not ", x.shape());
  const Tensor rows = x.rank() == 1 ? unsqueeze(x, 0) : x, deviations = std(rows, 1, 1, true);
  const Tensor all = clamp(cov(rows) / deviations / transpose(deviations), -1, 1);
  return x.rank() == 1 ? reshape(all, {}) : all;
}

Tensor histc(const Tensor& x, std::int64_t bins, double low, double high) {
  check_defined("histc", x);
  check_computes_in(x.dtype(), "histc");
  check<ValueError>(bins >= 1, "histc: ", bins, " bins; at least one is needed");
  if (low == 0 && high == 0 && x.size() > 0) low = amin(x.detach()).item(), high = amax(x.detach()).item();
  const bool finite = std::isfinite(low) && std::isfinite(high);
  check<ValueError>(finite && low <= high, "histc: the range from ", low, " to ", high, " must be finite and in order",
                    finite ? "" : "; say which part of x to look at, histc(x, bins, low, high)");
  if (low == high) low -= 1, high += 1;
  return kernels::histogram(x.value(), bins, low, high);
}

Tensor bincount(const Tensor& x, const Tensor& weights, std::int64_t minlength) {
  check_defined("bincount", x);
  const Array at = detail::positions("bincount", "x", x);
  check<ShapeError>(x.rank() == 1, "bincount: x must be a vector, not ", x.shape(), "; flatten(x) makes one");
  check<ValueError>(minlength >= 0, "bincount: minlength is ", minlength, ", which is negative");
  std::int64_t size = minlength;
  for (const std::int64_t value : at.span<std::int64_t>()) {
    check<ValueError>(value >= 0, "bincount: x holds ", value, ", which is negative");
    size = std::max(size, value + 1);
  }
  if (weights.defined()) {
    check<ShapeError>(weights.shape() == x.shape(), "bincount: x ", x.shape(), " and weights ", weights.shape(), " must have one shape");
    check_computes_in(weights.dtype(), "bincount");
  }
  return kernels::bincount(at, weights.defined() ? weights.value() : Array(), size);
}

}  // namespace gradus
