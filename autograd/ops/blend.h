// Two or three tensors in one pass, elementwise, with broadcasting. Formulas: ops/formulas/blend.h. GraphError for an undefined tensor,
// DtypeError when the dtypes differ, ShapeError when the shapes do not broadcast.
#pragma once
#include <optional>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// a + weight·(b − a), exact at weight 0 and 1.
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight);
Tensor lerp(const Tensor& a, const Tensor& b, double weight);
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, double value = 1);      // x + value·a·b
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, double value = 1);      // x + value·a/b
// The larger, the smaller one; a number wins against NaN. Where a == b, a has the gradient. Of whole numbers too.
Tensor fmax(const Tensor& a, const Tensor& b);
Tensor fmin(const Tensor& a, const Tensor& b);
// min(max(x, low), high). Where a bound comes out it has the gradient, x has it on the bounds. Of whole numbers too.
Tensor clamp(const Tensor& x, const Tensor& low, const Tensor& high);
Tensor clamp_min(const Tensor& x, const Tensor& low);
Tensor clamp_min(const Tensor& x, double low);
Tensor clamp_max(const Tensor& x, const Tensor& high);
Tensor clamp_max(const Tensor& x, double high);
// NaN, +∞ and −∞ become numbers: 0 and the largest and smallest ones of the dtype, unless given. The gradient there is 0.
Tensor nan_to_num(const Tensor& x, double nan = 0, std::optional<double> posinf = {}, std::optional<double> neginf = {});

}  // namespace gradus
