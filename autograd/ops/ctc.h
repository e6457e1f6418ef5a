// Connectionist temporal classification: labels whose places in time nobody knows.
//   Tensor loss = ctc_loss(log_softmax(logits), labels, tensor({50, 42}, i64), tensor({5, 3}, i64));
#pragma once
#include <gradus/autograd/ops/loss.h>

namespace gradus {

struct CtcLossOptions {
  std::int64_t blank = 0;                 // the class that says nothing
  Reduction reduction = Reduction::mean;  // mean: of the losses, each divided by its number of labels
  bool zero_infinity = false;             // a loss that no way leads to, and its gradient, is 0 and not ∞ and NaN
};
// −log of the probability of `targets` over all ways to say them (Graves et al., ICML 2006). log_probs [T, N, C], or [T, C] for one sample,
// logarithms of probabilities, f32 or f64; targets [N, S], of which the first target_lengths[n] count, or all samples' one after the other;
// lengths [N] (one sample: a scalar). Whole numbers of any type. ShapeError, DtypeError; ValueError for a label out of range or blank, and
// for lengths that are not there. The gradient is the derivative by log_probs themselves (PyTorch adds exp(log_probs), which log_softmax
// takes away again). Memory [N, T, 2S + 1]; recorded, every step is differentiable operations.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths, const Tensor& target_lengths,
                const CtcLossOptions& options = {});

}  // namespace gradus
