// Losses that are −log of a density, and the distance of distributions. What holds for all losses: loss.h; here `weight` is a factor for
// each element, which broadcasts, and the mean divides by the sum of weights.
//   gaussian_nll_loss(mean, target, variance);   kl_div(log_softmax(logits), teacher, {.reduction = KLReduction::batchmean});
#pragma once
#include <gradus/autograd/ops/loss.h>

namespace gradus {

enum class KLReduction { mean, sum, none, batchmean };   // batchmean: the sum divided by the size of dimension 0

struct KLDivOptions {
  KLReduction reduction = KLReduction::mean;   // over all elements, as PyTorch's: the divergence itself is batchmean
  bool log_target = false;                     // the target is a logarithm, too
  Tensor weight = {};
};
// t·(log t − x), where x is a logarithm of probabilities; 0 for t = 0 with slope 0 by t. With log_target e^t·(t − x).
Tensor kl_div(const Tensor& x, const Tensor& target, const KLDivOptions& options = {});

struct PoissonNLLOptions {
  Reduction reduction = Reduction::mean;
  bool log_input = true;    // x is the logarithm of the rate
  bool full = false;        // with Stirling's t·log t − t + ½ log(2πt) in place of log t!, where t > 1
  double eps = 1e-8;
  Tensor weight = {};

  void describe(Describe& is) const { is(range::at_least_zero, eps); }
};
// e^x − t·x, or x − t·log(x + eps) without log_input.
Tensor poisson_nll_loss(const Tensor& x, const Tensor& target, const PoissonNLLOptions& options = {});

struct GaussianNLLOptions {
  Reduction reduction = Reduction::mean;
  bool full = false;        // with the constant ½ log 2π
  double eps = 1e-6;
  Tensor weight = {};

  void describe(Describe& is) const { is(range::at_least_zero, eps); }
};
// ½(log v + (x − t)²/v), where v is the variance, but at least eps: its slope is that at eps, then. The variance has x's shape, that
// without the last dimension, or with one dimension of size 1. ValueError for one below 0.
Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& variance, const GaussianNLLOptions& options = {});
Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, double variance, const GaussianNLLOptions& options = {});

inline Tensor kl_div(const Tensor& x, const Tensor& target, KLReduction reduction) { return kl_div(x, target, KLDivOptions{reduction}); }
inline Tensor gaussian_nll_loss(const Tensor& x, const Tensor& target, const Tensor& variance, Reduction reduction) {
  return gaussian_nll_loss(x, target, variance, GaussianNLLOptions{reduction});
}
inline Tensor poisson_nll_loss(const Tensor& x, const Tensor& target, Reduction reduction) {
  return poisson_nll_loss(x, target, PoissonNLLOptions{reduction});
}

}  // namespace gradus
