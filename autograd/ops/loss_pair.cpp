// Losses of one number against its target, declared in loss.h: one pass forward and one backward.
#include <gradus/autograd/kernels/axes/loss.h>

#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/blend.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/losses.h>
#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using detail::MeanOver;
using kernels::PairLoss;

// One number against its target, times `scale`.
struct PairwiseLoss final : Op, detail::Described {
  std::string_view name() const override { return what; }
  void describe(detail::OpOptions& o) const override { o("reduction", detail::name_of(reduction))("delta", rule.delta)("factor", factor); }
  const char* what;
  kernels::PairRule rule;
  Reduction reduction;
  double scale, factor;   // by which the result is multiplied, and what of it is no mean
  PairwiseLoss(const char* what, const kernels::PairRule& rule, Reduction reduction, double scale)
      : what(what), rule(rule), reduction(reduction), scale(scale), factor(scale) {}

  Array forward(const Tensor& x, const Tensor& target) {
    const Tensor a = x.contiguous(), t = target.contiguous();
    save(a, t);
    if (reduction == Reduction::none) return kernels::loss_each(a.value(), t.value(), rule, scale);
    if (reduction == Reduction::mean) scale /= static_cast<double>(a.size());
    return kernels::loss_sum(a.value(), t.value(), rule, scale);
  }
  Grads backward(Tensor g) override {
    const auto [x, t] = saved<2>();
    if (!recording()) {
      auto [dx, dt] = kernels::loss_backward(x.value(), t.value(), g.value().as_contiguous(), scale, rule, needs(0), needs(1));
      return {dx, dt};
    }
    const Tensor outer = g * scale;
    if (rule.loss == PairLoss::logistic)
      return {needs(0) ? (sigmoid(x) - t) * outer : Tensor{}, needs(1) ? -detail::possible(outer, x) * outer : Tensor{}};
    if (rule.loss == PairLoss::likelihood)
      return {needs(0) ? (x - t) / clamp_min(x * (1 - x), 1e-12) * outer : Tensor{},
              needs(1) ? (clamp_min(log1p(-x), -100) - clamp_min(log(x), -100)) * outer : Tensor{}};
    const Tensor slope = slope_of(x - t) * outer;
    return {needs(0) ? slope : Tensor{}, needs(1) ? -slope : Tensor{}};
  }
  Tensor slope_of(const Tensor& difference) const {
    if (rule.loss == PairLoss::squared) return difference * 2;
    return rule.loss == PairLoss::absolute ? sign(difference) : clamp(difference, -rule.delta, rule.delta);
  }
};

struct Weighing {
  const Tensor& by;
  detail::MeanOver over = detail::MeanOver::weights;
};

Tensor pairwise(const char* name, const Tensor& x, const Tensor& target, const kernels::PairRule& rule, Reduction reduction,
                const Weighing& weight, double scale = 1) {
  detail::check_pair(name, x, target);
  if (!weight.by.defined()) return record(PairwiseLoss(name, rule, reduction, scale), x, target);
  return detail::reduced(name, record(PairwiseLoss(name, rule, Reduction::none, scale), x, target), reduction, weight.by, weight.over);
}

void check_probabilities(const char* op, const Tensor& p, const char* what) {
  if (!p.defined() || !computes_in(p.dtype())) return;   // refused elsewhere
  const Tensor x = p.detach(), wrong = logical_not(logical_and(x >= 0, x <= 1));
  if (any(wrong).item() == 0) return;
  const std::int64_t at = static_cast<std::int64_t>(argmax(flatten(wrong.to(i64))).item());
  fail<ValueError>(op, ": ", what, " ", flatten(x).value().at({at}), " at ", detail::coordinates(at, x.shape()),
                   " is no probability: it must lie in [0, 1]");
}

}  // namespace

Tensor mse_loss(const Tensor& x, const Tensor& target, const LossOptions& o) {
  return pairwise("mse_loss", x, target, {PairLoss::squared}, o.reduction, {o.weight});
}

Tensor l1_loss(const Tensor& x, const Tensor& target, const LossOptions& o) {
  return pairwise("l1_loss", x, target, {PairLoss::absolute}, o.reduction, {o.weight});
}

Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, const SmoothL1Options& o) {
  check_options("smooth_l1_loss", o);
  if (o.beta == 0) return pairwise("smooth_l1_loss", x, target, {PairLoss::absolute}, o.reduction, {o.weight});
  return pairwise("smooth_l1_loss", x, target, {PairLoss::huber, o.beta}, o.reduction, {o.weight}, 1 / o.beta);
}

Tensor huber_loss(const Tensor& x, const Tensor& target, const HuberOptions& o) {
  check_options("huber_loss", o);
  return pairwise("huber_loss", x, target, {PairLoss::huber, o.delta}, o.reduction, {o.weight, MeanOver::number});
}

Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const LossOptions& o) {
  detail::check_pair("binary_cross_entropy", x, target);
  check_probabilities("binary_cross_entropy", x, "x");
  check_probabilities("binary_cross_entropy", target, "the target");
  return pairwise("binary_cross_entropy", x, target, {PairLoss::likelihood}, o.reduction, {o.weight, MeanOver::number});
}

Tensor bce_with_logits(const Tensor& x, const Tensor& target, const BCEWithLogitsOptions& o) {
  const char* name = "bce_with_logits";
  if (!o.pos_weight.defined()) return pairwise(name, x, target, {PairLoss::logistic}, o.reduction, {o.weight, MeanOver::number});
  detail::check_pair(name, x, target);
  const Tensor more = detail::weighed(name, target, o.pos_weight) - target;   // (w − 1)·t
  const Tensor losses = (1 - target) * x - (more + 1) * logsigmoid(x);
  return detail::reduced(name, losses, o.reduction, o.weight, MeanOver::number);
}

}  // namespace gradus
