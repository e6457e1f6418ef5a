#include <gradus/train/metrics/mean.h>

#include <cmath>

#include <gradus/train/metrics/internal/reading.h>
#include <gradus/train/metrics/internal/sums.h>

namespace gradus::train {
void Mean::update(double value, std::int64_t count) {
  check<ValueError>(count >= 0, "Mean: count must be at least 0, not ", count);
  if (count == 0) return;
  sum_.add(value, count);
  count_ += count;
}
void Mean::update(const Tensor& values) {
  check_defined("Mean", values, "values");
  const Array all = values.value().to(f64).as_contiguous();
  for (const double value : all.span<double>()) sum_.add(value);
  count_ += all.size();
}
double Mean::value() const { return metric::mean_of(sum_, count_); }
void Mean::merge(const Mean& other) {
  sum_.add(other.sum_);
  count_ += other.count_;
}
State Mean::state() const { return metric::state_of_sums(count_, {{"sum", sum_}}); }
void Mean::load_state(const State& state) { metric::load_sums("Mean", state, count_, {{"sum", &sum_}}); }

void Perplexity::update(const Tensor& logits, const Tensor& target) {
  constexpr std::string_view who = "Perplexity";
  const metric::Form form = metric::form_of(who, logits, target);
  check<ShapeError>(form == metric::Form::scores_of_classes, who, ": wants logits [N, C] with targets [N], not ", logits.shape(), " ",
                    logits.dtype(), " with ", target.shape());
  const metric::Rows rows = metric::rows_of(who, logits, target, form, options_.ignore_index, false);
  const std::int64_t* const targets = rows.targets.data<std::int64_t>();
  visit_floating(rows.scores.dtype(), who, [&]<class T>(T) {
    const T* const scores = rows.scores.data<T>();
    for (std::int64_t i = 0; i < rows.n; ++i) {
      if (metric::is_ignored(targets[i], options_.ignore_index)) continue;
      sum_.add(metric::surprise(scores + i * rows.width, rows.width, targets[i]));
      ++count_;
    }
  });
}
double Perplexity::mean_loss() const { return metric::mean_of(sum_, count_); }
double Perplexity::value() const { return std::exp(mean_loss()); }
void Perplexity::merge(const Perplexity& other) {
  sum_.add(other.sum_);
  count_ += other.count_;
}
State Perplexity::state() const { return metric::state_of_sums(count_, {{"sum", sum_}}); }
void Perplexity::load_state(const State& state) { metric::load_sums("Perplexity", state, count_, {{"sum", &sum_}}); }

}  // namespace gradus::train
