// The value is one thing, the gradient another.
//   Tensor y = straight_through(sign(x), x);          trained as if it were x
//   Tensor domain = classifier(flip_gradient(features));    the features learn what the classifier does not
// GraphError for an undefined tensor.
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// `value`, with the gradient of x. ShapeError, DtypeError: both have one shape and dtype.
Tensor straight_through(const Tensor& value, const Tensor& x);
// x; the gradient is multiplied by `factor`.
Tensor scale_gradient(const Tensor& x, double factor);
// x; the gradient is multiplied by −factor (Ganin and Lempitsky, "Unsupervised domain adaptation by backpropagation", 2015).
Tensor flip_gradient(const Tensor& x, double factor = 1);

}  // namespace gradus
