#include <gradus/autograd/ops/math.h>

#include <gradus/autograd/simd/internal/level.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/ops/internal/formulas/math.h>
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

}  // namespace gradus
