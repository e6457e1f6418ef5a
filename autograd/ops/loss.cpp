#include <gradus/autograd/ops/loss.h>

#include <algorithm>

#include <gradus/autograd/kernels/axes/loss.h>
#include <gradus/autograd/kernels/axes/reduce.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/losses.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

struct CrossEntropy final : Op, detail::Described {
  std::string_view name() const override { return "cross_entropy"; }
  void describe(detail::OpOptions& o) const override {
    o("ignore_index", rule.ignore_index)("smoothing", rule.smoothing)("reduction", detail::name_of(reduction));
  }
  kernels::CrossEntropyRule rule;
  Reduction reduction;
  double scale;   // 1 / the number of rows that count, for a mean
  CrossEntropy(const kernels::CrossEntropyRule& rule, Reduction reduction, double scale) : rule(rule), reduction(reduction), scale(scale) {}

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

// [N, C, d1, …] → [N·d1·…, C], and [C] → [1, C].
Tensor in_rows(const Tensor& x) {
  if (x.rank() == 2) return x;
  if (x.rank() == 1) return unsqueeze(x, 0);
  return reshape(movedim(x, 1, -1), {x.size() / std::max<std::int64_t>(x.dim(1), 1), x.dim(1)});
}

// −Σ t·w·log softmax of each sample, for the probabilities t of its classes.
Tensor of_probabilities(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& o) {
  const int axis = logits.rank() == 1 ? 0 : 1;
  detail::check_pair("cross_entropy", logits, target);
  const Tensor x = in_rows(logits), log_p = log_softmax(x, 1);
  Tensor t = in_rows(target);
  if (o.label_smoothing > 0) t = t * (1 - o.label_smoothing) + o.label_smoothing / static_cast<double>(x.dim(1));
  if (o.weight.defined()) {
    detail::check_class_weight("cross_entropy", logits, axis, o.weight);
    t = t * o.weight;
  }
  const Tensor losses = -sum(t * detail::possible(t, log_p), 1);
  Shape samples;
  for (int i = 0; i < logits.rank(); ++i)
    if (i != axis) samples.push_back(logits.dim(i));
  return detail::reduced("cross_entropy", reshape(losses, samples), o.reduction, o.sample_weight);
}

// With weights, or as something else than a matrix: what each sample loses, then weighed and reduced.
Tensor of_labels(const Tensor& logits, const detail::Labels& labels, const CrossEntropyOptions& o) {
  const Tensor x = in_rows(logits), given = reshape(labels.given, {x.dim(0)});
  const bool spreads = o.weight.defined() && o.label_smoothing > 0;
  const double smoothing = o.label_smoothing, classes = static_cast<double>(x.dim(1));
  const detail::LabelWeights weights{o.weight, o.sample_weight};
  Tensor each = record(CrossEntropy({o.ignore_index, spreads ? 0 : smoothing}, Reduction::none, 1), x, given);
  each = reshape(each, labels.places.shape());
  if (!spreads) return detail::reduced("cross_entropy", each, logits, labels, weights, o.reduction);
  // Smoothing weighs every class by its own factor.
  detail::check_class_weight("cross_entropy", logits, labels.axis, o.weight);
  const Tensor known = labels.ignored.defined() ? where(reshape(labels.ignored, {x.dim(0), 1}), 0.0, x) : x;
  Tensor even = reshape(-sum(log_softmax(known, 1) * o.weight, 1), labels.places.shape()) * (smoothing / classes);
  if (labels.ignored.defined()) even = where(labels.ignored, 0.0, even);
  const Tensor factor = detail::factors("cross_entropy", logits, labels, weights);
  Tensor losses = each * (1 - smoothing) * detail::factors("cross_entropy", logits, labels, {o.weight, {}}) + even;
  losses = detail::weighed("cross_entropy", losses, o.sample_weight);
  if (o.reduction == Reduction::none) return losses;
  return o.reduction == Reduction::sum ? sum(losses) : sum(losses) / sum(factor);
}

}  // namespace

Tensor cross_entropy(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options) {
  check_defined("cross_entropy", logits, "logits");
  check_defined("cross_entropy", target, "label");
  check_computes_in(logits.dtype(), "cross_entropy");
  check_options("cross_entropy", options);
  if (is_floating(target.dtype()) && target.shape() == logits.shape()) return of_probabilities(logits, target, options);
  const detail::Labels labels = detail::labels_of("cross_entropy", logits, target, options.ignore_index);
  if (options.weight.defined() || options.sample_weight.defined() || (logits.rank() != 2 && options.reduction == Reduction::none))
    return of_labels(logits, labels, options);
  const double scale = options.reduction == Reduction::mean ? 1 / static_cast<double>(labels.count) : 1;
  const Tensor x = in_rows(logits), given = x.rank() == logits.rank() ? labels.given : reshape(labels.given, {x.dim(0)});
  return record(CrossEntropy({options.ignore_index, options.label_smoothing}, options.reduction, scale), x, given);
}

Tensor nll_loss(const Tensor& log_probs, const Tensor& label, const NLLOptions& options) {
  check_defined("nll_loss", log_probs, "log_probs");
  check_defined("nll_loss", label, "label");
  check_computes_in(log_probs.dtype(), "nll_loss");
  const detail::Labels labels = detail::labels_of("nll_loss", log_probs, label, options.ignore_index);
  return detail::reduced("nll_loss", -detail::at_labels(log_probs, labels), log_probs, labels, {options.weight, options.sample_weight},
                         options.reduction);
}

}  // namespace gradus
