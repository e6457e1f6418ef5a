// Comparisons and where.
#include <cmath>

#include <gradus/autograd/kernels/compare.h>
#include <gradus/autograd/op.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>

namespace gradus {
namespace {

using kernels::Comparison;

void check_dtypes(const char* name, const Tensor& a, const Tensor& b) {
  check<GraphError>(a.defined() && b.defined(), name, ": an input is undefined");
  check<DtypeError>(a.dtype() == b.dtype(), name, ": dtypes differ: ", describe(a), " and ", describe(b), "; convert one side with .to(",
                    a.dtype(), ")");
}

Tensor compare(Comparison how, const char* name, const Tensor& a, const Tensor& b) {
  check_dtypes(name, a, b);
  return kernels::compare(how, a.value(), b.value(), broadcast_shapes(a.shape(), b.shape(), name));
}

// The plain number is taken in the tensor's dtype; whole-number tensors are compared as f64 when the number is not whole.
Tensor compare(Comparison how, const char* name, const Tensor& a, double b) {
  const bool fits = is_floating(a.dtype()) || (b == std::floor(b) && (a.dtype() == i64 || (a.dtype() == u8 && 0 <= b && b <= 255)));
  const Tensor x = fits ? a : a.to(f64);
  return compare(how, name, x, Tensor(Array::full({}, b, x.dtype())));
}

struct Where final : Op {
  Shape a_shape, b_shape;
  std::string_view name() const override { return "where"; }
  Array forward(const Tensor& condition, const Tensor& a, const Tensor& b) {
    check_dtypes("where", a, b);
    check<DtypeError>(condition.dtype() == boolean, "where: the condition must be bool, not ", describe(condition), "; compare it, say x != 0");
    const Shape shape = broadcast_shapes(condition.shape(), broadcast_shapes(a.shape(), b.shape(), "where"), "where");
    save(condition);
    a_shape = a.shape(), b_shape = b.shape();
    return kernels::select(condition.value(), a.value(), b.value(), shape);
  }
  Grads backward(const Tensor& g) override {
    const Tensor condition = saved()[0];
    return {Tensor{}, needs(1) ? sum_to(where(condition, g, 0.0), a_shape) : Tensor{}, needs(2) ? sum_to(where(condition, 0.0, g), b_shape) : Tensor{}};
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
Tensor where(const Tensor& condition, const Tensor& a, double b) { return where(condition, a, Tensor(Array::full({}, b, a.dtype()))); }
Tensor where(const Tensor& condition, double a, const Tensor& b) { return where(condition, Tensor(Array::full({}, a, b.dtype())), b); }

}  // namespace gradus
