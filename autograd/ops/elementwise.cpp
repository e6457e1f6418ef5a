#include <gradus/autograd/ops/elementwise.h>

#include <gradus/autograd/kernels/level.h>

GRADUS_DISPATCH(FormulaTable, formula_table)

namespace gradus {

const kernels::FormulaTable& kernels::formula_rows() { return formula_table(); }

namespace detail {

Shape elementwise_shape(const char* name, std::span<const Tensor* const> inputs) {
  Shape shape;
  for (const Tensor* x : inputs) {
    check<GraphError>(x->defined(), name, ": an input is undefined");
    check<DtypeError>(x->dtype() == inputs[0]->dtype(), name, ": dtypes differ: ", describe(*inputs[0]), " and ", describe(*x),
                      "; nothing is promoted silently, convert one side with .to(", inputs[0]->dtype(), ")");
    check<DtypeError>(is_floating(x->dtype()), name, ": needs f32 or f64, not ", describe(*x), "; convert with .to(f32)");
    shape = x == inputs[0] ? x->shape() : broadcast_shapes(shape, x->shape(), name);
  }
  return shape;
}

void run_row(kernels::Row row, const void* formula, const Shape& shape, std::span<const Array* const> in, std::span<Array* const> out) {
  kernels::for_rows(shape, in, out, row, formula);
}

}  // namespace detail
}  // namespace gradus
