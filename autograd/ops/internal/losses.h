// What losses share: what they refuse, and how what each sample gives is weighed and reduced.
#pragma once
#include <gradus/autograd/ops/loss.h>

namespace gradus::detail {

const char* name_of(Reduction reduction);   // "mean"

// x and its target (or what `what` says): defined, of one dtype that loops compute in, of one shape.
void check_pair(std::string_view op, const Tensor& x, const Tensor& target, std::string_view what = "target");
// A target that is only compared with ±1, or multiplied by them, may be of whole numbers: in x's dtype.
Tensor signs(std::string_view op, const Tensor& x, const Tensor& target);

// each·weight, where there is one, and that weight in each's shape. DtypeError, ShapeError.
Tensor weighed(std::string_view op, const Tensor& each, const Tensor& weight);
// As the reduction says; the mean of weighted losses divides by the sum of their weights, or by their number.
enum class MeanOver { weights, number };
Tensor reduced(std::string_view op, const Tensor& each, Reduction reduction, const Tensor& weight = {}, MeanOver over = MeanOver::weights);

// Labels of scores [N, C], [N, C, d1, …] or [C], checked: in range, or ignored.
struct Labels {
  int axis;                    // of the classes
  Tensor places;               // i64, in the labels' shape; 0 where ignored
  Tensor ignored;              // bool; undefined if none is
  Tensor given;                // as `places`, but with what is ignored
  std::int64_t count;          // of those that are not
};
inline constexpr std::int64_t ignores_none = std::numeric_limits<std::int64_t>::min();
Labels labels_of(std::string_view op, const Tensor& scores, const Tensor& label, std::int64_t ignore_index = ignores_none);

// ShapeError, DtypeError unless the weight has a number for each class.
void check_class_weight(std::string_view op, const Tensor& scores, int axis, const Tensor& weight);
// Each score at its label, in the labels' shape.
Tensor at_labels(const Tensor& scores, const Labels& labels);
// Losses of labelled samples: 0 where ignored, weighed by class and by sample, reduced; the mean divides by the sum of those weights.
struct LabelWeights {
  const Tensor &of_class, &of_sample;
};
Tensor reduced(std::string_view op, const Tensor& each, const Tensor& scores, const Labels& labels, const LabelWeights& weights,
               Reduction reduction);
// The factors of the samples; undefined if all are 1.
Tensor factors(std::string_view op, const Tensor& scores, const Labels& labels, const LabelWeights& weights);

// What is multiplied by a share of it, a logarithm or a score: 0 where the share is 0 and that infinite, which loses nothing and not NaN.
Tensor possible(const Tensor& share, const Tensor& x);

}  // namespace gradus::detail
