// Special functions, elementwise (f32 or f64). Formulas: ops/formulas/special.h. GraphError for an undefined tensor, DtypeError.
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

Tensor erfc(const Tensor& x);                               // 1 − erf(x), far out, too
Tensor erfinv(const Tensor& x);                             // ±∞ at ±1, NaN beyond
Tensor lgamma(const Tensor& x);                             // log|Γ(x)|; +∞ at 0, −1, −2, …
Tensor digamma(const Tensor& x);                            // its derivative ψ; ∓∞ at ±0, NaN at −1, −2, …
Tensor polygamma(int n, const Tensor& x);                   // the n-th derivative of ψ; ValueError for n < 0
Tensor mvlgamma(const Tensor& x, int p);                    // log Γ_p(x), p dimensions; ValueError for p < 1 or x <= (p − 1)/2
Tensor expit(const Tensor& x);                              // sigmoid
Tensor logit(const Tensor& x);                              // log(x/(1 − x)), sigmoid's inverse; slope NaN outside of [0, 1]
Tensor logit(const Tensor& x, double eps);                  // of x cut to [eps, 1 − eps]; slope 0 outside
// a·log b, 0 where a is 0; ShapeError. Slope along a: log b, but 0 at a = 0, b <= 0; along b: a/b, 0 at (0, 0).
Tensor xlogy(const Tensor& a, const Tensor& b);
Tensor xlogy(const Tensor& a, double b);
Tensor xlogy(double a, const Tensor& b);

}  // namespace gradus
