// Losses. Each is one pass forward and one backward, from logits where there is a choice, so that ±1000 is harmless.
//   Tensor loss = cross_entropy(logits, label, {.label_smoothing = 0.1});   Tensor each = mse_loss(y, t, {.reduction = Reduction::none});
#pragma once
#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

enum class Reduction { mean, sum, none };

struct LossOptions {
  Reduction reduction = Reduction::mean;
};

struct CrossEntropyOptions {
  Reduction reduction = Reduction::mean;
  std::int64_t ignore_index = -100;      // rows with this label count neither in the loss nor in the mean
  double label_smoothing = 0;

  void describe(Describe& is) const { is(range::unit, label_smoothing); }
};
// −log softmax(logits)[label], PyTorch's cross_entropy. logits [N, C] f32 or f64; label [N] i64 in [0, C).
// ShapeError, DtypeError; ValueError for a label out of range (names row and label) and for an empty batch with Reduction::mean
// (a batch whose rows are all ignored gives NaN, with gradient 0).
Tensor cross_entropy(const Tensor& logits, const Tensor& label, const CrossEntropyOptions& options = {});

// Mean (sum, each) squared difference; shapes equal. ShapeError, DtypeError; ValueError for a mean of nothing.
Tensor mse_loss(const Tensor& x, const Tensor& target, const LossOptions& options = {});
// −(t log σ(x) + (1 − t) log(1 − σ(x))), stable for any x: max(x, 0) − x·t + log(1 + e^−|x|). Shapes equal.
Tensor bce_with_logits(const Tensor& x, const Tensor& target, const LossOptions& options = {});

// Each of them with nothing but a reduction.
inline Tensor cross_entropy(const Tensor& logits, const Tensor& label, Reduction reduction) {
  return cross_entropy(logits, label, CrossEntropyOptions{.reduction = reduction});
}
inline Tensor mse_loss(const Tensor& x, const Tensor& target, Reduction reduction) { return mse_loss(x, target, LossOptions{reduction}); }
inline Tensor bce_with_logits(const Tensor& x, const Tensor& target, Reduction reduction) {
  return bce_with_logits(x, target, LossOptions{reduction});
}

}  // namespace gradus
