// Circular and hyperbolic functions and their inverses, elementwise (f32 or f64); angles in radians. Formulas: ops/formulas/trigonometry.h.
// GraphError for an undefined tensor, DtypeError.
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tan(const Tensor& x);
Tensor asin(const Tensor& x);                       // slope ∞ at ±1, NaN beyond
Tensor acos(const Tensor& x);
Tensor atan(const Tensor& x);
Tensor atan2(const Tensor& y, const Tensor& x);     // the angle of the point (x, y), in [−π, π]; slopes 0 at (0, 0). ShapeError
Tensor sinh(const Tensor& x);
Tensor cosh(const Tensor& x);
Tensor asinh(const Tensor& x);
Tensor acosh(const Tensor& x);                      // slope ∞ at 1, NaN below
Tensor atanh(const Tensor& x);                      // ±∞ at ±1, NaN beyond
Tensor sinc(const Tensor& x);                       // sin(πx)/(πx), and 1 at 0
Tensor deg2rad(const Tensor& x);                    // x·π/180
Tensor rad2deg(const Tensor& x);

}  // namespace gradus
