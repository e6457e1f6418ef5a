// Losses as layers, under PyTorch's names: their options are kept, the call is the function's (losses/loss.h).
//   const nn::CrossEntropyLoss criterion({.label_smoothing = 0.1});   Tensor loss = criterion(net(x), label);
//   criterion.options.label_smoothing;
// Weights are options, not state: nn::state has none of them.
#pragma once
#include <gradus/autograd/ops/distance.h>
#include <gradus/nn/losses/loss.h>

namespace gradus::nn {

// Of x and its target.
template <class Options, Tensor (*f)(const Tensor&, const Tensor&, const Options&)>
struct LossOfTwo {
  Options options;
  LossOfTwo(const Options& given = {}) : options(given) {}
  Tensor operator()(const Tensor& x, const Tensor& target) const { return f(x, target, options); }
};
// Of three tensors: two that are compared and their target, an anchor and its examples, a mean, its target and the variance.
template <class Options, Tensor (*f)(const Tensor&, const Tensor&, const Tensor&, const Options&)>
struct LossOfThree {
  Options options;
  LossOfThree(const Options& given = {}) : options(given) {}
  Tensor operator()(const Tensor& a, const Tensor& b, const Tensor& c) const { return f(a, b, c, options); }
};

using L1Loss = LossOfTwo<LossOptions, l1_loss>;
using MSELoss = LossOfTwo<LossOptions, mse_loss>;
using SmoothL1Loss = LossOfTwo<SmoothL1Options, smooth_l1_loss>;
using HuberLoss = LossOfTwo<HuberOptions, huber_loss>;
using CrossEntropyLoss = LossOfTwo<CrossEntropyOptions, cross_entropy>;
using NLLLoss = LossOfTwo<NLLOptions, nll_loss>;
using BCELoss = LossOfTwo<LossOptions, binary_cross_entropy>;
using BCEWithLogitsLoss = LossOfTwo<BCEWithLogitsOptions, bce_with_logits>;
using KLDivLoss = LossOfTwo<KLDivOptions, kl_div>;
using PoissonNLLLoss = LossOfTwo<PoissonNLLOptions, poisson_nll_loss>;
using GaussianNLLLoss = LossOfThree<GaussianNLLOptions, gaussian_nll_loss>;
using HingeEmbeddingLoss = LossOfTwo<HingeEmbeddingOptions, hinge_embedding_loss>;
using MarginRankingLoss = LossOfThree<MarginRankingOptions, margin_ranking_loss>;
using SoftMarginLoss = LossOfTwo<LossOptions, soft_margin_loss>;
using MultiMarginLoss = LossOfTwo<MultiMarginOptions, multi_margin_loss>;
using MultiLabelMarginLoss = LossOfTwo<LossOptions, multilabel_margin_loss>;
using MultiLabelSoftMarginLoss = LossOfTwo<MultiLabelSoftMarginOptions, multilabel_soft_margin_loss>;
using CosineEmbeddingLoss = LossOfThree<CosineEmbeddingOptions, cosine_embedding_loss>;
using TripletMarginLoss = LossOfThree<TripletMarginOptions, triplet_margin_loss>;
using TripletMarginWithDistanceLoss = LossOfThree<TripletMarginWithDistanceOptions, triplet_margin_with_distance_loss>;
using SigmoidFocalLoss = LossOfTwo<SigmoidFocalOptions, sigmoid_focal_loss>;
using SoftmaxFocalLoss = LossOfTwo<SoftmaxFocalOptions, softmax_focal_loss>;
using DiceLoss = LossOfTwo<DiceOptions, dice_loss>;
using InfoNCELoss = LossOfTwo<InfoNCEOptions, info_nce>;

struct CTCLoss {
  CtcLossOptions options;
  CTCLoss(const CtcLossOptions& given = {}) : options(given) {}
  Tensor operator()(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths, const Tensor& target_lengths) const {
    return ctc_loss(log_probs, targets, input_lengths, target_lengths, options);
  }
};

// Functions of two tensors that are no losses.
struct CosineSimilarity {
  int axis = 1;
  double eps = 1e-8;
  Tensor operator()(const Tensor& a, const Tensor& b) const { return cosine_similarity(a, b, axis, eps); }
};
struct PairwiseDistance {
  double p = 2, eps = 1e-6;
  bool keepdim = false;
  Tensor operator()(const Tensor& a, const Tensor& b) const { return pairwise_distance(a, b, p, eps, keepdim); }
};

}  // namespace gradus::nn
