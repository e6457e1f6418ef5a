// Masks (dtype bool), and positions that follow from values. Masks select and never multiply: what is not chosen may be infinite or NaN.
// GraphError for an undefined tensor, DtypeError for a mask that is not bool.
//   masked_fill(scores, mask, -infinity);   masked_select(x, x > 0);   index(x, {nonzero(row > 0)[…]})
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// x, and `value` where the mask is true; both broadcast. x gets no gradient there, and a value of one element all of it.
Tensor masked_fill(const Tensor& x, const Tensor& mask, double value);
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value);
// The elements where the mask is true, row-major, as a vector; both broadcast.
Tensor masked_select(const Tensor& x, const Tensor& mask);
// x, with the first elements of `source`, row-major, where the mask is true, which broadcasts to x. ValueError if it has too few.
Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source);

// Of each element that is not zero its place: i64 [n, rank], row-major. No gradient.
Tensor nonzero(const Tensor& x);
Tensor argwhere(const Tensor& x);                                         // the same
// Ones at `labels` (whole numbers from 0 on) of a new last dimension: i64. -1: as many classes as there are in the labels.
Tensor one_hot(const Tensor& labels, std::int64_t classes = -1);
// Whether each element of x is one of `values` (or none, if inverted): bool. NaN is none. No gradient.
Tensor isin(const Tensor& x, const Tensor& values, bool invert = false);

}  // namespace gradus
