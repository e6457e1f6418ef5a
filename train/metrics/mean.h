// Means over batches of different size: of losses, of anything.
//   train::Mean loss;   loss.update(batch_loss.item(), x.dim(0));   loss.value();     // weighted by the samples of each batch
//   train::Perplexity perplexity({.ignore_index = padding});   perplexity.update(logits, next_token);
// Sums are exact (exact_sum.h); NaN in makes NaN out.
#pragma once
#include <cstdint>
#include <optional>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/train/metrics/exact_sum.h>
#include <gradus/train/metrics/metric.h>

namespace gradus::train {

class Mean {
 public:
  void update(double value, std::int64_t count = 1);             // ValueError: count below 0
  void update(const Tensor& values);                             // each of them
  double value() const;
  std::int64_t count() const { return count_; }
  void reset() { *this = {}; }
  void merge(const Mean& other);
  State state() const;
  void load_state(const State& state);                           // ValueError

 private:
  ExactSum sum_;
  std::int64_t count_ = 0;
};

struct PerplexityOptions {
  std::optional<std::int64_t> ignore_index = {};                 // targets that do not count
};

// exp of the mean of −log softmax(logits)[target]: how many classes a uniform guess as good would be among.
class Perplexity {
 public:
  explicit Perplexity(const PerplexityOptions& options = {}) : options_(options) {}
  // Logits [N, C] or [N, C, d…] with targets [N] or [N, d…], as cross_entropy takes them. ShapeError, DtypeError; ValueError: a target that
  // is no class.
  void update(const Tensor& logits, const Tensor& target);
  double value() const;
  double mean_loss() const;                                      // log of value()
  std::int64_t count() const { return count_; }
  void reset() { *this = Perplexity(options_); }
  void merge(const Perplexity& other);
  State state() const;
  void load_state(const State& state);                           // ValueError

 private:
  PerplexityOptions options_;
  ExactSum sum_;
  std::int64_t count_ = 0;
};

}  // namespace gradus::train
