#include <gradus/autograd/ops/loss_likelihood.h>

#include <cmath>
#include <numbers>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/blend.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/losses.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/special.h>
#include <gradus/autograd/ops/surrogate.h>
#include <gradus/autograd/tape/tape.h>

namespace gradus {

Tensor kl_div(const Tensor& x, const Tensor& target, const KLDivOptions& o) {
  detail::check_pair("kl_div", x, target);
  const Tensor each = o.log_target ? exp(target) * (target - x)
                                   : xlogy(target, target) - target * detail::possible(target, x);
  if (o.reduction != KLReduction::batchmean) {
    const Reduction reduction = o.reduction == KLReduction::mean  ? Reduction::mean
                                : o.reduction == KLReduction::sum ? Reduction::sum
                                                                  : Reduction::none;
    return detail::reduced("kl_div", each, reduction, o.weight);
  }
  const Tensor total = detail::reduced("kl_div", each, Reduction::sum, o.weight);
  return x.rank() == 0 ? total : total / static_cast<double>(x.dim(0));
}

Tensor poisson_nll_loss(const Tensor& x, const Tensor& target, const PoissonNLLOptions& o) {
  detail::check_pair("poisson_nll_loss", x, target);
  check_options("poisson_nll_loss", o);
  Tensor each = o.log_input ? exp(x) - target * detail::possible(target, x) : x - target * log(x + o.eps);
  if (o.full) {
    const Tensor large = target > 1, t = where(large, target, 1.0);
    each = each + where(large, t * log(t) - t + 0.5 * log(2 * std::numbers::pi * t), 0.0);
  }
  return detail::reduced("poisson_nll_loss", each, o.reduction, o.weight);
}

namespace {

// In a shape that broadcasts to x's.
Tensor aligned(const Tensor& variance, const Tensor& x) {
  if (variance.shape() == x.shape()) return variance;
  if (variance.rank() + 1 == x.rank()) {
    const Tensor column = unsqueeze(variance, -1);
    if (Shape shape = x.shape(); (shape[x.rank() - 1] = 1, column.shape() == shape)) return column;
  }
  int differing = 0;
  bool fits = variance.rank() == x.rank();
  for (int i = 0; fits && i < x.rank(); ++i) {
    differing += variance.dim(i) != x.dim(i);
    fits = variance.dim(i) == x.dim(i) || variance.dim(i) == 1;
  }
  check<ShapeError>(fits && differing == 1, "gaussian_nll_loss: the variance has x's shape, that without the last dimension, or with one ",
                    "of size 1: x ", x.shape(), ", variance ", variance.shape());
  return variance;
}

}  // namespace

Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& variance, const GaussianNLLOptions& o) {
  detail::check_pair("gaussian_nll_loss", x, target);
  check_defined("gaussian_nll_loss", variance, "variance");
  check<DtypeError>(variance.dtype() == x.dtype(), "gaussian_nll_loss: x is ", x.dtype(), " but the variance is ", variance.dtype());
  check_options("gaussian_nll_loss", o);
  const Tensor given = aligned(variance, x);
  if (given.size() > 0) {
    const double least = amin(given.detach()).item();
    check<ValueError>(!(least < 0), "gaussian_nll_loss: a variance is at least 0, not ", least);
  }
  const Tensor v = straight_through(clamp_min(given.detach(), o.eps), given);
  Tensor each = 0.5 * (log(v) + square(x - target) / v);
  if (o.full) each = each + 0.5 * std::log(2 * std::numbers::pi);
  return detail::reduced("gaussian_nll_loss", each, o.reduction, o.weight);
}

Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, double variance, const GaussianNLLOptions& o) {
  check_defined("gaussian_nll_loss", x);
  return gaussian_nll_loss(x, target, Tensor(Array::full(x.shape(), variance, x.dtype())), o);
}

}  // namespace gradus
