#include <gradus/train/metrics/confusion.h>

#include <cmath>
#include <limits>

#include <gradus/train/metrics/internal/reading.h>

namespace gradus::train {
namespace {

constexpr std::string_view confusion_name = "ConfusionMatrix";

void expect_size(const Array& counts, std::int64_t classes) {
  check<ValueError>(!counts.defined() || counts.shape()[0] == classes, confusion_name, ": ", classes, " classes, after ",
                    [&] { return text(counts.shape()[0]); }, " before");
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(const ConfusionOptions& options) : options_(options) { check_options(confusion_name, options_); }

void ConfusionMatrix::update(const Tensor& prediction, const Tensor& target) {
  const metric::Labels labels = metric::labels_of(confusion_name, prediction, target, options_.threshold, options_.ignore_index);
  const std::int64_t wanted = options_.classes, classes = labels.classes > 0 ? labels.classes : wanted;
  check<ValueError>(classes > 0, confusion_name, ": predicted classes do not say how many there are; set .classes");
  check<ValueError>(classes <= 4096, confusion_name, ": ", classes, " classes are more than 4096");
  check<ValueError>(wanted == 0 || wanted == classes, confusion_name, ": classes is ", wanted, ", but scores ", prediction.shape(),
                    " are of ", classes);
  expect_size(counts_, classes);
  if (labels.classes == 0) {
    metric::check_classes(confusion_name, "target", labels.targets, classes, options_.ignore_index);
    metric::check_classes(confusion_name, "prediction", labels.predicted, classes, {});
  }
  if (!counts_.defined()) counts_ = Array::zeros({classes, classes}, i64);
  std::int64_t* const counts = counts_.mutable_data<std::int64_t>();
  const auto predicted = labels.predicted.span<std::int64_t>(), targets = labels.targets.span<std::int64_t>();
  for (std::size_t i = 0; i < targets.size(); ++i)
    if (!metric::is_ignored(targets[i], options_.ignore_index)) ++counts[targets[i] * classes + predicted[i]];
}

double ConfusionMatrix::value() const {
  if (!counts_.defined()) return std::numeric_limits<double>::quiet_NaN();
  const std::int64_t classes = counts_.shape()[0];
  const auto counts = counts_.span<std::int64_t>();
  std::int64_t right = 0, all = 0;
  for (std::int64_t i = 0; i < classes * classes; ++i) {
    all += counts[i];
    if (i % (classes + 1) == 0) right += counts[i];
  }
  return metric::ratio(right, all);
}

Tensor ConfusionMatrix::matrix() const { return counts_.defined() ? Tensor(counts_) : Tensor(Array({0, 0}, i64)); }

void ConfusionMatrix::merge(const ConfusionMatrix& other) {
  if (!other.counts_.defined()) return;
  expect_size(counts_, other.counts_.shape()[0]);
  metric::add_counts(counts_, other.counts_);
}

State ConfusionMatrix::state() const {
  State state;
  if (counts_.defined()) state.arrays["counts"] = counts_;
  return state;
}

void ConfusionMatrix::load_state(const State& state) {
  StateReader reader(state);
  Array counts;
  if (const Array* given = reader.find_array("counts")) {
    const Shape& shape = given->shape();
    const bool square = given->dtype() == i64 && given->rank() == 2 && shape[0] == shape[1] && shape[0] >= 1 && shape[0] <= 4096;
    if (!square || (options_.classes > 0 && shape[0] != options_.classes)) {
      reader.problem("counts is ", shape, " ", given->dtype(), ", not [classes, classes] i64");
    } else {
      counts = given->as_contiguous();
      for (const std::int64_t n : counts.span<std::int64_t>())
        if (n < 0) {
          reader.problem("counts has ", n);
          break;
        }
    }
  }
  reader.expect_no_more_arrays();
  reader.finish(text(confusion_name, ": the state does not fit"));
  counts_ = std::move(counts);
}

double MatthewsCorrelation::value() const {
  const Tensor table = matrix();
  const std::int64_t classes = table.shape()[0];
  if (classes == 0) return std::numeric_limits<double>::quiet_NaN();
  const std::int64_t* const counts = table.value().data<std::int64_t>();
  // In double: products of counts of 10^9 samples have more than 64 bits.
  double all = 0, right = 0, expected = 0, predictions = 0, targets = 0;
  for (std::int64_t c = 0; c < classes; ++c) {
    double predicted = 0, target = 0;
    for (std::int64_t k = 0; k < classes; ++k) {
      predicted += static_cast<double>(counts[k * classes + c]);
      target += static_cast<double>(counts[c * classes + k]);
    }
    right += static_cast<double>(counts[c * classes + c]);
    all += target;
    expected += predicted * target;
    predictions += predicted * predicted;
    targets += target * target;
  }
  if (all == 0) return std::numeric_limits<double>::quiet_NaN();
  const double spread = (all * all - predictions) * (all * all - targets);
  return spread == 0 ? 0 : (right * all - expected) / std::sqrt(spread);
}

}  // namespace gradus::train
