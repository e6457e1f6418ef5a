#include <gradus/autograd/ops/loss_margin.h>

#include <algorithm>

#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/blend.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/losses.h>
#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/scatter.h>
#include <gradus/autograd/ops/shape.h>

namespace gradus {
namespace {

// [N, C] of [N, C] or [C].
void check_scores(const char* op, const Tensor& x) {
  check_defined(op, x);
  check_computes_in(x.dtype(), op);
  check<ShapeError>(x.rank() == 1 || x.rank() == 2, op, ": x must be [N, C] or [C], not ", x.shape());
}

}  // namespace

Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target, const HingeEmbeddingOptions& o) {
  const Tensor t = detail::signs("hinge_embedding_loss", x, target);
  detail::check_pair("hinge_embedding_loss", x, t);
  const Tensor each = where(t == 1, 0.0, clamp_min(o.margin - x, 0)) + where(t == -1, 0.0, x);
  return detail::reduced("hinge_embedding_loss", each, o.reduction, o.weight);
}

Tensor margin_ranking_loss(const Tensor& a, const Tensor& b, const Tensor& target, const MarginRankingOptions& o) {
  const Tensor t = detail::signs("margin_ranking_loss", a, target);
  detail::check_pair("margin_ranking_loss", a, b, "other");
  detail::check_pair("margin_ranking_loss", a, t);
  return detail::reduced("margin_ranking_loss", clamp_min(o.margin - t * (a - b), 0), o.reduction, o.weight);
}

Tensor soft_margin_loss(const Tensor& x, const Tensor& target, const LossOptions& o) {
  const Tensor t = detail::signs("soft_margin_loss", x, target);
  detail::check_pair("soft_margin_loss", x, t);
  return detail::reduced("soft_margin_loss", softplus(-(t * x)), o.reduction, o.weight);
}

Tensor multi_margin_loss(const Tensor& x, const Tensor& label, const MultiMarginOptions& o) {
  check_scores("multi_margin_loss", x);
  check_defined("multi_margin_loss", label, "label");
  check_options("multi_margin_loss", o);
  const detail::Labels labels = detail::labels_of("multi_margin_loss", x, label);
  const Tensor own = unsqueeze(labels.places, labels.axis);
  const Tensor above = relu(o.margin - gather(x, labels.axis, own) + x);
  const Tensor others = scatter(o.p == 2 ? square(above) : above, labels.axis, own, 0.0);
  Tensor each = mean(others, labels.axis);
  if (o.weight.defined()) each = each * detail::factors("multi_margin_loss", x, labels, {o.weight, {}});
  return detail::reduced("multi_margin_loss", each, o.reduction, o.sample_weight);
}

Tensor multilabel_margin_loss(const Tensor& x, const Tensor& labels, const LossOptions& o) {
  check_scores("multilabel_margin_loss", x);
  check_defined("multilabel_margin_loss", labels, "labels");
  const Array given = detail::positions("multilabel_margin_loss", "labels", labels);
  check<ShapeError>(given.shape() == x.shape(), "multilabel_margin_loss: labels in x's shape, -1 behind the last one: x ", x.shape(),
                    ", labels ", given.shape());
  const std::int64_t classes = x.dim(-1), rows = x.rank() == 1 ? 1 : x.dim(0);
  // Which classes are labels; the labels before −1 in the first columns, and which of those there are.
  Array is_label = Array::zeros({rows, classes}, boolean), places = Array::zeros({rows, classes}, i64), counts = is_label;
  std::int64_t most = 0;
  for (std::int64_t n = 0; n < rows; ++n)
    for (std::int64_t k = 0; k < classes; ++k) {
      const std::int64_t label = given.data<std::int64_t>()[n * classes + k];
      if (label == -1) break;
      check<ValueError>(label >= 0 && label < classes, "multilabel_margin_loss: label ", label, " in row ", n, " is out of range for ",
                        classes, " classes");
      is_label.mutable_data<bool>()[n * classes + label] = true;
      places.mutable_data<std::int64_t>()[n * classes + k] = label;
      counts.mutable_data<bool>()[n * classes + k] = true;
      most = std::max(most, k + 1);
    }
  const Tensor scores = reshape(x, {rows, classes}), columns = slice(Tensor(places), 1, 0, most), there = slice(Tensor(counts), 1, 0, most);
  const Tensor above = relu(1 - unsqueeze(gather(scores, 1, columns), 2) + unsqueeze(scores, 1));   // [N, labels, C]
  const Tensor counted = logical_and(unsqueeze(there, 2), logical_not(unsqueeze(Tensor(is_label), 1)));
  const Tensor each = sum(where(counted, above, 0.0), {1, 2}) / static_cast<double>(classes);
  return detail::reduced("multilabel_margin_loss", x.rank() == 1 ? squeeze(each, 0) : each, o.reduction, o.weight);
}

Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target, const MultiLabelSoftMarginOptions& o) {
  const char* name = "multilabel_soft_margin_loss";
  detail::check_pair(name, x, target);
  check<ShapeError>(x.rank() >= 1, name, ": x must be [..., C], not ", x.shape());
  if (o.weight.defined()) detail::check_class_weight(name, x, x.rank() - 1, o.weight);
  const Tensor each = detail::weighed(name, bce_with_logits(x, target, Reduction::none), o.weight);
  return detail::reduced(name, mean(each, -1), o.reduction, o.sample_weight);
}

}  // namespace gradus
