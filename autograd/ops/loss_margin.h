// Losses that are 0 once a score is right by a margin. What holds for all losses: loss.h. Targets of ±1 are of x's dtype or whole numbers.
//   hinge_embedding_loss(distance, same);   multi_margin_loss(scores, label, {.p = 2});
// `weight` without another word is a factor for each loss, which broadcasts; the mean divides by the sum of weights.
#pragma once
#include <gradus/autograd/ops/loss.h>

namespace gradus {

struct HingeEmbeddingOptions {
  Reduction reduction = Reduction::mean;
  double margin = 1;
  Tensor weight = {};
};
// x where the target is 1, max(0, margin − x) where it is −1 (slope −1 at x = margin, as in PyTorch).
Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target, const HingeEmbeddingOptions& options = {});

struct MarginRankingOptions {
  Reduction reduction = Reduction::mean;
  double margin = 0;
  Tensor weight = {};
};
// max(0, margin − t·(a − b)): t = 1 where a should be the larger one, −1 where b.
Tensor margin_ranking_loss(const Tensor& a, const Tensor& b, const Tensor& target, const MarginRankingOptions& options = {});

// log(1 + e^−t·x) for t = ±1, without overflow.
Tensor soft_margin_loss(const Tensor& x, const Tensor& target, const LossOptions& options = {});

struct MultiMarginOptions {
  Reduction reduction = Reduction::mean;
  int p = 1;                                // 1 or 2
  double margin = 1;
  Tensor weight = {}, sample_weight = {};   // of the label's class, [C], of which the mean takes no notice; of each sample

  void describe(Describe& is) const { is(range::between(1, 2), p); }
};
// Σ max(0, margin − x[label] + x[c])ᵖ / C over the classes c but the label's: x [N, C] or [C], label [N] or []. ValueError for a label out
// of range.
Tensor multi_margin_loss(const Tensor& x, const Tensor& label, const MultiMarginOptions& options = {});

// Σ max(0, 1 − x[l] + x[c]) / C over the labels l and the classes c that are no label: x [N, C] or [C]; labels in the same shape, whole
// numbers of which those before the first −1 count. ValueError for one out of range.
Tensor multilabel_margin_loss(const Tensor& x, const Tensor& labels, const LossOptions& options = {});

struct MultiLabelSoftMarginOptions {
  Reduction reduction = Reduction::mean;
  Tensor weight = {}, sample_weight = {};   // of each class, [C], of which the mean takes no notice; of each sample
};
// bce_with_logits, the mean over the classes, which are the last dimension: x [N, C] → [N].
Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target, const MultiLabelSoftMarginOptions& options = {});

inline Tensor hinge_embedding_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return hinge_embedding_loss(x, target, HingeEmbeddingOptions{reduction});
}
inline Tensor margin_ranking_loss(const Tensor& a, const Tensor& b, const Tensor& target, Reduction reduction) {
  return margin_ranking_loss(a, b, target, MarginRankingOptions{reduction});
}
inline Tensor soft_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return soft_margin_loss(x, target, LossOptions{reduction});
}
inline Tensor multi_margin_loss(const Tensor& x, const Tensor& label, Reduction reduction) {
  return multi_margin_loss(x, label, MultiMarginOptions{reduction});
}
inline Tensor multilabel_margin_loss(const Tensor& x, const Tensor& labels, Reduction reduction) {
  return multilabel_margin_loss(x, labels, LossOptions{reduction});
}
inline Tensor multilabel_soft_margin_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return multilabel_soft_margin_loss(x, target, MultiLabelSoftMarginOptions{reduction});
}

}  // namespace gradus
