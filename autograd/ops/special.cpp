#include <gradus/autograd/ops/special.h>

#include <cmath>
#include <numbers>

#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/formulas/special.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus {
namespace formulas {
GRADUS_DISPATCH(FormulaTable<Special>, special_table)
}

Tensor erfc(const Tensor& x) { return elementwise(formulas::Erfc{}, x); }
Tensor erfinv(const Tensor& x) { return elementwise(formulas::Erfinv{}, x); }
Tensor lgamma(const Tensor& x) { return elementwise(formulas::Lgamma{}, x); }
Tensor digamma(const Tensor& x) { return elementwise(formulas::Digamma{}, x); }
Tensor polygamma(int n, const Tensor& x) {
  check<ValueError>(n >= 0, "polygamma: the order must not be negative: ", n);
  return elementwise(formulas::Polygamma{n}, x);
}
Tensor mvlgamma(const Tensor& x, int p) {
  check_defined("mvlgamma", x);
  check_computes_in(x.dtype(), "mvlgamma");
  check<ValueError>(p >= 1, "mvlgamma: the number of dimensions must be positive: ", p);
  check<ValueError>(x.size() == 0 || min(x.detach()).item() > (p - 1) / 2., "mvlgamma: x must be above ", (p - 1) / 2., ", (p - 1)/2, and ",
                    describe(x), " is not");
  Tensor total = lgamma(x) + p * (p - 1) / 4. * std::log(std::numbers::pi);
  for (int i = 1; i < p; ++i) total = total + lgamma(x - i / 2.);
  return total;
}
Tensor expit(const Tensor& x) {
  check_defined("expit", x);
  check_computes_in(x.dtype(), "expit");
  return sigmoid(x);
}
Tensor logit(const Tensor& x) { return elementwise(formulas::Logit{-1}, x); }
Tensor logit(const Tensor& x, double eps) {
  check<ValueError>(eps >= 0 && eps <= 0.5, "logit: eps must lie in [0, 0.5]: ", eps);
  return elementwise(formulas::Logit{eps}, x);
}
Tensor xlogy(const Tensor& a, const Tensor& b) { return elementwise(formulas::Xlogy{}, a, b); }
Tensor xlogy(const Tensor& a, double b) {
  check_defined("xlogy", a, "a");
  return xlogy(a, like(a, b));
}
Tensor xlogy(double a, const Tensor& b) {
  check_defined("xlogy", b, "b");
  return xlogy(like(b, a), b);
}

}  // namespace gradus
