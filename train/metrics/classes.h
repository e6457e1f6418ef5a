// Precision, recall and F-beta from the counts of each class, as scikit-learn computes them.
//   train::F1 f1;   train::Precision precision({.average = train::Average::weighted});
//   precision.update(net(x), label);   precision.value();   precision.per_class();   // [C]
// Of scores of yes [N] the one class is "yes", of [N, L] each label is a class; classes predicted by number want .classes. Several of these
// metrics may share the counts of one: f1.merge(precision) adds what precision has seen.
#pragma once
#include <cstdint>
#include <optional>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/train/metrics/metric.h>

namespace gradus::train {

// micro: all classes' counts together. macro: the mean over classes. weighted: that, by how often each class is the target.
// Means are over the classes that occur among targets or predictions; of several labels over all labels.
enum class Average { micro, macro, weighted };

struct ClassOptions {
  Average average = Average::macro;
  std::int64_t classes = 0;                      // 0: as many as there are columns of scores
  double threshold = 0.5;                        // of scores of yes; 0 for logits
  double zero_division = 0;                      // of a class for which the formula is 0/0: 0, 1, or NaN, which means leave out
  std::optional<std::int64_t> ignore_index = {};

  void describe(Describe& is) const {
    is(range::at_least_zero, classes);
    is(range::any, zero_division);
  }
};

// What the three have in common.
class ClassCounts {
 public:
  explicit ClassCounts(const ClassOptions& options = {});

  // ShapeError, DtypeError; ValueError: NaN, a target that is no class.
  void update(const Tensor& prediction, const Tensor& target);
  void reset();
  void merge(const ClassCounts& other);          // ValueError: of other classes

  // i64 [C], empty before the first batch.
  Tensor true_positives() const;
  Tensor false_positives() const;
  Tensor false_negatives() const;

  State state() const;
  void load_state(const State& state);           // ValueError

 protected:
  // part and whole of the formula as functions of true positives, false positives and false negatives, each times its number.
  struct Formula {
    double tp_part, tp, fp, fn;                  // (tp_part·TP)/(tp·TP + fp·FP + fn·FN)
  };
  double average(const Formula& formula) const;
  Tensor each(const Formula& formula) const;     // f64 [C]

 private:
  Tensor row(int which) const;
  void expect_classes(std::int64_t classes, bool labels);

  ClassOptions options_;
  bool labels_ = false;                          // several labels a sample
  Array counts_;                                 // i64 [3, C]
};

class Precision : public ClassCounts {
 public:
  using ClassCounts::ClassCounts;
  double value() const { return average({1, 1, 1, 0}); }
  Tensor per_class() const { return each({1, 1, 1, 0}); }
};

class Recall : public ClassCounts {
 public:
  using ClassCounts::ClassCounts;
  double value() const { return average({1, 1, 0, 1}); }
  Tensor per_class() const { return each({1, 1, 0, 1}); }
};

// (1 + β²)·TP/((1 + β²)·TP + FP + β²·FN)
class FBeta : public ClassCounts {
 public:
  explicit FBeta(double beta, const ClassOptions& options = {});   // ValueError: beta not above 0
  double value() const { return average(formula()); }
  Tensor per_class() const { return each(formula()); }

 private:
  Formula formula() const { return {1 + beta_ * beta_, 1 + beta_ * beta_, 1, beta_ * beta_}; }
  double beta_;
};

class F1 : public FBeta {
 public:
  explicit F1(const ClassOptions& options = {}) : FBeta(1, options) {}
};

}  // namespace gradus::train
