#include <gradus/nn/losses/adaptive.h>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/scatter.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/tape/tape.h>

namespace gradus::nn {
namespace {

constexpr const char* name = "AdaptiveLogSoftmaxWithLoss";

std::vector<std::int64_t> checked(std::vector<std::int64_t> cutoffs, std::int64_t n_classes, const AdaptiveOptions& options) {
  check_options(name, options);
  std::int64_t before = 0;
  bool rise = !cutoffs.empty();
  std::string said;
  for (const std::int64_t cutoff : cutoffs) rise &= cutoff > before, before = cutoff, said += text(said.empty() ? "" : ", ", cutoff);
  check<ValueError>(rise && before < n_classes, name, ": cutoffs must rise from 1 or more to at most ", n_classes - 1, " for ", n_classes,
                    " classes, not {", said, "}");
  cutoffs.push_back(n_classes);
  return cutoffs;
}

void check_rows(const Tensor& x, std::int64_t features) {
  check_defined(name, x);
  check<ShapeError>(x.rank() == 2 && x.dim(1) == features, name, ": takes rows [N, ", features, "], not ", x.shape());
}

Tensor numbers(const std::vector<std::int64_t>& all) { return Array::from(all, {static_cast<std::int64_t>(all.size())}); }

}  // namespace

AdaptiveLogSoftmaxWithLoss::AdaptiveLogSoftmaxWithLoss(std::int64_t in_features, std::int64_t n_classes, std::vector<std::int64_t> cutoffs,
                                                       const AdaptiveOptions& options)
    : head(in_features, checked(cutoffs, n_classes, options).front() + static_cast<std::int64_t>(cutoffs.size()),
           {.bias = options.head_bias, .dtype = options.dtype, .generator = options.generator}),
      in_features_(in_features),
      cutoffs_(checked(cutoffs, n_classes, options)) {
  const LinearOptions plain{.bias = false, .dtype = options.dtype, .generator = options.generator};
  for (std::size_t i = 0; i + 1 < cutoffs_.size(); ++i) {
    const double share = std::floor(static_cast<double>(in_features) / std::pow(options.div_value, static_cast<double>(i + 1)));
    check<ValueError>(share >= 1, name, ": div_value ", options.div_value, " leaves cluster ", i, " none of ", in_features, " features");
    const auto features = static_cast<std::int64_t>(share);
    Linear fewer{in_features, features, plain}, own{features, cutoffs_[i + 1] - cutoffs_[i], plain};
    tail.push_back(Sequential<Linear, Linear>{std::move(fewer), std::move(own)});
  }
}

AdaptiveLogSoftmaxWithLoss::Result AdaptiveLogSoftmaxWithLoss::operator()(const Tensor& given, const Tensor& label) const {
  check_defined(name, given);
  check_defined(name, label, "label");
  const bool one = given.rank() == 1 && label.rank() == 0;
  const Tensor x = one ? unsqueeze(given, 0) : given;
  check_rows(x, in_features_);
  const Array labels = gradus::detail::positions(name, "labels", label);
  check<ShapeError>(one || (label.rank() == 1 && label.dim(0) == x.dim(0)), name, ": one label for each row: ", given.shape(), " and ",
                    label.shape());
  const std::int64_t shortlist = cutoffs_.front(), *each = labels.data<std::int64_t>();
  std::vector<std::int64_t> places;                                        // of each label in the head
  std::vector<std::vector<std::int64_t>> rows(tail.size()), own(tail.size());   // of each cluster
  for (std::int64_t n = 0; n < x.dim(0); ++n) {
    check<ValueError>(each[n] >= 0 && each[n] < cutoffs_.back(), name, ": label ", each[n], " in row ", n, " is out of range for ",
                      cutoffs_.back(), " classes");
    const auto cluster = static_cast<std::size_t>(std::upper_bound(cutoffs_.begin(), cutoffs_.end(), each[n]) - cutoffs_.begin());
    places.push_back(cluster == 0 ? each[n] : shortlist + static_cast<std::int64_t>(cluster) - 1);
    if (cluster > 0) rows[cluster - 1].push_back(n), own[cluster - 1].push_back(each[n] - cutoffs_[cluster - 1]);
  }
  const auto picked = [](const Tensor& scores, const std::vector<std::int64_t>& at) {
    return squeeze(gather(log_softmax(scores, 1), 1, unsqueeze(numbers(at), 1)), 1);
  };
  Tensor output = picked(head(x), places);
  for (std::size_t i = 0; i < tail.size(); ++i)
    if (!rows[i].empty()) output = index_add(output, 0, numbers(rows[i]), picked(tail[i](index_select(x, 0, numbers(rows[i]))), own[i]));
  return {one ? squeeze(output, 0) : output, -mean(output)};
}

Tensor AdaptiveLogSoftmaxWithLoss::with_tails(const Tensor& x, const Tensor& head_log_prob) const {
  std::vector<Tensor> parts{narrow(head_log_prob, 1, 0, cutoffs_.front())};
  for (std::size_t i = 0; i < tail.size(); ++i)
    parts.push_back(log_softmax(tail[i](x), 1) + narrow(head_log_prob, 1, cutoffs_.front() + static_cast<std::int64_t>(i), 1));
  return cat(parts, 1);
}

Tensor AdaptiveLogSoftmaxWithLoss::log_prob(const Tensor& x) const {
  check_rows(x, in_features_);
  return with_tails(x, log_softmax(head(x), 1));
}

Tensor AdaptiveLogSoftmaxWithLoss::predict(const Tensor& x) const {
  check_rows(x, in_features_);
  const NoGrad guard;
  const Tensor scores = head(x).detach();
  if (x.dim(0) == 0) return numbers({});
  // A class of a cluster is no more likely than the cluster, so that who is on the shortlist there is the most likely of all.
  const Tensor first = argmax(scores, 1);
  std::vector<std::int64_t> rare;
  for (std::int64_t n = 0; n < x.dim(0); ++n)
    if (first.value().at({n}) >= static_cast<double>(cutoffs_.front())) rare.push_back(n);
  if (rare.empty()) return first;
  const Tensor rows = numbers(rare);
  const Tensor all = with_tails(index_select(x.detach(), 0, rows), log_softmax(index_select(scores, 0, rows), 1));
  return index_copy(first, 0, rows, argmax(all, 1));
}

}  // namespace gradus::nn
