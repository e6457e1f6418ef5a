#include <gradus/autograd/ops/blend.h>

#include <limits>

#include <gradus/autograd/ops/formulas/arithmetic.h>
#include <gradus/autograd/ops/formulas/blend.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/ops/internal/whole.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus {
namespace formulas {
GRADUS_DISPATCH(FormulaTable<Blend>, blend_table)
}

using detail::is_whole, detail::whole;
using kernels::WholeOp;

Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight) { return elementwise(formulas::Lerp{}, a, b, weight); }
Tensor lerp(const Tensor& a, const Tensor& b, double weight) { return elementwise(formulas::LerpNumber{weight}, a, b); }
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, double value) { return elementwise(formulas::AddCmul{value}, x, a, b); }
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, double value) { return elementwise(formulas::AddCdiv{value}, x, a, b); }

Tensor fmax(const Tensor& a, const Tensor& b) {
  return is_whole(a) ? whole("fmax", WholeOp::maximum, a, b) : elementwise(formulas::Fmax{}, a, b);
}
Tensor fmin(const Tensor& a, const Tensor& b) {
  return is_whole(a) ? whole("fmin", WholeOp::minimum, a, b) : elementwise(formulas::Fmin{}, a, b);
}

Tensor clamp(const Tensor& x, const Tensor& low, const Tensor& high) {
  if (is_whole(x)) return whole("clamp", WholeOp::minimum, Tensor(whole("clamp", WholeOp::maximum, x, low)), high);
  return elementwise(formulas::ClampBetween{}, x, low, high);
}
Tensor clamp_min(const Tensor& x, const Tensor& low) {
  if (is_whole(x)) return whole("clamp_min", WholeOp::maximum, x, low);
  check_defined("clamp_min", x);
  return elementwise(formulas::ClampBetween{"clamp_min"}, x, low, like(x, formulas::infinity));
}
Tensor clamp_max(const Tensor& x, const Tensor& high) {
  if (is_whole(x)) return whole("clamp_max", WholeOp::minimum, x, high);
  check_defined("clamp_max", x);
  return elementwise(formulas::ClampBetween{"clamp_max"}, x, like(x, -formulas::infinity), high);
}
Tensor clamp_min(const Tensor& x, double low) {
  if (is_whole(x)) return whole("clamp_min", WholeOp::maximum, x, low);
  return elementwise(formulas::Clamp{low, formulas::infinity, "clamp_min"}, x);
}
Tensor clamp_max(const Tensor& x, double high) {
  if (is_whole(x)) return whole("clamp_max", WholeOp::minimum, x, high);
  return elementwise(formulas::Clamp{-formulas::infinity, high, "clamp_max"}, x);
}

Tensor nan_to_num(const Tensor& x, double nan, std::optional<double> posinf, std::optional<double> neginf) {
  check_defined("nan_to_num", x);
  if (is_whole(x)) return x;
  const double most =
      visit_floating(x.dtype(), "nan_to_num", []<class T>(T) { return static_cast<double>(std::numeric_limits<T>::max()); });
  return elementwise(formulas::NanToNum{nan, posinf.value_or(most), neginf.value_or(-most)}, x);
}

}  // namespace gradus
