#include <gradus/autograd/ops/arithmetic.h>

#include <gradus/autograd/ops/elementwise.h>

namespace gradus {

Tensor add(const Tensor& a, const Tensor& b) { return elementwise(formulas::Add{}, a, b); }
Tensor sub(const Tensor& a, const Tensor& b) { return elementwise(formulas::Sub{}, a, b); }
Tensor mul(const Tensor& a, const Tensor& b) { return elementwise(formulas::Mul{}, a, b); }
Tensor div(const Tensor& a, const Tensor& b) { return elementwise(formulas::Div{}, a, b); }
Tensor add(const Tensor& a, double b) { return elementwise(formulas::AddNumber{b}, a); }
Tensor mul(const Tensor& a, double b) { return elementwise(formulas::MulNumber{b}, a); }
Tensor neg(const Tensor& x) { return mul(x, -1); }
Tensor operator/(const Tensor& a, double b) { return mul(a, 1 / b); }
Tensor operator-(double a, const Tensor& b) { return add(neg(b), a); }
Tensor operator/(double a, const Tensor& b) { return elementwise(formulas::NumberOver{a}, b); }
Tensor maximum(const Tensor& a, const Tensor& b) { return elementwise(formulas::Maximum{}, a, b); }
Tensor minimum(const Tensor& a, const Tensor& b) { return elementwise(formulas::Minimum{}, a, b); }
Tensor pow(const Tensor& x, const Tensor& exponent) { return elementwise(formulas::Pow{}, x, exponent); }

Tensor pow(const Tensor& x, double exponent) {
  if (exponent == 2) return square(x);
  if (exponent == 0.5) return sqrt(x);
  return elementwise(formulas::Power{exponent}, x);
}

Tensor clamp(const Tensor& x, double low, double high) {
  check<ValueError>(low <= high, "clamp: the lower bound ", low, " is above the upper bound ", high);
  return elementwise(formulas::Clamp{low, high}, x);
}

}  // namespace gradus
