#include <gradus/autograd/ops/internal/losses.h>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/internal/positions.h>
#include <gradus/autograd/ops/internal/reducing.h>
#include <gradus/autograd/ops/internal/written_down.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/tape.h>

namespace gradus::detail {
namespace {

bool broadcasts_to(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  for (int i = 1; i <= from.rank(); ++i)
    if (from[from.rank() - i] != 1 && from[from.rank() - i] != to[to.rank() - i]) return false;
  return true;
}

void check_weight_dtype(std::string_view op, const Tensor& x, const Tensor& weight) {
  check<DtypeError>(weight.dtype() == x.dtype(), op, ": x is ", x.dtype(), " but the weights are ", weight.dtype(),
                    "; convert with weights.to(", x.dtype(), ")");
}

[[noreturn]] void refuse_label(std::string_view op, const Array& labels, std::int64_t at, std::int64_t classes) {
  const std::int64_t label = labels.data<std::int64_t>()[at];
  const std::string place = labels.rank() == 0   ? ""
                            : labels.rank() == 1 ? text(" in row ", at)
                                                 : text(" at ", coordinates(at, labels.shape()));
  fail<ValueError>(op, ": label ", label, place, " is out of range for ", classes, " classes",
                   label == classes ? " (labels count from 0)" : "");
}

}  // namespace

const char* name_of(Reduction reduction) {
  return reduction == Reduction::none ? "none" : reduction == Reduction::sum ? "sum" : "mean";
}

void check_pair(std::string_view op, const Tensor& x, const Tensor& target, std::string_view what) {
  check_defined(op, x);
  check_defined(op, target, what);
  check_computes_in(x.dtype(), op);
  if (x.dtype() != target.dtype()) [[unlikely]] {
    check<DtypeError>(what != "target", op, ": x is ", x.dtype(), " but the target is ", target.dtype(), "; convert with target.to(",
                      x.dtype(), ")");
    fail<DtypeError>(op, ": x is ", x.dtype(), " but the ", what, " is ", target.dtype());
  }
  check<ShapeError>(x.shape() == target.shape(), op, ": shapes must be equal: x ", x.shape(), ", ", what, " ", target.shape());
}

Tensor signs(std::string_view op, const Tensor& x, const Tensor& target) {
  check_defined(op, x);
  check_defined(op, target, "target");
  return is_integer(target.dtype()) && computes_in(x.dtype()) ? target.to(x.dtype()) : target;
}

Tensor weighed(std::string_view op, const Tensor& each, const Tensor& weight) {
  if (!weight.defined()) return each;
  check_weight_dtype(op, each, weight);
  check<ShapeError>(broadcasts_to(weight.shape(), each.shape()), op, ": the weight ", weight.shape(), " must broadcast to the losses ",
                    each.shape());
  return each * weight;
}

Tensor reduced(std::string_view op, const Tensor& each, Reduction reduction, const Tensor& weight, MeanOver over) {
  const Tensor losses = weighed(op, each, weight);
  if (reduction == Reduction::none) return losses;
  if (reduction == Reduction::sum) return sum(losses);
  return weight.defined() && over == MeanOver::weights ? sum(losses) / sum(expand(weight, each.shape())) : mean(losses);
}

Labels labels_of(std::string_view op, const Tensor& scores, const Tensor& label, std::int64_t ignore_index) {
  check<ShapeError>(scores.rank() >= 1, op, ": scores must be [N, C], [N, C, d1, ...] or [C], not ", scores.shape());
  const int axis = scores.rank() == 1 ? 0 : 1;
  Array labels = positions(op, "labels", label);
  check<ShapeError>(label.shape() == without(scores.shape(), AxisSet{1} << axis), op,
                    ": one label for each row: takes [N, C] and [N], [N, C, d1, ...] and [N, d1, ...], or [C] and []; not ", scores.shape(),
                    " and ", label.shape());
  const std::int64_t classes = scores.dim(axis), n = labels.size();
  const std::int64_t* each = labels.data<std::int64_t>();
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    if (each[i] == ignore_index) continue;
    if (each[i] < 0 || each[i] >= classes) [[unlikely]]
      refuse_label(op, labels, i, classes);
    ++count;
  }
  Labels found{.axis = axis, .places = labels, .ignored = {}, .given = labels, .count = count};
  if (written_down() && ignore_index != ignores_none) {
    found.ignored = found.given == static_cast<double>(ignore_index);
    found.places = where(found.ignored, Tensor(Array::zeros({}, i64)), found.given);
    return found;
  }
  if (count == n) return found;
  for (std::int64_t& i : labels.mutable_span<std::int64_t>())
    if (i == ignore_index) i = 0;
  found.places = labels;
  found.ignored = found.given == static_cast<double>(ignore_index);
  return found;
}

void check_class_weight(std::string_view op, const Tensor& scores, int axis, const Tensor& weight) {
  check_weight_dtype(op, scores, weight);
  check<ShapeError>(weight.rank() == 1 && weight.dim(0) == scores.dim(axis), op, ": the weight has a number for each class, [",
                    scores.dim(axis), "], not ", weight.shape());
}

Tensor at_labels(const Tensor& scores, const Labels& labels) {
  return squeeze(gather(scores, labels.axis, unsqueeze(labels.places, labels.axis)), labels.axis);
}

Tensor factors(std::string_view op, const Tensor& scores, const Labels& labels, const LabelWeights& weights) {
  Tensor all;
  if (weights.of_class.defined()) {
    const Tensor& w = weights.of_class;
    check_class_weight(op, scores, labels.axis, w);
    all = reshape(index_select(w, 0, flatten(labels.places)), labels.places.shape());
  }
  if (weights.of_sample.defined()) {
    const Tensor ones(Array::full(labels.places.shape(), 1, scores.dtype()));
    all = weighed(op, all.defined() ? all : ones, weights.of_sample);
  }
  return all.defined() && labels.ignored.defined() ? where(labels.ignored, 0.0, all) : all;
}

Tensor reduced(std::string_view op, const Tensor& each, const Tensor& scores, const Labels& labels, const LabelWeights& weights,
               Reduction reduction) {
  const Tensor seen = labels.ignored.defined() ? where(labels.ignored, 0.0, each) : each, factor = factors(op, scores, labels, weights);
  const Tensor losses = factor.defined() ? seen * factor : seen;
  if (reduction == Reduction::none) return losses;
  const Tensor total = sum(losses);
  if (reduction == Reduction::sum) return total;
  if (factor.defined()) return total / sum(factor);
  if (written_down()) return total / sum(where(labels.ignored, 0.0, Tensor(Array::full(seen.shape(), 1, seen.dtype()))));
  return total / static_cast<double>(labels.count);
}

Tensor possible(const Tensor& share, const Tensor& x) {
  return where(logical_and(share == 0, isinf(x)), 0.0, x);
}

}  // namespace gradus::detail
