#include <gradus/train/metrics/classes.h>

#include <cmath>
#include <limits>

#include <gradus/train/metrics/internal/reading.h>

namespace gradus::train {
namespace {

constexpr std::string_view class_counts = "ClassCounts";
constexpr std::int64_t most_classes = 1 << 24;
enum { hits, false_alarms, misses };

// A score of yes for each class.
void count_yes(const metric::Rows& rows, const ClassOptions& options, std::int64_t* counts) {
  const std::int64_t* const target = rows.targets.data<std::int64_t>();
  visit_floating(rows.scores.dtype(), class_counts, [&]<class T>(T) {
    const T* const score = rows.scores.data<T>();
    for (std::int64_t i = 0; i < rows.n * rows.width; ++i) {
      if (metric::is_ignored(target[i], options.ignore_index)) continue;
      const bool said = static_cast<double>(score[i]) > options.threshold, is = target[i] != 0;
      if (said || is) ++counts[(said && is ? hits : said ? false_alarms : misses) * rows.width + i % rows.width];
    }
  });
}

void count_labels(const metric::Labels& labels, std::int64_t classes, std::optional<std::int64_t> ignored, std::int64_t* counts) {
  const auto predicted = labels.predicted.span<std::int64_t>(), target = labels.targets.span<std::int64_t>();
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (metric::is_ignored(target[i], ignored)) continue;
    if (predicted[i] == target[i]) {
      ++counts[hits * classes + target[i]];
    } else {
      ++counts[false_alarms * classes + predicted[i]];
      ++counts[misses * classes + target[i]];
    }
  }
}

}  // namespace

ClassCounts::ClassCounts(const ClassOptions& options) : options_(options) {
  check_options(class_counts, options_);
  check<ValueError>(options_.classes <= most_classes, class_counts, ": classes is ", options_.classes, ", more than ", most_classes);
}

void ClassCounts::expect_classes(std::int64_t classes, bool labels) {
  if (!counts_.defined()) return;
  check<ValueError>(counts_.shape()[1] == classes && labels_ == labels, class_counts, ": ", classes, labels ? " labels" : " classes",
                    ", after ", counts_.shape()[1], labels_ ? " labels" : " classes", " before");
}

void ClassCounts::update(const Tensor& prediction, const Tensor& target) {
  const metric::Form form = metric::form_of(class_counts, prediction, target);
  const std::int64_t wanted = options_.classes;
  const bool yes = form == metric::Form::scores_of_yes;
  std::int64_t classes = 0;
  Array counts;
  const auto begin = [&](std::int64_t n) {
    classes = n;
    const bool agrees = wanted == 0 || wanted == n || (yes && n == 1 && wanted == 2);
    check<ValueError>(agrees, class_counts, ": classes is ", wanted, ", but scores ", prediction.shape(), " are of ", n);
    expect_classes(n, yes);
    counts = counts_.defined() ? counts_ : Array::zeros({3, n}, i64);
    return counts.mutable_data<std::int64_t>();
  };
  if (yes) {
    const metric::Rows rows = metric::rows_of(class_counts, prediction, target, form, options_.ignore_index);
    std::int64_t* const to = begin(rows.width);
    count_yes(rows, options_, to);
  } else {
    const metric::Labels labels = metric::labels_of(class_counts, prediction, target, options_.threshold, options_.ignore_index);
    check<ValueError>(labels.classes > 0 || wanted > 0, class_counts, ": predicted classes do not say how many there are; set .classes");
    std::int64_t* const to = begin(labels.classes > 0 ? labels.classes : wanted);
    if (labels.classes == 0) {
      metric::check_classes(class_counts, "target", labels.targets, classes, options_.ignore_index);
      metric::check_classes(class_counts, "prediction", labels.predicted, classes, {});
    }
    count_labels(labels, classes, options_.ignore_index, to);
  }
  counts_ = std::move(counts);
  labels_ = yes;
}

void ClassCounts::reset() { counts_ = {}; }

