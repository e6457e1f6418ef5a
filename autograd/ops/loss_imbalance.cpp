#include <gradus/autograd/ops/loss_imbalance.h>

#include <vector>

#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/losses.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>

namespace gradus {
namespace {

// miss^γ·loss; where nothing is missed it is 0, with slope 0 for γ < 1, too.
Tensor focused(const Tensor& miss, double gamma, const Tensor& loss) {
  if (gamma == 0) return loss;
  const Tensor none = miss == 0;
  return where(none, 0.0, pow(where(none, 1.0, miss), gamma) * loss);
}

}  // namespace

Tensor sigmoid_focal_loss(const Tensor& x, const Tensor& target, const SigmoidFocalOptions& o) {
  detail::check_pair("sigmoid_focal_loss", x, target);
  check_options("sigmoid_focal_loss", o);
  const Tensor miss = (1 - target) * sigmoid(x) + target * sigmoid(-x);
  Tensor each = focused(miss, o.gamma, bce_with_logits(x, target, Reduction::none));
  if (o.alpha >= 0) each = each * ((1 - o.alpha) + (2 * o.alpha - 1) * target);
  return detail::reduced("sigmoid_focal_loss", each, o.reduction, o.weight);
}

Tensor softmax_focal_loss(const Tensor& logits, const Tensor& label, const SoftmaxFocalOptions& o) {
  const char* name = "softmax_focal_loss";
  check_defined(name, logits, "logits");
  check_defined(name, label, "label");
  check_computes_in(logits.dtype(), name);
  check_options(name, o);
  const detail::Labels labels = detail::labels_of(name, logits, label, o.ignore_index);
  const Tensor seen = labels.ignored.defined() ? where(unsqueeze(labels.ignored, labels.axis), 0.0, logits) : logits;
  const Tensor log_p = detail::at_labels(log_softmax(seen, labels.axis), labels);
  return detail::reduced(name, focused(-expm1(log_p), o.gamma, -log_p), logits, labels, {o.weight, o.sample_weight}, o.reduction);
}

Tensor dice_loss(const Tensor& x, const Tensor& target, const DiceOptions& o) {
  detail::check_pair("dice_loss", x, target);
  check_options("dice_loss", o);
  check<ShapeError>(x.rank() >= 3, "dice_loss: takes [N, C, d1, ...], not ", x.shape());
  std::vector<int> places;
  for (int i = 2; i < x.rank(); ++i) places.push_back(i);
  const auto area = [&](const Tensor& p) { return sum(o.squared ? square(p) : p, places); };
  const Tensor overlap = 2 * sum(x * target, places) + o.smooth;
  return detail::reduced("dice_loss", 1 - overlap / (area(x) + area(target) + o.smooth), o.reduction, o.weight);
}

}  // namespace gradus
