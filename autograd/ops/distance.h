// Distances of all rows to all others.
//   cdist(points, centres);   cdist(a, b, 1);
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// (Σ |a[m] − b[n]|ᵖ)^(1/p) of rows a [..., M, D] and b [..., N, D] → [..., M, N]; leading dimensions broadcast. p = ∞: the largest
// difference, 0: how many differ, without a gradient. Made of the differences themselves, so that near points far from 0 keep their
// digits. Where a distance is 0 so is its gradient. f32 or f64. ShapeError, DtypeError; ValueError for p < 0, GraphError for an undefined
// tensor.
Tensor cdist(const Tensor& a, const Tensor& b, double p = 2);

}  // namespace gradus
