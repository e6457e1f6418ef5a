// Losses, from the operations, and how often a classifier is right.
//   Tensor loss = nn::cross_entropy(net(image), label);   double right = nn::accuracy(net(image), label);
#pragma once
#include <gradus/autograd/ops/ctc.h>
#include <gradus/autograd/ops/loss.h>

namespace gradus::nn {

using gradus::bce_with_logits;
using gradus::cross_entropy;
using gradus::CrossEntropyOptions;
using gradus::ctc_loss;
using gradus::CtcLossOptions;
using gradus::LossOptions;
using gradus::mse_loss;
using gradus::Reduction;

// The fraction of rows whose (first) largest logit stands at the label: logits [N, C], label [N] i64; in [0, 1].
// ShapeError, DtypeError; ValueError for N = 0.
double accuracy(const Tensor& logits, const Tensor& label);

}  // namespace gradus::nn
