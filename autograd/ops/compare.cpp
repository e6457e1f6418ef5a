#include <gradus/autograd/ops/compare.h>

#include <cmath>
#include <limits>
#include <utility>

#include <gradus/autograd/kernels/elementwise/compare.h>
#include <gradus/autograd/ops/apply.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/internal/whole.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using kernels::Comparison;


void check_dtypes(const char* name, const Tensor& a, const Tensor& b) {
  check_defined(name, a, "a");
  check_defined(name, b, "b");
  check<DtypeError>(a.dtype() == b.dtype(), name, ": dtypes differ: ", describe(a), " and ", describe(b), "; convert one side with b.to(",
                    a.dtype(), ")");
}

Tensor compare(Comparison how, const char* name, const Tensor& a, const Tensor& b) {
  check_dtypes(name, a, b);
  static constexpr const char* names[] = {"==", "!=", "<", "<=", ">", ">="};
  return detail::told(names[static_cast<int>(how)], {&a, &b},
                      kernels::compare(how, a.value(), b.value(), broadcast_shapes(a.shape(), b.shape(), name)));
}

// The plain number is taken in the tensor's dtype; whole-number tensors are compared as f64 when it is none that they hold.
Tensor compare(Comparison how, const char* name, const Tensor& a, double b) {
  check_defined(name, a, "a");
  const Tensor x = holds(a.dtype(), b) ? a : a.to(f64);
  return compare(how, name, x, Tensor(Array::full({}, b, x.dtype())));
}

std::pair<Tensor, Tensor> truths(const char* name, const Tensor& a, const Tensor& b) {
  check_defined(name, a, "a");
  check_defined(name, b, "b");
  return {a.to(boolean), b.to(boolean)};
}

Tensor logical(const char* name, kernels::WholeOp op, const Tensor& a, const Tensor& b) {
  const auto [x, y] = truths(name, a, b);
  return detail::whole(name, op, x, y);
}

struct Where final : Op {
  Shape a_shape, b_shape;
  std::string_view name() const override { return "where"; }
  Array forward(const Tensor& condition, const Tensor& a, const Tensor& b) {
    check_defined("where", condition, "the condition");
    check_dtypes("where", a, b);
    check<DtypeError>(condition.dtype() == boolean, "where: the condition must be bool, not ", describe(condition),
                      "; compare it, say with x != 0");
    const Shape shape = broadcast_shapes(condition.shape(), broadcast_shapes(a.shape(), b.shape(), "where"), "where");
    save(condition);
    a_shape = a.shape(), b_shape = b.shape();
    return kernels::select(condition.value(), a.value(), b.value(), shape);
  }
  Grads backward(Tensor g) override {
    const Tensor condition = saved()[0];
    return {Tensor{}, needs(1) ? sum_to(where(condition, g, 0.0), a_shape) : Tensor{},
            needs(2) ? sum_to(where(condition, 0.0, g), b_shape) : Tensor{}};
  }
  Tensor tangent(std::span<const Tensor> vs) override {
    const Tensor condition = saved()[0];
    const Tensor chosen = !needs(1)   ? where(condition, 0.0, vs[2])
                          : !needs(2) ? where(condition, vs[1], 0.0)
                                      : where(condition, vs[1], vs[2]);
    return expand(chosen, broadcast_shapes(condition.shape(), broadcast_shapes(a_shape, b_shape, "where"), "where"));
  }
};

}  // namespace

