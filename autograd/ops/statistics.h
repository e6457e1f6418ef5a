// Variances, deviations, covariances, and counts.
//   const auto [variance, average] = var_mean(x, {0, 2});
//   gradus::std(x, 1, 0);   // the deviation of the elements themselves, not of a sample
// Axes as in reduce.h. What is divided by is n − correction (1: an unbiased estimate, 0: the elements' own), at least 0: the variance of
// one element is NaN, unless correction is 0. correction comes before keepdim, and true and false are PyTorch's `unbiased`.
#pragma once
#include <array>

#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// Σ (x − mean)² / (n − correction), about the mean that was found. f32 or f64.
Tensor var(const Tensor& x);
Tensor var(const Tensor& x, const Axes& axes, double correction = 1, bool keepdim = false);
// Its root; where that is 0 the gradient is 0. Behind `using namespace gradus` write gradus::std, for std alone is the standard library
// too.
Tensor std(const Tensor& x);
Tensor std(const Tensor& x, const Axes& axes, double correction = 1, bool keepdim = false);
// Both at once: {variance or deviation, mean}.
std::array<Tensor, 2> var_mean(const Tensor& x);
std::array<Tensor, 2> var_mean(const Tensor& x, const Axes& axes, double correction = 1, bool keepdim = false);
std::array<Tensor, 2> std_mean(const Tensor& x);
std::array<Tensor, 2> std_mean(const Tensor& x, const Axes& axes, double correction = 1, bool keepdim = false);

// Of variables [variables, observations] → [variables, variables]; of one variable [observations] → a scalar. ShapeError for other ranks.
// Vectors of weights, none negative: how often each observation was made (whole numbers), and how much it counts (in x's dtype; it has a
// gradient). With w their product, n is Σ w, or Σ w − correction·Σ (w·aweights) / Σ w is what is divided by.
Tensor cov(const Tensor& x, double correction = 1, const Tensor& fweights = {}, const Tensor& aweights = {});
Tensor corrcoef(const Tensor& x);                                         // cov[i, j] / √(cov[i, i]·cov[j, j]), kept within [−1, 1]

// How many elements lie in each of `bins` equal parts of [low, high] (both 0: from the smallest to the largest element), in x's dtype; what
// lies outside, and NaN, is not counted. f32 or f64; no gradient. ValueError unless bins >= 1 and low <= high are finite.
Tensor histc(const Tensor& x, std::int64_t bins = 100, double low = 0, double high = 0);
// How many elements are 0, 1, …, max(x) (at least minlength of them): i64, or the sums of `weights` [n], in their dtype. x is a vector of
// whole numbers, none negative; no gradient.
Tensor bincount(const Tensor& x, const Tensor& weights = {}, std::int64_t minlength = 0);

}  // namespace gradus
