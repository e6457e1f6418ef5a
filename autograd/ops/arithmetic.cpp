#include <gradus/autograd/ops/arithmetic.h>

#include <gradus/autograd/simd/internal/level.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/ops/formulas/arithmetic.h>
#include <gradus/autograd/ops/internal/whole.h>

namespace gradus {
namespace formulas {
GRADUS_DISPATCH(FormulaTable<Arithmetic>, arithmetic_table)
}

using detail::is_whole, detail::whole;
using kernels::WholeOp;

namespace {

void refuse_true_division(const Tensor& x) {
  check<DtypeError>(!is_whole(x), "div: true division needs f32 or f64, not ", describe(x),
                    "; convert with x.to(f32), or round down with floor_divide(a, b)");
}

// As PyTorch says of a plain exponent; a tensor's is not looked through.
void check_whole_exponent(double exponent, const Tensor& x) {
  check<ValueError>(exponent >= 0, "pow: whole numbers to a negative power are fractions, which need f32 or f64: exponent ", exponent,
                    " for ", describe(x), "; convert with x.to(f32)");
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) { return is_whole(a) ? whole("add", WholeOp::add, a, b) : elementwise(formulas::Add{}, a, b); }
Tensor sub(const Tensor& a, const Tensor& b) { return is_whole(a) ? whole("sub", WholeOp::sub, a, b) : elementwise(formulas::Sub{}, a, b); }
Tensor mul(const Tensor& a, const Tensor& b) { return is_whole(a) ? whole("mul", WholeOp::mul, a, b) : elementwise(formulas::Mul{}, a, b); }
Tensor add(const Tensor& a, const Tensor& b, double alpha) {
  if (!is_whole(a)) return elementwise(formulas::AddScaled{alpha}, a, b);
  return whole("add", WholeOp::add, a, Tensor(whole("add", WholeOp::mul, b, alpha)));
}
Tensor sub(const Tensor& a, const Tensor& b, double alpha) {
  if (!is_whole(a)) return elementwise(formulas::AddScaled{-alpha, "sub"}, a, b);
  return whole("sub", WholeOp::sub, a, Tensor(whole("sub", WholeOp::mul, b, alpha)));
}
Tensor div(const Tensor& a, const Tensor& b) {
  refuse_true_division(a);
  return elementwise(formulas::Div{}, a, b);
}

Tensor add(const Tensor& a, double b) { return is_whole(a) ? whole("add", WholeOp::add, a, b) : elementwise(formulas::AddNumber{b}, a); }
Tensor sub(const Tensor& a, double b) {
  if (is_whole(a)) return whole("sub", WholeOp::sub, a, b);
  check_defined("sub", a);
  return add(a, -b);
}
Tensor mul(const Tensor& a, double b) { return is_whole(a) ? whole("mul", WholeOp::mul, a, b) : elementwise(formulas::MulNumber{b}, a); }
Tensor div(const Tensor& a, double b) {
  refuse_true_division(a);
  check_defined("div", a);
  return mul(a, 1 / b);
}
Tensor operator-(double a, const Tensor& b) {
  if (is_whole(b)) return whole("sub", WholeOp::sub, a, b);
  check_defined("sub", b);
  return add(neg(b), a);
}
Tensor operator/(double a, const Tensor& b) {
  refuse_true_division(b);
  return elementwise(formulas::NumberOver{a}, b);
}

Tensor neg(const Tensor& x) {
  if (is_whole(x)) return whole("neg", WholeOp::sub, 0, x);
  check_defined("neg", x);
  return mul(x, -1);
}

Tensor maximum(const Tensor& a, const Tensor& b) {
  return is_whole(a) ? whole("maximum", WholeOp::maximum, a, b) : elementwise(formulas::Maximum{}, a, b);
}
Tensor minimum(const Tensor& a, const Tensor& b) {
  return is_whole(a) ? whole("minimum", WholeOp::minimum, a, b) : elementwise(formulas::Minimum{}, a, b);
}
Tensor maximum(const Tensor& a, double b) {
  return is_whole(a) ? whole("maximum", WholeOp::maximum, a, b) : elementwise(formulas::Maximum{}, a, like(a, b));
}
Tensor minimum(const Tensor& a, double b) {
  return is_whole(a) ? whole("minimum", WholeOp::minimum, a, b) : elementwise(formulas::Minimum{}, a, like(a, b));
}

Tensor pow(const Tensor& x, const Tensor& exponent) {
  return is_whole(x) ? whole("pow", WholeOp::power, x, exponent) : elementwise(formulas::Pow{}, x, exponent);
}
Tensor pow(double base, const Tensor& exponent) {
  return is_whole(exponent) ? whole("pow", WholeOp::power, base, exponent) : elementwise(formulas::Pow{}, like(exponent, base), exponent);
}
Tensor pow(const Tensor& x, double exponent) {
  if (is_whole(x)) {
    check_whole_exponent(exponent, x);
    return whole("pow", WholeOp::power, x, exponent);
  }
  check_defined("pow", x);
  if (exponent == 2) return square(x);
  if (exponent == 0.5) return sqrt(x);
  return elementwise(formulas::Power{exponent}, x);
}

Tensor clamp(const Tensor& x, double low, double high) {
  check<ValueError>(low <= high, "clamp: the lower bound ", low, " is above the upper bound ", high);
  if (is_whole(x)) return whole("clamp", WholeOp::minimum, Tensor(whole("clamp", WholeOp::maximum, x, low)), high);
  return elementwise(formulas::Clamp{low, high}, x);
}

}  // namespace gradus
