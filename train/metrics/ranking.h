// How well scores put yes above no, whatever the threshold: the area under the ROC curve, and average precision, that under the curve of
// precision over recall. Exact, ties included: all scores are kept (16 bytes each with its target), and sorted when the value is asked for.
//   train::RocAuc auc;   auc.update(sigmoid(net(x)), label);   auc.value();       // [N] and 0 or 1
//   train::RocAuc ovr({.average = train::Average::weighted});                     // [N, C] and classes: one class against the rest
// Scores need not be probabilities: only their order counts.
#pragma once
#include <cstdint>
#include <optional>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/train/metrics/classes.h>
#include <gradus/train/metrics/metric.h>

namespace gradus::train {

struct RankingOptions {
  Average average = Average::macro;              // over classes or labels; micro: of all labels together, not of classes
  std::optional<std::int64_t> ignore_index = {};
};

class Ranking {
 public:
  explicit Ranking(const RankingOptions& options = {}) : options_(options) {}

  // Scores of classes or of yes: metric.h. ShapeError, DtypeError; ValueError: NaN, a target that is no class, more than 2^30 rows in all.
  void update(const Tensor& prediction, const Tensor& target);
  std::int64_t count() const { return count_; }  // rows
  void reset();
  void merge(const Ranking& other);              // ValueError: of other classes

  State state() const;
  void load_state(const State& state);           // ValueError

 protected:
  // The area of one class's curve, or NaN.
  enum class Area { roc, precision };
  Tensor areas(Area area) const;                 // f64 [C]
  double average(Area area) const;

 private:
  void expect(std::int64_t width, bool classes) const;
  void append(const Array& scores, const Array& targets, std::int64_t rows, std::int64_t width, bool classes);
  double area_of(Area area, std::int64_t first, std::int64_t last) const;   // of these columns together
  std::int64_t positives(std::int64_t column) const;

  RankingOptions options_;
  Array scores_, targets_;                       // f64 [room, width], i64 [room] of classes or [room, width]
  std::int64_t count_ = 0, width_ = 0;
  bool classes_ = false;
};

// How probable it is that a positive has a higher score than a negative, a tie being half. NaN of a class that has no positives or no
// negatives; means leave such classes out.
class RocAuc : public Ranking {
 public:
  using Ranking::Ranking;
  double value() const { return average(Area::roc); }
  Tensor per_class() const { return areas(Area::roc); }
};

// Σ (recallₙ − recallₙ₋₁)·precisionₙ over the thresholds, without interpolation. NaN of a class that has no positives.
class AveragePrecision : public Ranking {
 public:
  using Ranking::Ranking;
  double value() const { return average(Area::precision); }
  Tensor per_class() const { return areas(Area::precision); }
};

}  // namespace gradus::train
