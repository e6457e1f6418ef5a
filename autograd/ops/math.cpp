#include <gradus/autograd/ops/math.h>

#include <gradus/autograd/simd/internal/level.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/formulas/arithmetic.h>
#include <gradus/autograd/ops/formulas/math.h>
#include <gradus/autograd/ops/internal/whole.h>

namespace gradus {
namespace formulas {
GRADUS_DISPATCH(FormulaTable<Math>, math_table)
}

Tensor exp(const Tensor& x) { return elementwise(formulas::Exp{}, x); }
Tensor log(const Tensor& x) { return elementwise(formulas::Log{}, x); }
Tensor log1p(const Tensor& x) { return elementwise(formulas::Log1p{}, x); }
Tensor sqrt(const Tensor& x) { return elementwise(formulas::Sqrt{}, x); }
Tensor square(const Tensor& x) {
  if (!detail::is_whole(x)) return elementwise(formulas::Square{}, x);
  detail::refuse_bool("square", x);
  return mul(x, x);
}
Tensor abs(const Tensor& x) {
  if (!detail::is_whole(x)) return elementwise(formulas::Abs{}, x);
  detail::refuse_bool("abs", x);
  return is_signed(x.dtype()) ? maximum(x, neg(x)) : x;
}
Tensor sign(const Tensor& x) {
  if (!detail::is_whole(x)) return elementwise(formulas::Sign{}, x);
  detail::refuse_bool("sign", x);
  return (x > 0).to(x.dtype()) - (x < 0).to(x.dtype());
}
Tensor tanh(const Tensor& x) { return elementwise(formulas::Tanh{}, x); }
Tensor erf(const Tensor& x) { return elementwise(formulas::Erf{}, x); }
Tensor exp2(const Tensor& x) { return elementwise(formulas::Exp2{}, x); }
Tensor expm1(const Tensor& x) { return elementwise(formulas::Expm1{}, x); }
Tensor log2(const Tensor& x) { return elementwise(formulas::Log2{}, x); }
Tensor log10(const Tensor& x) { return elementwise(formulas::Log10{}, x); }
Tensor rsqrt(const Tensor& x) { return elementwise(formulas::Rsqrt{}, x); }
Tensor reciprocal(const Tensor& x) { return elementwise(formulas::NumberOver{1, "reciprocal"}, x); }

Tensor logaddexp(const Tensor& a, const Tensor& b) { return elementwise(formulas::LogAddExp{}, a, b); }
Tensor logaddexp2(const Tensor& a, const Tensor& b) { return elementwise(formulas::LogAddExp2{}, a, b); }
Tensor hypot(const Tensor& a, const Tensor& b) { return elementwise(formulas::Hypot{}, a, b); }
Tensor copysign(const Tensor& a, const Tensor& b) { return elementwise(formulas::CopySign{}, a, b); }
Tensor copysign(const Tensor& a, double b) {
  check_defined("copysign", a, "a");
  return copysign(a, like(a, b));
}
Tensor ldexp(const Tensor& x, const Tensor& exponent) {
  check_defined("ldexp", x);
  check_defined("ldexp", exponent, "exponent");
  return x * exp2(exponent.dtype() == x.dtype() ? exponent : exponent.to(x.dtype()));
}

}  // namespace gradus
