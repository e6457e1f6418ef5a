// How far numbers are from what they should be: mean absolute and mean squared error, R². Prediction and target have one shape, any; both
// may be of any type but are usually floating. Sums are exact (exact_sum.h); NaN in makes NaN out.
//   train::MeanSquaredError mse, rmse({.root = true});   mse.update(net(x), y);   mse.value();
//   train::R2Score r2;                                                             // 1 is perfect, 0 is as good as the mean
#pragma once
#include <cstdint>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/train/metrics/exact_sum.h>
#include <gradus/train/metrics/metric.h>

namespace gradus::train {

class MeanAbsoluteError {
 public:
  void update(const Tensor& prediction, const Tensor& target);   // ShapeError
  double value() const;
  std::int64_t count() const { return count_; }
  void reset() { *this = {}; }
  void merge(const MeanAbsoluteError& other);
  State state() const;
  void load_state(const State& state);                           // ValueError

 private:
  ExactSum sum_;
  std::int64_t count_ = 0;
};

struct MeanSquaredErrorOptions {
  bool root = false;                                             // its square root, RMSE
};

class MeanSquaredError {
 public:
  explicit MeanSquaredError(const MeanSquaredErrorOptions& options = {}) : options_(options) {}
  void update(const Tensor& prediction, const Tensor& target);   // ShapeError
  double value() const;
  std::int64_t count() const { return count_; }
  void reset() { *this = MeanSquaredError(options_); }
  void merge(const MeanSquaredError& other);
  State state() const;
  void load_state(const State& state);                           // ValueError

 private:
  MeanSquaredErrorOptions options_;
  ExactSum sum_;
  std::int64_t count_ = 0;
};

// 1 − Σ(t − p)²/Σ(t − mean t)², of all elements together. NaN of fewer than two; where all targets are the same, 1 if every prediction is
// right and else 0, as in scikit-learn.
class R2Score {
 public:
  void update(const Tensor& prediction, const Tensor& target);   // ShapeError
  double value() const;
  std::int64_t count() const { return count_; }
  void reset() { *this = {}; }
  void merge(const R2Score& other);
  State state() const;
  void load_state(const State& state);                           // ValueError

 private:
  ExactSum errors_, targets_, squares_;                          // of (t − p)², t and t²
  std::int64_t count_ = 0;
};

}  // namespace gradus::train
