#include <gradus/train/metrics/internal/reading.h>

#include <algorithm>
#include <atomic>

#include <gradus/autograd/array/dtype.h>
#include <gradus/autograd/base/parallel.h>

namespace gradus::train::metric {
namespace {

bool is_whole(Dtype d) { return !is_floating(d); }

// [N, C, d…] as rows of C.
Array class_rows(const Array& x) {
  const Array wide = is_small_float(x.dtype()) ? x.to(f32) : x;
  if (x.rank() == 2) return wide.as_contiguous();
  Shape order{0};
  for (int axis = 2; axis < x.rank(); ++axis) order.push_back(axis);
  order.push_back(1);
  return wide.permute(order).as_contiguous();
}

}  // namespace

void add_counts(Array& to, const Array& counts) {
  if (!to.defined()) {
    to = counts;
    return;
  }
  const Array given = counts;   // which may be `to`
  const auto from = given.span<std::int64_t>();
  const auto sums = to.mutable_span<std::int64_t>();
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += from[i];
}

Form form_of(std::string_view who, const Tensor& prediction, const Tensor& target) {
  check_defined(who, prediction, "the prediction");
  check_defined(who, target, "the target");
  const Shape &p = prediction.shape(), &t = target.shape();
  if (is_whole(prediction.dtype())) {
    check<ShapeError>(p == t, who, ": predicted classes ", p, " and targets ", t, " must have one shape");
    check<DtypeError>(is_whole(target.dtype()), who, ": predicted classes ", prediction.dtype(), " want targets of a whole type, not ",
                      target.dtype());
    return Form::classes;
  }
  if (p == t) return Form::scores_of_yes;
  bool fits = p.rank() == t.rank() + 1 && p.rank() >= 2 && p[0] == t[0];
  for (int axis = 1; fits && axis < t.rank(); ++axis) fits = p[axis + 1] == t[axis];
  check<ShapeError>(fits, who, ": scores ", p, " and targets ", t,
                    " do not fit: scores of classes are [N, C] or [N, C, d...] with targets [N] or [N, d...], scores of yes have the ",
                    "targets' shape");
  check<ShapeError>(p[1] >= 2, who, ": scores ", p, " are of ", p[1], " classes; scores of yes have the targets' shape ", t);
  check<DtypeError>(is_whole(target.dtype()), who, ": scores of classes ", p, " want targets of a whole type, not ", target.dtype());
  return Form::scores_of_classes;
}

Array whole_targets(std::string_view who, const Tensor& target) {
  const Array& t = target.value();
  if (is_whole(t.dtype())) return t.to(i64).as_contiguous();
  const Array wide = (is_small_float(t.dtype()) ? t.to(f32) : t).as_contiguous();
  visit_floating(wide.dtype(), who, [&]<class T>(T) {
    const auto values = wide.span<T>();
    const auto wrong = std::find_if(values.begin(), values.end(), [](T v) { return v != T(0) && v != T(1); });
    check<ValueError>(wrong == values.end(), who, ": floating targets are 0 or 1; target ", wrong - values.begin(), " is ",
                      [&] { return text(static_cast<double>(*wrong)); });
  });
  return wide.to(i64);
}

void check_classes(std::string_view who, std::string_view what, const Array& labels, std::int64_t classes,
                   std::optional<std::int64_t> ignored) {
  const auto all = labels.span<std::int64_t>();
  const std::int64_t skip = ignored.value_or(0);   // 0 is a class anyway
  bool fits = true;
  for (const std::int64_t label : all) fits &= (static_cast<std::uint64_t>(label) < static_cast<std::uint64_t>(classes)) | (label == skip);
  if (fits) return;
  const auto wrong = std::find_if(all.begin(), all.end(), [&](std::int64_t l) { return (l < 0 || l >= classes) && l != skip; });
  fail<ValueError>(who, ": ", what, " ", wrong - all.begin(), " is ", *wrong, ", which is none of the ", classes, " classes, 0 to ",
                   classes - 1);
}

void check_numbers(std::string_view who, const Array& scores) {
  constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
  std::atomic<std::int64_t> first{none};
  visit_floating(scores.dtype(), who, [&]<class T>(T) {
    const T* const x = scores.data<T>();
    parallel_for(scores.size(), 1 << 16, [&](std::int64_t begin, std::int64_t end) {
      int wrong = 0;
      for (std::int64_t i = begin; i < end; ++i) wrong |= x[i] != x[i];
      if (!wrong) return;
      std::int64_t at = begin, seen = first;
      while (x[at] == x[at]) ++at;
      while (at < seen && !first.compare_exchange_weak(seen, at)) {}
    });
  });
  if (first != none) {
    const std::int64_t width = scores.rank() > 0 ? scores.shape()[scores.rank() - 1] : 1;
    fail<ValueError>(who, ": the score in row ", first / width, ", column ", first % width, " is NaN");
  }
}

Rows rows_of(std::string_view who, const Tensor& prediction, const Tensor& target, Form form, std::optional<std::int64_t> ignored,
             bool refuse_nan) {
  Rows rows;
  const Array& p = prediction.value();
  const bool several = form == Form::scores_of_yes && p.rank() > 2;   // labels [N, L, d…]
  const Array targets = whole_targets(who, several ? Tensor(class_rows(target.value())) : target);
  rows.targets = targets.reshape({targets.size()});
  if (form == Form::scores_of_classes || p.rank() >= 2) {
    rows.width = p.shape()[1];
    rows.scores = class_rows(p).reshape({rows.width == 0 ? 0 : p.size() / rows.width, rows.width});
  } else {
    rows.scores = (is_small_float(p.dtype()) ? p.to(f32) : p).as_contiguous().reshape({p.size(), 1});
  }
  rows.n = rows.scores.shape()[0];
  check_classes(who, "target", rows.targets, form == Form::scores_of_classes ? rows.width : 2, ignored);
  if (refuse_nan) check_numbers(who, rows.scores);
  return rows;
}

Labels labels_of(std::string_view who, const Tensor& prediction, const Tensor& target, double threshold,
                 std::optional<std::int64_t> ignored) {
  const Form form = form_of(who, prediction, target);
  Labels labels;
  if (form == Form::classes) {
    labels.targets = whole_targets(who, target);
    labels.predicted = prediction.value().to(i64).as_contiguous();
    labels.n = labels.targets.size();
    return labels;
  }
  const Rows rows = rows_of(who, prediction, target, form, ignored);
  check<ShapeError>(form == Form::scores_of_classes || rows.width == 1, who, ": scores of yes ", prediction.shape(),
                    " are of several labels; of one they are [N]");
  labels.targets = rows.targets;
  labels.n = rows.n;
  labels.classes = std::max<std::int64_t>(2, rows.width);
  labels.predicted = Array({rows.n}, i64);
  std::int64_t* const to = labels.predicted.mutable_data<std::int64_t>();
  visit_floating(rows.scores.dtype(), who, [&]<class T>(T) {
    const T* const from = rows.scores.data<T>();
    parallel_for(rows.n, items_worth(1 << 14, rows.width), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        to[i] = form == Form::scores_of_yes ? static_cast<double>(from[i]) > threshold : largest(from + i * rows.width, rows.width);
    });
  });
  return labels;
}

}  // namespace gradus::train::metric
