// A softmax over many classes of which most are rare (Grave et al., "Efficient softmax approximation for GPUs", ICML 2017): the frequent
// ones and one place for each cluster of rare ones are scored by the head, a cluster's own only where it is meant, from fewer features.
//   nn::AdaptiveLogSoftmaxWithLoss criterion(512, 30000, {1000, 8000});   const auto [log_prob, loss] = criterion(hidden, word);
#pragma once
#include <vector>

#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/sequential.h>

namespace gradus::nn {

struct AdaptiveOptions {
  double div_value = 4;                    // the features of cluster i are in_features / div_value^(i + 1)
  bool head_bias = false;
  Dtype dtype = f32;
  Generator* generator = nullptr;          // of the initial values; null: default_generator()

  void describe(Describe& is) const {
    is(range::above_zero, div_value);
    is(range::one_of_first(computing_types), dtype);
  }
};

class AdaptiveLogSoftmaxWithLoss {
 public:
  // Classes are numbered by how frequent they are; clusters begin at the cutoffs. ValueError unless those rise from 1 to n_classes − 1, and
  // every cluster has a feature at least.
  AdaptiveLogSoftmaxWithLoss(std::int64_t in_features, std::int64_t n_classes, std::vector<std::int64_t> cutoffs,
                             const AdaptiveOptions& options = {});

  struct Result {
    Tensor output, loss;                   // log-probabilities of the labels, in their shape; −their mean
  };
  // x [N, in_features] with labels [N], or [in_features] with []. ShapeError, DtypeError; ValueError for a label out of range.
  Result operator()(const Tensor& x, const Tensor& label) const;
  Tensor log_prob(const Tensor& x) const;  // of all classes: [N, in_features] → [N, n_classes]
  Tensor predict(const Tensor& x) const;   // the most likely class of each: [N, in_features] → [N] i64

  Linear head;                             // → cutoffs[0] classes, then the clusters
  std::vector<Sequential<Linear, Linear>> tail;
  using Fields = nn::Fields<&AdaptiveLogSoftmaxWithLoss::head, &AdaptiveLogSoftmaxWithLoss::tail>;

 private:
  Tensor with_tails(const Tensor& x, const Tensor& head_log_prob) const;

  std::int64_t in_features_;
  std::vector<std::int64_t> cutoffs_;      // and n_classes
};

}  // namespace gradus::nn
