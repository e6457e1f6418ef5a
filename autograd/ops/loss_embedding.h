// Losses of vectors that should be near one another, or far. What holds for all losses: loss.h; `weight` is a factor for each loss, and the
// mean divides by the sum of weights.
//   triplet_margin_loss(anchor, positive, negative, {.swap = true});   info_nce(image, caption, {.temperature = 0.07, .symmetric = true});
#pragma once
#include <functional>

#include <gradus/autograd/ops/loss.h>

namespace gradus {

struct CosineEmbeddingOptions {
  Reduction reduction = Reduction::mean;
  double margin = 0;
  Tensor weight = {};
};
// 1 − cos(a, b) where the target is 1, max(0, cos(a, b) − margin) where it is −1: a and b [N, D] with target [N], or [D] with []. The
// squares of the lengths are 1e-12 longer, as PyTorch's.
Tensor cosine_embedding_loss(const Tensor& a, const Tensor& b, const Tensor& target, const CosineEmbeddingOptions& options = {});

struct TripletMarginOptions {
  Reduction reduction = Reduction::mean;
  double margin = 1, p = 2, eps = 1e-6;   // of pairwise_distance()
  bool swap = false;                      // the negative's distance to the positive, where it is the smaller one
  Tensor weight = {};
};
// max(0, margin + d(anchor, positive) − d(anchor, negative)): [..., D] each → [...].
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative, const TripletMarginOptions& options = {});

struct TripletMarginWithDistanceOptions {
  Reduction reduction = Reduction::mean;
  std::function<Tensor(const Tensor&, const Tensor&)> distance_function = {};   // pairwise_distance() if empty
  double margin = 1;
  bool swap = false;
  Tensor weight = {};
};
Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         const TripletMarginWithDistanceOptions& options = {});

struct InfoNCEOptions {
  Reduction reduction = Reduction::mean;
  double temperature = 0.1;
  bool symmetric = false;   // the mean of both directions, as CLIP's
  bool normalize = true;    // vectors to length 1 first: scores are cosines
  Tensor weight = {};       // of each query

  void describe(Describe& is) const { is(range::above_zero, temperature); }
};
// −log softmax(query·keyᵀ / temperature)[i, i]: each query [N, D] is to tell its key [N, D] from the others' (van den Oord et al., 2018),
// or from `negatives` [M, D]: −log e^(qᵢ·kᵢ/τ) / (e^(qᵢ·kᵢ/τ) + Σ e^(qᵢ·negative/τ)). → [N].
Tensor info_nce(const Tensor& query, const Tensor& key, const InfoNCEOptions& options = {});
Tensor info_nce(const Tensor& query, const Tensor& key, const Tensor& negatives, const InfoNCEOptions& options = {});

inline Tensor cosine_embedding_loss(const Tensor& a, const Tensor& b, const Tensor& target, Reduction reduction) {
  return cosine_embedding_loss(a, b, target, CosineEmbeddingOptions{reduction});
}
inline Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative, Reduction reduction) {
  return triplet_margin_loss(anchor, positive, negative, TripletMarginOptions{reduction});
}
Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative, Reduction reduction);
inline Tensor info_nce(const Tensor& query, const Tensor& key, Reduction reduction) {
  return info_nce(query, key, InfoNCEOptions{reduction});
}
inline Tensor info_nce(const Tensor& query, const Tensor& key, const Tensor& negatives, Reduction reduction) {
  return info_nce(query, key, negatives, InfoNCEOptions{reduction});
}

}  // namespace gradus