Tensor operator==(const Tensor& a, const Tensor& b) { return compare(Comparison::equal, "==", a, b); }
Tensor operator!=(const Tensor& a, const Tensor& b) { return compare(Comparison::not_equal, "!=", a, b); }
Tensor operator<(const Tensor& a, const Tensor& b) { return compare(Comparison::less, "<", a, b); }
Tensor operator<=(const Tensor& a, const Tensor& b) { return compare(Comparison::less_equal, "<=", a, b); }
Tensor operator>(const Tensor& a, const Tensor& b) { return compare(Comparison::greater, ">", a, b); }
Tensor operator>=(const Tensor& a, const Tensor& b) { return compare(Comparison::greater_equal, ">=", a, b); }
Tensor operator==(const Tensor& a, double b) { return compare(Comparison::equal, "==", a, b); }
Tensor operator!=(const Tensor& a, double b) { return compare(Comparison::not_equal, "!=", a, b); }
Tensor operator<(const Tensor& a, double b) { return compare(Comparison::less, "<", a, b); }
Tensor operator<=(const Tensor& a, double b) { return compare(Comparison::less_equal, "<=", a, b); }
Tensor operator>(const Tensor& a, double b) { return compare(Comparison::greater, ">", a, b); }
Tensor operator>=(const Tensor& a, double b) { return compare(Comparison::greater_equal, ">=", a, b); }

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) { return record(Where{}, condition, a, b); }
Tensor where(const Tensor& condition, const Tensor& a, double b) {
  check_defined("where", a, "a");
  return where(condition, a, Tensor(detail::number_like("where", a, b)));
}
Tensor where(const Tensor& condition, double a, const Tensor& b) {
  check_defined("where", b, "b");
  return where(condition, Tensor(detail::number_like("where", b, a)), b);
}
Tensor where(const Tensor& condition, double a, double b, Dtype dtype) {
  return where(condition, a, Tensor(detail::number_like("where", Tensor(Array::zeros({}, dtype)), b)));
}

Tensor isnan(const Tensor& x) {
  check_defined("isnan", x);
  return x != x;
}
Tensor isinf(const Tensor& x) {
  check_defined("isinf", x);
  return is_floating(x.dtype()) ? x == HUGE_VAL || x == -HUGE_VAL : Tensor(Array::zeros(x.shape(), boolean));
}
Tensor isfinite(const Tensor& x) {
  check_defined("isfinite", x);
  return is_floating(x.dtype()) ? x < HUGE_VAL && x > -HUGE_VAL : Tensor(Array::full(x.shape(), 1, boolean));
}
Tensor signbit(const Tensor& x) {
  check_defined("signbit", x);
  if (!is_floating(x.dtype())) return x < 0;
  const Tensor of = is_small_float(x.dtype()) ? x.detach().to(f32) : x.detach();
  return copysign(like(of, 1), of) < 0;
}

Tensor isclose(const Tensor& given, const Tensor& other, double rtol, double atol, bool equal_nan) {
  check_dtypes("isclose", given, other);
  check<ValueError>(rtol >= 0 && atol >= 0, "isclose: tolerances must not be negative: rtol ", rtol, ", atol ", atol);
  static_cast<void>(broadcast_shapes(given.shape(), other.shape(), "isclose"));
  const bool computes = computes_in(given.dtype());
  const Tensor a = computes ? given.detach() : given.detach().to(f64), b = computes ? other.detach() : other.detach().to(f64);
  const Tensor close = (a == b) || (isfinite(a - b) && abs(a - b) <= atol + rtol * abs(b));
  return equal_nan ? close || (isnan(a) && isnan(b)) : close;
}
bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan) {
  return all(isclose(a, b, rtol, atol, equal_nan)).item() != 0;
}

Tensor heaviside(const Tensor& x, const Tensor& values) {
  check_dtypes("heaviside", x, values);
  return where(x.detach() == 0, values.detach(), (x.detach() > 0).to(x.dtype()));
}

Tensor logical_and(const Tensor& a, const Tensor& b) { return logical("logical_and", kernels::WholeOp::minimum, a, b); }
Tensor logical_or(const Tensor& a, const Tensor& b) { return logical("logical_or", kernels::WholeOp::maximum, a, b); }
Tensor logical_xor(const Tensor& a, const Tensor& b) {
  const auto [x, y] = truths("logical_xor", a, b);
  return compare(Comparison::not_equal, "logical_xor", x, y);
}
Tensor logical_not(const Tensor& x) {
  check_defined("logical_not", x);
  return x == 0;
}

}  // namespace gradus
