// Losses where few samples matter: focal losses, which turn away from what is right already, and the overlap of areas. What holds for all
// losses: loss.h.
//   sigmoid_focal_loss(logits, target, {.gamma = 1.5});   dice_loss(softmax(logits, 1), one_hot);
#pragma once
#include <gradus/autograd/ops/loss.h>

namespace gradus {

struct SigmoidFocalOptions {
  Reduction reduction = Reduction::mean;   // torchvision's is none
  double alpha = 0.25;                     // the part of ones, 1 − α that of zeros; below 0: no such factors
  double gamma = 2;
  Tensor weight = {};                      // as LossOptions has it

  void describe(Describe& is) const {
    is(range::at_most(1), alpha);
    is(range::at_least_zero, gamma);
  }
};
// α_t·(1 − p_t)^γ·bce_with_logits, where p_t is the probability of what the target says (Lin et al., ICCV 2017).
Tensor sigmoid_focal_loss(const Tensor& x, const Tensor& target, const SigmoidFocalOptions& options = {});

struct SoftmaxFocalOptions {
  Reduction reduction = Reduction::mean;
  double gamma = 2;
  std::int64_t ignore_index = -100;
  Tensor weight = {}, sample_weight = {};   // as cross_entropy's, α of each class

  void describe(Describe& is) const { is(range::at_least_zero, gamma); }
};
// −(1 − p)^γ·log p for p = softmax(logits)[label]: γ = 0 is cross_entropy, whose shapes it takes.
Tensor softmax_focal_loss(const Tensor& logits, const Tensor& label, const SoftmaxFocalOptions& options = {});

struct DiceOptions {
  Reduction reduction = Reduction::mean;
  double smooth = 1;        // nothing where nothing should be: no loss
  bool squared = false;     // areas are sums of squares (Milletari et al., 3DV 2016)
  Tensor weight = {};       // of each loss, in a shape that broadcasts to [N, C]

  void describe(Describe& is) const { is(range::at_least_zero, smooth); }
};
// 1 − (2·Σ x·t + smooth) / (Σ x + Σ t + smooth) over the places d1, …: probabilities and target [N, C, d1, …] → [N, C].
Tensor dice_loss(const Tensor& x, const Tensor& target, const DiceOptions& options = {});

inline Tensor sigmoid_focal_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return sigmoid_focal_loss(x, target, SigmoidFocalOptions{reduction});
}
inline Tensor softmax_focal_loss(const Tensor& logits, const Tensor& label, Reduction reduction) {
  return softmax_focal_loss(logits, label, SoftmaxFocalOptions{reduction});
}
inline Tensor dice_loss(const Tensor& x, const Tensor& target, Reduction reduction) { return dice_loss(x, target, DiceOptions{reduction}); }

}  // namespace gradus
