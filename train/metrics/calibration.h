// Whether probabilities are meant: of predictions that are 80 % sure, 80 % should be right.
//   train::CalibrationError ece({.from_logits = true});   ece.update(net(image), label);   ece.value();
//   ece.table();                                             // f64 [bins, 3], to draw: how many, how sure, how often right
#pragma once
#include <cstdint>
#include <optional>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/train/metrics/metric.h>

namespace gradus::train {

struct CalibrationOptions {
  std::int64_t bins = 15;                        // of equal width, [i/bins, (i + 1)/bins), the last one closed
  bool from_logits = false;                      // takes the softmax, of scores of yes the sigmoid, first
  bool largest = false;                          // the largest gap of a bin (MCE) rather than the mean (ECE)
  std::optional<std::int64_t> ignore_index = {};

  void describe(Describe& is) const { is(range::between(1, 4096), bins); }
};

// The gap between confidence and accuracy in each bin, weighted by how many predictions fall into it (Naeini et al. 2015). Of scores of
// classes the confidence is the largest probability; of scores of yes it is the score, and right is what is 1.
class CalibrationError {
 public:
  explicit CalibrationError(const CalibrationOptions& options = {});

  // Scores of classes [N, C] or of yes: metric.h. ShapeError, DtypeError; ValueError: NaN, no probability, a target that is no class.
  void update(const Tensor& prediction, const Tensor& target);
  double value() const;
  Tensor table() const;                          // count, mean confidence, accuracy; NaN in an empty bin
  void reset();
  void merge(const CalibrationError& other);     // ValueError: of other bins

  State state() const;
  void load_state(const State& state);           // ValueError

 private:
  CalibrationOptions options_;
  Array counts_, sums_;                          // i64 [bins, 2]: all and right; an ExactSum::array() of confidences for each bin
};

}  // namespace gradus::train
