// Which classes are taken for which, and what follows from the whole table: Matthews' correlation.
//   train::ConfusionMatrix confusion;   confusion.update(net(image), label);
//   confusion.matrix();                                       // i64 [C, C], a row a target, a column a prediction
//   train::MatthewsCorrelation matthews;                      // of two classes or more
// Scores of classes [N, C], scores of yes [N] (two classes, 0 and 1), or classes, which want .classes: metric.h.
#pragma once
#include <cstdint>
#include <optional>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/train/metrics/metric.h>

namespace gradus::train {

struct ConfusionOptions {
  std::int64_t classes = 0;                      // 0: as many as there are columns of scores; at most 4096
  double threshold = 0.5;                        // of scores of yes; 0 for logits
  std::optional<std::int64_t> ignore_index = {};

  void describe(Describe& is) const { is(range::between(0, 4096), classes); }
};

class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(const ConfusionOptions& options = {});

  // ShapeError, DtypeError; ValueError: NaN, a target or prediction that is no class.
  void update(const Tensor& prediction, const Tensor& target);
  double value() const;                          // the part on the diagonal: accuracy
  Tensor matrix() const;                         // [0, 0] before the first batch
  void reset() { counts_ = {}; }
  void merge(const ConfusionMatrix& other);      // ValueError: of other classes

  State state() const;
  void load_state(const State& state);           // ValueError

 private:
  ConfusionOptions options_;
  Array counts_;
};

// Gorodkin's R_K, of two classes φ: −1 to 1, 0 for guesses, and 0 where all targets or all predictions are of one class.
class MatthewsCorrelation : public ConfusionMatrix {
 public:
  using ConfusionMatrix::ConfusionMatrix;
  double value() const;
};

}  // namespace gradus::train
