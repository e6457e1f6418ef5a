// Losses, from the operations, and how often a classifier is right. As layers: losses/layers.h.
//   Tensor loss = nn::cross_entropy(net(image), label);   double right = nn::accuracy(net(image), label);
#pragma once
#include <gradus/autograd/ops/ctc.h>
#include <gradus/autograd/ops/loss.h>
#include <gradus/autograd/ops/loss_embedding.h>
#include <gradus/autograd/ops/loss_imbalance.h>
#include <gradus/autograd/ops/loss_likelihood.h>
#include <gradus/autograd/ops/loss_margin.h>

namespace gradus::nn {

using gradus::bce_with_logits;
using gradus::BCEWithLogitsOptions;
using gradus::binary_cross_entropy;
using gradus::cosine_embedding_loss;
using gradus::CosineEmbeddingOptions;
using gradus::cross_entropy;
using gradus::CrossEntropyOptions;
using gradus::ctc_loss;
using gradus::CtcLossOptions;
using gradus::dice_loss;
using gradus::DiceOptions;
using gradus::gaussian_nll_loss;
using gradus::GaussianNLLOptions;
using gradus::hinge_embedding_loss;
using gradus::HingeEmbeddingOptions;
using gradus::huber_loss;
using gradus::HuberOptions;
using gradus::info_nce;
using gradus::InfoNCEOptions;
using gradus::kl_div;
using gradus::KLDivOptions;
using gradus::KLReduction;
using gradus::l1_loss;
using gradus::LossOptions;
using gradus::margin_ranking_loss;
using gradus::MarginRankingOptions;
using gradus::mse_loss;
using gradus::multi_margin_loss;
using gradus::MultiLabelSoftMarginOptions;
using gradus::multilabel_margin_loss;
using gradus::multilabel_soft_margin_loss;
using gradus::MultiMarginOptions;
using gradus::nll_loss;
using gradus::NLLOptions;
using gradus::poisson_nll_loss;
using gradus::PoissonNLLOptions;
using gradus::Reduction;
using gradus::sigmoid_focal_loss;
using gradus::SigmoidFocalOptions;
using gradus::smooth_l1_loss;
using gradus::SmoothL1Options;
using gradus::soft_margin_loss;
using gradus::softmax_focal_loss;
using gradus::SoftmaxFocalOptions;
using gradus::triplet_margin_loss;
using gradus::triplet_margin_with_distance_loss;
using gradus::TripletMarginOptions;
using gradus::TripletMarginWithDistanceOptions;

// The fraction of rows whose (first) largest logit stands at the label: logits [N, C], label [N] i64; in [0, 1].
// ShapeError, DtypeError; ValueError for N = 0.
double accuracy(const Tensor& logits, const Tensor& label);

}  // namespace gradus::nn
