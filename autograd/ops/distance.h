// Distances of all rows to all others, and of pairs.
//   cdist(points, centres);   cdist(a, b, 1);   cosine_similarity(image, caption);
#pragma once
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// (Σ |a[m] − b[n]|ᵖ)^(1/p) of rows a [..., M, D] and b [..., N, D] → [..., M, N]; leading dimensions broadcast. p = ∞: the largest
// difference, 0: how many differ, without a gradient. Made of the differences themselves, so that near points far from 0 keep their
// digits. Where a distance is 0 so is its gradient. f32 or f64. ShapeError, DtypeError; ValueError for p < 0, GraphError for an undefined
// tensor.
Tensor cdist(const Tensor& a, const Tensor& b, double p = 2);

// Both: a and b broadcast; f32 or f64; ShapeError, DtypeError, ValueError for the axis.
// (Σ |a − b + eps|ᵖ)^(1/p) along the last dimension.
Tensor pairwise_distance(const Tensor& a, const Tensor& b, double p = 2, double eps = 1e-6, bool keepdim = false);
// a·b / (‖a‖·‖b‖) along the axis; norms are at least eps, with the slope that they have without.
Tensor cosine_similarity(const Tensor& a, const Tensor& b, Axis axis = 1, double eps = 1e-8);

}  // namespace gradus
