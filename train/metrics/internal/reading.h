// What a metric is given, read as one of the forms of metric.h and checked: shapes, types, classes in range, no NaN.
//   const Form form = form_of("Accuracy", prediction, target);   const Rows rows = rows_of("Accuracy", prediction, target, form);
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include <gradus/autograd/tape/tensor.h>

namespace gradus::train::metric {

enum class Form { scores_of_classes, scores_of_yes, classes };
Form form_of(std::string_view who, const Tensor& prediction, const Tensor& target);   // ShapeError, DtypeError

// n rows of `width` scores, f32 or f64, and contiguous targets i64: one a row, or of scores of yes one a score.
struct Rows {
  Array scores, targets;
  std::int64_t n = 0, width = 1;
};
// Scores of classes have width C, scores of yes [N] width 1 and [N, L, d…] width L. ValueError: NaN, a target that is no class.
Rows rows_of(std::string_view who, const Tensor& prediction, const Tensor& target, Form form, std::optional<std::int64_t> ignored,
             bool refuse_nan = true);

// One class for each target, i64 [n]; of scores of yes [N], of which there may be only one column, 0 or 1 as they exceed the threshold.
struct Labels {
  Array predicted, targets;
  std::int64_t n = 0, classes = 0;   // 0: classes were given, which do not say how many there are
};
Labels labels_of(std::string_view who, const Tensor& prediction, const Tensor& target, double threshold,
                 std::optional<std::int64_t> ignored);

// The targets as contiguous i64, flat. DtypeError, ValueError: floating ones that are not 0 or 1.
Array whole_targets(std::string_view who, const Tensor& target);
// ValueError unless all of them, but those ignored, lie in [0, classes).
void check_classes(std::string_view who, std::string_view what, const Array& labels, std::int64_t classes,
                   std::optional<std::int64_t> ignored);
// ValueError that names the first NaN's place. Of f32 or f64.
void check_numbers(std::string_view who, const Array& scores);

// The column of the largest score, the first one of several.
template <class T>
std::int64_t largest(const T* row, std::int64_t width) {
  std::int64_t at = 0;
  for (std::int64_t j = 1; j < width; ++j)
    if (row[j] > row[at]) at = j;
  return at;
}

// log Σ exp(row) − row[target], the largest taken out first.
template <class T>
double surprise(const T* row, std::int64_t width, std::int64_t target) {
  const auto most = static_cast<double>(row[largest(row, width)]);
  double sum = 0;
  for (std::int64_t j = 0; j < width; ++j) sum += std::exp(static_cast<double>(row[j]) - most);
  return std::log(sum) + most - static_cast<double>(row[target]);
}

// Counts of the same shape, i64; an undefined `to` has counted nothing.
void add_counts(Array& to, const Array& counts);

// A ratio, NaN of nothing.
inline double ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(part) / static_cast<double>(whole);
}
inline bool is_ignored(std::int64_t label, std::optional<std::int64_t> ignored) { return ignored && label == *ignored; }

}  // namespace gradus::train::metric
