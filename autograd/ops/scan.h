// What is made of all elements so far along one axis, of neighbours, and of areas under curves.
//   cumsum(x, 0);   const auto [values, indices] = cummax(x, 1);   trapezoid(y, 0.1);
// A scalar has axis 0 (and −1). ValueError for an axis out of range.
#pragma once
#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/ops/values_and_indices.h>

namespace gradus {

Tensor cumsum(const Tensor& x, Axis axis);                                // Σ x[j] over j <= i; whole numbers and bool in i64
// Π x[j] over j <= i; whole numbers and bool in i64. The gradient is made without dividing: right with zeros, to any order.
Tensor cumprod(const Tensor& x, Axis axis);
Tensor logcumsumexp(const Tensor& x, Axis axis);  // log Σ e^x[j] over j <= i; of −∞ alone −∞, gradient 0; f32 or f64
// The largest and smallest so far and the last place of it, which has the gradient; NaN stays. Any dtype.
ValuesAndIndices cummax(const Tensor& x, Axis axis);
ValuesAndIndices cummin(const Tensor& x, Axis axis);

// x[i + 1] − x[i], n times over; of bool: whether they differ. What `prepend` and `append` hold, in x's dtype and its shape but along the
// axis, comes before and behind x first. ValueError for n < 0.
Tensor diff(const Tensor& x, std::int64_t n = 1, Axis axis = -1, const Tensor& prepend = {}, const Tensor& append = {});
// ∫ y by the trapezoidal rule: Σ (y[i] + y[i + 1])/2·dx, with dx for all or between the places x, a vector along `axis` or of a shape that
// broadcasts to y's.
Tensor trapezoid(const Tensor& y, double dx = 1, Axis axis = -1);
Tensor trapezoid(const Tensor& y, const Tensor& x, Axis axis = -1);
// The integral up to each place but the first.
Tensor cumulative_trapezoid(const Tensor& y, double dx = 1, Axis axis = -1);
Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, Axis axis = -1);

}  // namespace gradus