void ClassCounts::merge(const ClassCounts& other) {
  if (!other.counts_.defined()) return;
  expect_classes(other.counts_.shape()[1], other.labels_);
  labels_ = other.labels_;
  metric::add_counts(counts_, other.counts_);
}

Tensor ClassCounts::row(int which) const {
  return counts_.defined() ? Tensor(counts_.slice(0, which, which + 1).squeeze(0)) : Tensor(Array({0}, i64));
}
Tensor ClassCounts::true_positives() const { return row(hits); }
Tensor ClassCounts::false_positives() const { return row(false_alarms); }
Tensor ClassCounts::false_negatives() const { return row(misses); }

Tensor ClassCounts::each(const Formula& formula) const {
  const std::int64_t classes = counts_.defined() ? counts_.shape()[1] : 0;
  Array out({classes}, f64);
  if (classes == 0) return out;
  const std::int64_t* const count = counts_.data<std::int64_t>();
  double* const to = out.mutable_data<double>();
  for (std::int64_t c = 0; c < classes; ++c) {
    const auto tp = static_cast<double>(count[c]), fp = static_cast<double>(count[classes + c]),
               fn = static_cast<double>(count[2 * classes + c]);
    const double whole = formula.tp * tp + formula.fp * fp + formula.fn * fn;
    to[c] = whole > 0 ? formula.tp_part * tp / whole : options_.zero_division;
  }
  return out;
}

double ClassCounts::average(const Formula& formula) const {
  if (!counts_.defined()) return std::numeric_limits<double>::quiet_NaN();
  const std::int64_t classes = counts_.shape()[1];
  const std::int64_t* const count = counts_.data<std::int64_t>();
  if (options_.average == Average::micro) {
    std::int64_t total[3] = {};
    for (std::int64_t i = 0; i < 3 * classes; ++i) total[i / classes] += count[i];
    const double whole = formula.tp * static_cast<double>(total[0]) + formula.fp * static_cast<double>(total[1]) +
                         formula.fn * static_cast<double>(total[2]);
    return whole > 0 ? formula.tp_part * static_cast<double>(total[0]) / whole : options_.zero_division;
  }
  const Tensor values = each(formula);
  const double* const value = values.value().data<double>();
  double sum = 0, weights = 0;
  for (std::int64_t c = 0; c < classes; ++c) {
    const std::int64_t tp = count[c], fp = count[classes + c], fn = count[2 * classes + c];
    if (std::isnan(value[c]) || (!labels_ && tp + fp + fn == 0)) continue;
    const double weight = options_.average == Average::weighted ? static_cast<double>(tp + fn) : 1;
    sum += weight * value[c];
    weights += weight;
  }
  return weights > 0 ? sum / weights : options_.zero_division;
}

State ClassCounts::state() const {
  State state;
  state.set("several_labels", labels_);
  if (counts_.defined()) state.arrays["counts"] = counts_;
  return state;
}

void ClassCounts::load_state(const State& state) {
  StateReader reader(state);
  bool labels = false;
  reader.read("several_labels", Option("several_labels", labels), ValueReader::Agree::nothing);
  Array counts;
  if (const Array* given = reader.find_array("counts")) {
    if (given->dtype() != i64 || given->rank() != 2 || given->shape()[0] != 3 || given->shape()[1] < 1) {
      reader.problem("counts is ", given->shape(), " ", given->dtype(), ", not [3, classes] i64");
    } else {
      counts = given->as_contiguous();
      for (const std::int64_t n : counts.span<std::int64_t>())
        if (n < 0) {
          reader.problem("counts has ", n);
          break;
        }
      if (options_.classes > 0 && !labels && counts.shape()[1] != options_.classes)
        reader.problem("counts is of ", counts.shape()[1], " classes, not ", options_.classes);
    }
  }
  reader.expect_no_more_arrays();
  reader.finish(text(class_counts, ": the state does not fit"));
  counts_ = std::move(counts);
  labels_ = labels;
}

FBeta::FBeta(double beta, const ClassOptions& options) : ClassCounts(options), beta_(beta) {
  check_range("FBeta", "beta", beta, range::above_zero);
}

}  // namespace gradus::train
