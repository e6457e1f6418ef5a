#include <gradus/autograd/ops/loss.h>

#include <limits>

#include <gradus/autograd/kernels/axes/loss.h>
#include <gradus/autograd/kernels/axes/reduce.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using kernels::PairLoss;

struct CrossEntropy final : Op {
  std::string_view name() const override { return "cross_entropy"; }
  kernels::CrossEntropyRule rule;
  Reduction reduction;
  double scale;   // 1 / the number of rows that count, for a mean
  CrossEntropy(const CrossEntropyOptions& o, double scale)
      : rule{o.ignore_index, o.label_smoothing}, reduction(o.reduction), scale(scale) {}

  Array forward(const Tensor& logits, const Tensor& label) {
    const Tensor x = logits.contiguous();
    auto [losses, log_sums] = kernels::cross_entropy(x.value(), label.value(), rule);
    save(x, label, Tensor(log_sums));
    if (reduction == Reduction::none) return losses;
    const Array total = kernels::sum(losses, 1);
    return Array::scalar(total.item() * scale, x.dtype());
  }
  Grads backward(Tensor g) override {
    const auto [x, label, log_sums] = saved<3>();
    if (!recording())
      return {kernels::cross_entropy_backward(x.value(), label.value(), log_sums.value(), g.value().expand({x.dim(0)}), scale, rule),
              Tensor{}};
    const Tensor ignored = unsqueeze(label, 1) == static_cast<double>(rule.ignore_index);   // rows that may hold anything
    const Tensor distance = softmax(where(ignored, 0.0, x)) - Tensor(targets(label.value(), x.value()));
    return {where(ignored, 0.0, distance * ((g.rank() ? unsqueeze(g, 1) : g) * scale)), Tensor{}};
  }

  // [N, C]: the distribution that each row should have.
  Array targets(const Array& label, const Array& x) const {
    const std::int64_t classes = x.dim(1);
    Array target = Array::full(x.shape(), rule.smoothing / static_cast<double>(classes), x.dtype());
    const std::int64_t* labels = label.data<std::int64_t>();
    visit_floating(x.dtype(), name(), [&]<class T>(T) {
      T* t = target.mutable_data<T>();
      for (std::int64_t i = 0; i < label.size(); ++i)
        if (labels[i] != rule.ignore_index) t[i * classes + labels[i]] += static_cast<T>(1 - rule.smoothing);
    });
    return target;
  }
};

// x, but 0 where an infinite one meets no gradient: 0·∞.
Tensor seen(const Tensor& x, const Tensor& g) {
  return where(logical_and(g == 0, abs(x) == std::numeric_limits<double>::infinity()), 0.0, x);
}

// mse_loss and bce_with_logits: one number against its target.
struct PairwiseLoss final : Op {
  std::string_view name() const override { return loss == PairLoss::squared ? "mse_loss" : "bce_with_logits"; }
  PairLoss loss;
  Reduction reduction;
  double scale = 1;
  PairwiseLoss(PairLoss loss, Reduction reduction) : loss(loss), reduction(reduction) {}

  Array forward(const Tensor& x, const Tensor& target) {
    const Tensor a = x.contiguous(), t = target.contiguous();
    save(a, t);
    if (reduction == Reduction::none) return kernels::loss_each(a.value(), t.value(), loss);
    if (reduction == Reduction::mean) scale = 1 / static_cast<double>(a.size());
    return kernels::loss_sum(a.value(), t.value(), loss, scale);
  }
  Grads backward(Tensor g) override {
    const auto [x, t] = saved<2>();
    if (!recording()) {
      auto [dx, dt] = kernels::loss_backward(x.value(), t.value(), g.value().as_contiguous(), scale, loss, needs(0), needs(1));
      return {dx, dt};
    }
    const Tensor outer = g * scale;
    if (loss == PairLoss::squared) {
      const Tensor slope = (x - t) * (outer * 2);
      return {needs(0) ? slope : Tensor{}, needs(1) ? -slope : Tensor{}};
    }
    return {needs(0) ? (sigmoid(x) - t) * outer : Tensor{}, needs(1) ? -seen(x, outer) * outer : Tensor{}};
  }
};

Tensor pairwise(const Tensor& x, const Tensor& target, PairLoss loss, Reduction reduction) {
  const PairwiseLoss op(loss, reduction);
  check_defined(op.name(), x);
  check_defined(op.name(), target, "target");
  check_computes_in(x.dtype(), op.name());
  check<DtypeError>(x.dtype() == target.dtype(), op.name(), ": x is ", x.dtype(), " but the target is ", target.dtype(),
                    "; convert with target.to(", x.dtype(), ")");
  check<ShapeError>(x.shape() == target.shape(), op.name(), ": shapes must be equal: x ", x.shape(), ", target ", target.shape());
  check<ValueError>(reduction != Reduction::mean || x.size() > 0, op.name(), ": the mean of nothing: x ", x.shape());
  return record(PairwiseLoss(loss, reduction), x, target);
}

// Checks all labels and returns how many rows count.
std::int64_t check_labels(const Array& label, std::int64_t classes, std::int64_t ignore_index) {
  const auto labels = label.span<std::int64_t>();
  std::int64_t count = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == ignore_index) continue;
    if (labels[i] < 0 || labels[i] >= classes) [[unlikely]]
      fail<ValueError>("cross_entropy: label ", labels[i], " in row ", i, " is out of range for ", classes, " classes",
                       labels[i] == classes ? " (labels count from 0)" : "");
    ++count;
  }
  return count;
}

}  // namespace

Tensor cross_entropy(const Tensor& logits, const Tensor& label, const CrossEntropyOptions& options) {
  check_defined("cross_entropy", logits, "logits");
  check_defined("cross_entropy", label, "label");
  check_computes_in(logits.dtype(), "cross_entropy");
  check<ShapeError>(logits.rank() == 2, "cross_entropy: logits must be [N, C], not ", logits.shape());
  const Array labels = detail::positions("cross_entropy", "labels", label);
  check<ShapeError>(label.rank() == 1 && label.dim(0) == logits.dim(0), "cross_entropy: one label for each row: logits ", logits.shape(),
                    ", label ", label.shape());
  check_options("cross_entropy", options);
  const bool mean = options.reduction == Reduction::mean;
  check<ValueError>(!mean || logits.dim(0) > 0, "cross_entropy: the mean over an empty batch: logits ", logits.shape());
  const std::int64_t count = check_labels(labels, logits.dim(1), options.ignore_index);
  return record(CrossEntropy(options, mean ? 1 / static_cast<double>(count) : 1), logits, Tensor(labels));
}

Tensor mse_loss(const Tensor& x, const Tensor& target, const LossOptions& options) {
  return pairwise(x, target, PairLoss::squared, options.reduction);
}
Tensor bce_with_logits(const Tensor& x, const Tensor& target, const LossOptions& options) {
  return pairwise(x, target, PairLoss::logistic, options.reduction);
}

}  // namespace gradus
