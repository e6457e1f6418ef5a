#include <gradus/autograd/ops/rounding.h>

#include <cmath>

#include <gradus/autograd/kernels/elementwise/whole.h>
#include <gradus/autograd/ops/formulas/rounding.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/ops/internal/whole.h>
#include <gradus/autograd/ops/surrogate.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus {
namespace formulas {
GRADUS_DISPATCH(FormulaTable<Rounding>, rounding_table)
}

using detail::is_whole;
template <> inline constexpr const char* detail::formula_variant<formulas::TruncDiv> = "trunc";
using kernels::WholeOp;

namespace {

// Whole numbers are what they would be rounded to.
template <class F>
Tensor step(F formula, const Tensor& x) {
  if (!is_whole(x)) return elementwise(formula, x);
  detail::refuse_bool(F::name.data(), x);
  return x;
}

template <class F>
Tensor divided(WholeOp op, F formula, const Tensor& a, const Tensor& b) {
  return is_whole(a) ? detail::whole(F::name.data(), op, a, b) : elementwise(formula, a, b);
}
template <class F>
Tensor divided(WholeOp op, F formula, const Tensor& a, double b) {
  if (is_whole(a)) return detail::whole(F::name.data(), op, a, b);
  check_defined(F::name.data(), a, "a");
  return elementwise(formula, a, like(a, b));
}

}  // namespace

Tensor floor(const Tensor& x) { return step(formulas::Floor{}, x); }
Tensor ceil(const Tensor& x) { return step(formulas::Ceil{}, x); }
Tensor trunc(const Tensor& x) { return step(formulas::Trunc{}, x); }
Tensor round(const Tensor& x, const RoundOptions& options) {
  check_defined("round", x);
  if (options.straight_through) return straight_through(round(x.detach(), {.decimals = options.decimals}), x);
  if (options.decimals == 0) return step(formulas::Round{}, x);
  check<DtypeError>(!is_whole(x) || options.decimals > 0, "round: to ", options.decimals, " decimals needs f32 or f64, not ", describe(x),
                    "; convert with x.to(f32)");
  return step(formulas::RoundTo{std::pow(10., std::abs(options.decimals)), options.decimals < 0}, x);
}
Tensor frac(const Tensor& x) { return elementwise(formulas::Frac{}, x); }

Tensor div(const Tensor& a, const Tensor& b, Rounding rounding) {
  if (rounding == Rounding::trunc) return divided(WholeOp::trunc_divide, formulas::TruncDiv{}, a, b);
  return floor_divide(a, b);
}
Tensor div(const Tensor& a, double b, Rounding rounding) {
  if (rounding == Rounding::trunc) return divided(WholeOp::trunc_divide, formulas::TruncDiv{}, a, b);
  return floor_divide(a, b);
}
Tensor floor_divide(const Tensor& a, const Tensor& b) { return divided(WholeOp::floor_divide, formulas::FloorDiv{}, a, b); }
Tensor floor_divide(const Tensor& a, double b) { return divided(WholeOp::floor_divide, formulas::FloorDiv{}, a, b); }
Tensor remainder(const Tensor& a, const Tensor& b) { return divided(WholeOp::remainder, formulas::Remainder{}, a, b); }
Tensor remainder(const Tensor& a, double b) { return divided(WholeOp::remainder, formulas::Remainder{}, a, b); }
Tensor fmod(const Tensor& a, const Tensor& b) { return divided(WholeOp::fmod, formulas::Fmod{}, a, b); }
Tensor fmod(const Tensor& a, double b) { return divided(WholeOp::fmod, formulas::Fmod{}, a, b); }

}  // namespace gradus
