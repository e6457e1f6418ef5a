#include <gradus/autograd/ops/internal/whole.h>

#include <gradus/autograd/kernels/axes/reduce.h>
#include <gradus/autograd/kernels/elementwise/compare.h>
#include <gradus/autograd/kernels/elementwise/whole.h>
#include <gradus/autograd/tape/internal/described.h>

namespace gradus::detail {
namespace {

using kernels::WholeOp;

bool has_zero(const Array& b) {
  const Array zeros = kernels::compare(kernels::Comparison::equal, b, Array::full({}, 0, b.dtype()), b.shape());
  return zeros.size() > 0 && kernels::max(zeros, (1u << b.rank()) - 1).item() != 0;
}

}  // namespace

void refuse_bool(const char* op, const Tensor& x) {
  check<DtypeError>(x.dtype() != boolean, op, ": not for bool: ", describe(x), "; convert with x.to(i64), or use logical_and(a, b), ",
                    "logical_or(a, b), logical_xor(a, b), logical_not(x)");
}

void check_whole(const char* op, const Tensor& x) {
  check_defined(op, x, "a");
  check<DtypeError>(is_whole(x), op, ": needs whole numbers, not ", describe(x), "; convert with x.to(i64)");
}

Array number_like(const char* op, const Tensor& x, double number) {
  if (is_whole(x))
    check<DtypeError>(holds(x.dtype(), number), op, ": the number ", number, " is no ", x.dtype(), ", which ", describe(x),
                      " would take; for f32 or f64 convert with x.to(f32)");
  return Array::full({}, number, x.dtype());
}

Array whole(const char* name, WholeOp op, const Tensor& a, const Tensor& b) {
  check_defined(name, a, "a");
  check_defined(name, b, "b");
  check<DtypeError>(a.dtype() == b.dtype(), name, ": dtypes differ: ", describe(a), " and ", describe(b),
                    "; nothing is promoted silently, convert one side with a.to(", b.dtype(), ")");
  const bool divides = op == WholeOp::floor_divide || op == WholeOp::remainder || op == WholeOp::trunc_divide || op == WholeOp::fmod;
  const bool shifts = op == WholeOp::left_shift || op == WholeOp::right_shift;
  if (divides || shifts || op == WholeOp::sub || op == WholeOp::power) refuse_bool(name, a);
  const Shape shape = broadcast_shapes(a.shape(), b.shape(), name);
  check<ValueError>(!divides || !has_zero(b.value()), name, ": division by zero: ", describe(a), " by ", describe(b));
  static constexpr const char* names[] = {"add", "sub", "mul", "floor_divide", "remainder", "trunc_divide", "fmod", "power", "maximum",
                                          "minimum", "bit_and", "bit_or", "bit_xor", "left_shift", "right_shift"};
  return told(names[static_cast<int>(op)], {&a, &b}, kernels::whole(op, a.value(), b.value(), shape));
}
Array whole(const char* name, WholeOp op, const Tensor& a, double b) {
  refuse_bool(name, a);   // truth + 1 would be another number than 1 + 1
  return whole(name, op, a, Tensor(number_like(name, a, b)));
}
Array whole(const char* name, WholeOp op, double a, const Tensor& b) {
  refuse_bool(name, b);
  return whole(name, op, Tensor(number_like(name, b, a)), b);
}

}  // namespace gradus::detail
