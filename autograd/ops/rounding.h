// To whole numbers and decimals, and what division leaves, elementwise. Steps have the gradient 0, unless x goes straight through.
// Formulas: ops/formulas/rounding.h. Whole numbers stay what they are. GraphError for an undefined tensor, DtypeError, ShapeError.
//   round(x, {.decimals = 2});   round(x, {.straight_through = true});   div(a, b, Rounding::floor)
#pragma once
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

Tensor floor(const Tensor& x);
Tensor ceil(const Tensor& x);
Tensor trunc(const Tensor& x);                                            // towards 0
struct RoundOptions {
  int decimals = 0;                                                       // negative: to tens, hundreds, …
  bool straight_through = false;                                          // the gradient is that of x
};
Tensor round(const Tensor& x, const RoundOptions& options = {});          // halves to even
Tensor frac(const Tensor& x);                                             // x − trunc(x), with slope 1

enum class Rounding { trunc, floor };
// a / b, rounded. Whole numbers: ValueError for a division by zero; else ±∞ and NaN as a / b has them.
Tensor div(const Tensor& a, const Tensor& b, Rounding rounding);
Tensor div(const Tensor& a, double b, Rounding rounding);
// a − b·trunc(a / b): C's %, with the sign of a, exact. The slope along b is −trunc(a / b).
Tensor fmod(const Tensor& a, const Tensor& b);
Tensor fmod(const Tensor& a, double b);

}  // namespace gradus
