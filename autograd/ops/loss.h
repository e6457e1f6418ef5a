// Losses of numbers against their targets, and of scores against labels or distributions; more of them in loss_likelihood.h, loss_margin.h,
// loss_embedding.h and loss_imbalance.h. From logits where there is a choice, so that ±1000 is harmless.
//   Tensor loss = cross_entropy(logits, label, {.label_smoothing = 0.1});   Tensor each = mse_loss(y, t, {.reduction = Reduction::none});
// What holds for all: f32 or f64, of one dtype; x and its target have one shape (nothing is broadcast but weights). The mean of nothing is
// NaN. GraphError for an undefined tensor, ShapeError, DtypeError; ValueError for options out of range.
#pragma once
#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

namespace detail {
template <> inline constexpr bool is_pointer<Tensor> = true;   // weights are handles, no options that have a text
}

enum class Reduction { mean, sum, none };

// weight: a factor for each loss, in a shape that broadcasts to theirs: of an element, of a sample ([N, 1] for x [N, C]). The mean is
// Σ weight·loss / Σ weight, where nothing else is said.
struct LossOptions {
  Reduction reduction = Reduction::mean;
  Tensor weight = {};
};

Tensor mse_loss(const Tensor& x, const Tensor& target, const LossOptions& options = {});   // (x − t)²
Tensor l1_loss(const Tensor& x, const Tensor& target, const LossOptions& options = {});    // |x − t|; slope 0 at 0

struct SmoothL1Options {
  Reduction reduction = Reduction::mean;
  double beta = 1;   // 0: l1_loss
  Tensor weight = {};

  void describe(Describe& is) const { is(range::at_least_zero, beta); }
};
// ½(x − t)²/β up to |x − t| = β, |x − t| − ½β beyond.
Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, const SmoothL1Options& options = {});

struct HuberOptions {
  Reduction reduction = Reduction::mean;
  double delta = 1;
  Tensor weight = {};   // the mean divides by the number of losses, as PyTorch's does here

  void describe(Describe& is) const { is(range::above_zero, delta); }
};
// ½(x − t)² up to |x − t| = δ, δ·(|x − t| − ½δ) beyond.
Tensor huber_loss(const Tensor& x, const Tensor& target, const HuberOptions& options = {});

// −(t log x + (1 − t) log(1 − x)) of probabilities; logarithms are at least −100, and the slope by x, (x − t)/(x(1 − x)), divides by at
// least 1e-12. The mean of weighted ones divides by their number. ValueError for an x or a target outside of [0, 1].
Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, const LossOptions& options = {});

struct BCEWithLogitsOptions {
  Reduction reduction = Reduction::mean;
  Tensor weight = {};       // the mean divides by the number of losses
  Tensor pos_weight = {};   // a factor for the part of t, in a shape that broadcasts to x's: [C] of classes
};
// The same of logits: −(t log σ(x) + (1 − t) log(1 − σ(x))) = max(x, 0) − x·t + log(1 + e^−|x|), for any x and t.
Tensor bce_with_logits(const Tensor& x, const Tensor& target, const BCEWithLogitsOptions& options = {});

// Scores are [N, C], [N, C, d1, …], or [C] of one sample; a label is a whole number in [0, C), of any type, for each: [N], [N, d1, …], [].
struct CrossEntropyOptions {
  Reduction reduction = Reduction::mean;
  std::int64_t ignore_index = -100;   // what has this label counts neither in the loss nor in the mean, and may hold anything
  double label_smoothing = 0;
  Tensor weight = {};                 // of each class, [C]: the mean is Σ w[label]·loss / Σ w[label]
  Tensor sample_weight = {};          // of each label, in a shape that broadcasts to theirs; the mean divides by these, too

  void describe(Describe& is) const { is(range::unit, label_smoothing); }
};
// −log softmax(logits)[label], PyTorch's cross_entropy. With label smoothing ε −Σ t·w·log softmax for t = (1 − ε)·onehot + ε/C. A target of
// the logits' own shape and dtype is t itself: the probability of each class, of which the mean divides by the number of samples.
// ValueError for a label out of range, with its place. All ignored: NaN, with gradient 0.
Tensor cross_entropy(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options = {});

struct NLLOptions {
  Reduction reduction = Reduction::mean;
  std::int64_t ignore_index = -100;
  Tensor weight = {}, sample_weight = {};   // as cross_entropy's
};
// −log_probs[label]: cross_entropy of what log_softmax gave.
Tensor nll_loss(const Tensor& log_probs, const Tensor& label, const NLLOptions& options = {});

// Each of them with nothing but a reduction.
inline Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction) { return mse_loss(x, target, LossOptions{reduction}); }
inline Tensor l1_loss(const Tensor& x, const Tensor& target, Reduction reduction) { return l1_loss(x, target, LossOptions{reduction}); }
inline Tensor smooth_l1_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return smooth_l1_loss(x, target, SmoothL1Options{reduction});
}
inline Tensor huber_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return huber_loss(x, target, HuberOptions{reduction});
}
inline Tensor binary_cross_entropy(const Tensor& x, const Tensor& target, Reduction reduction) {
  return binary_cross_entropy(x, target, LossOptions{reduction});
}
inline Tensor bce_with_logits(const Tensor& x, const Tensor& target, Reduction reduction) {
  return bce_with_logits(x, target, BCEWithLogitsOptions{reduction});
}
inline Tensor cross_entropy(const Tensor& logits, const Tensor& target, Reduction reduction) {
  return cross_entropy(logits, target, CrossEntropyOptions{.reduction = reduction});
}
inline Tensor nll_loss(const Tensor& log_probs, const Tensor& label, Reduction reduction) {
  return nll_loss(log_probs, label, NLLOptions{.reduction = reduction});
}

}  // namespace gradus
