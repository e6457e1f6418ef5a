// How often predictions are right.
//   train::Accuracy accuracy, top5({.top_k = 5});
//   for (auto [image, label] : loader) accuracy.update(net(image), label);
//   accuracy.value();                                                       // 0.9312
// Scores of classes [N, C], scores of yes (several labels a sample: [N, L]) or classes, as metric.h has them.
#pragma once
#include <cstdint>
#include <optional>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/train/metrics/metric.h>

namespace gradus::train {

struct AccuracyOptions {
  std::int64_t top_k = 1;                        // right if the target is among so many best classes; of equal scores the first is better
  double threshold = 0.5;                        // a score of yes above it says yes; 0 for logits
  bool whole_rows = false;                       // of several labels a sample: it is right if all of them are
  std::optional<std::int64_t> ignore_index = {}; // targets that do not count

  void describe(Describe& is) const { is(range::at_least_one, top_k); }
};

class Accuracy {
 public:
  explicit Accuracy(const AccuracyOptions& options = {});

  // ShapeError, DtypeError; ValueError: NaN, a target that is no class, fewer classes than top_k.
  void update(const Tensor& prediction, const Tensor& target);
  double value() const;                          // right/count
  std::int64_t right() const { return right_; }
  std::int64_t count() const { return count_; }
  void reset() { right_ = count_ = 0; }
  void merge(const Accuracy& other);

  State state() const;
  void load_state(const State& state);           // ValueError

 private:
  AccuracyOptions options_;
  std::int64_t right_ = 0, count_ = 0;
};

}  // namespace gradus::train
