#include <gradus/train/metrics/regression.h>

#include <cmath>
#include <limits>

#include <gradus/train/metrics/internal/sums.h>

namespace gradus::train {
namespace {

// Calls f(prediction, target) for each pair, as doubles.
template <class F>
std::int64_t each_pair(std::string_view who, const Tensor& prediction, const Tensor& target, F f) {
  check_defined(who, prediction, "the prediction");
  check_defined(who, target, "the target");
  check<ShapeError>(prediction.shape() == target.shape(), who, ": predictions ", prediction.shape(), " and targets ", target.shape(),
                    " must have one shape");
  const Array p = prediction.value().to(f64).as_contiguous(), t = target.value().to(f64).as_contiguous();
  const auto predicted = p.span<double>(), truth = t.span<double>();
  for (std::size_t i = 0; i < truth.size(); ++i) f(predicted[i], truth[i]);
  return static_cast<std::int64_t>(truth.size());
}

}  // namespace

void MeanAbsoluteError::update(const Tensor& prediction, const Tensor& target) {
  count_ += each_pair("MeanAbsoluteError", prediction, target, [&](double p, double t) { sum_.add(std::abs(p - t)); });
}
double MeanAbsoluteError::value() const { return metric::mean_of(sum_, count_); }
void MeanAbsoluteError::merge(const MeanAbsoluteError& other) {
  sum_.add(other.sum_);
  count_ += other.count_;
}
State MeanAbsoluteError::state() const { return metric::state_of_sums(count_, {{"sum", sum_}}); }
void MeanAbsoluteError::load_state(const State& state) { metric::load_sums("MeanAbsoluteError", state, count_, {{"sum", &sum_}}); }

void MeanSquaredError::update(const Tensor& prediction, const Tensor& target) {
  count_ += each_pair("MeanSquaredError", prediction, target, [&](double p, double t) { sum_.add((p - t) * (p - t)); });
}
double MeanSquaredError::value() const {
  const double mean = metric::mean_of(sum_, count_);
  return options_.root ? std::sqrt(mean) : mean;
}
void MeanSquaredError::merge(const MeanSquaredError& other) {
  sum_.add(other.sum_);
  count_ += other.count_;
}
State MeanSquaredError::state() const { return metric::state_of_sums(count_, {{"sum", sum_}}); }
void MeanSquaredError::load_state(const State& state) { metric::load_sums("MeanSquaredError", state, count_, {{"sum", &sum_}}); }

void R2Score::update(const Tensor& prediction, const Tensor& target) {
  count_ += each_pair("R2Score", prediction, target, [&](double p, double t) {
    errors_.add((t - p) * (t - p));
    targets_.add(t);
    squares_.add_product(t, t);
  });
}

// n·Σt² − (Σt)² is a small difference of large numbers where the mean is large, so both are exact: sums of products of their parts.
double R2Score::value() const {
  if (count_ < 2) return std::numeric_limits<double>::quiet_NaN();
  ExactSum spread;
  for (const double part : squares_.parts()) spread.add(part, count_);
  const auto sums = targets_.parts();
  for (const double a : sums)
    for (const double b : sums) spread.add_product(a, -b);
  const double errors = errors_.value(), total = spread.value();
  if (total == 0) return errors == 0 ? 1 : errors == errors ? 0 : errors;
  return 1 - static_cast<double>(count_) * (errors / total);
}
void R2Score::merge(const R2Score& other) {
  errors_.add(other.errors_);
  targets_.add(other.targets_);
  squares_.add(other.squares_);
  count_ += other.count_;
}
State R2Score::state() const { return metric::state_of_sums(count_, {{"errors", errors_}, {"targets", targets_}, {"squares", squares_}}); }
void R2Score::load_state(const State& state) {
  metric::load_sums("R2Score", state, count_, {{"errors", &errors_}, {"targets", &targets_}, {"squares", &squares_}});
}

}  // namespace gradus::train
