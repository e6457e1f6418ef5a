#include <gradus/autograd/ops/elementwise.h>

#include <gradus/autograd/kernels/level.h>

GRADUS_DISPATCH(FormulaTable, formula_table)

namespace gradus::detail {

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

Array run_value_row(kernels::Row row, const void* formula, const Shape& shape, std::span<const Tensor* const> inputs) {
  Array y(shape, inputs[0]->dtype());
  SmallVector<const Array*, 4> in;
  for (const Tensor* x : inputs) in.push_back(&x->value());
  Array* out[] = {&y};
  kernels::for_rows(shape, {in.data(), in.size()}, out, row, formula);
  return y;
}

Grads run_slope_row(kernels::Row row, const void* formula, const Shape& shape, std::span<const Tensor> x, const Tensor& g,
                    std::uint32_t wanted) {
  SmallVector<const Array*, 4> in;
  SmallVector<Array, 3> results;
  SmallVector<Array*, 3> out;
  results.resize(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    in.push_back(&x[i].value());
    if (wanted >> i & 1) results[i] = Array(shape, g.dtype());
    out.push_back(wanted >> i & 1 ? &results[i] : nullptr);
  }
  in.push_back(&g.value());
  kernels::for_rows(shape, {in.data(), in.size()}, {out.data(), out.size()}, row, formula);
  Grads grads;
  for (std::size_t i = 0; i < x.size(); ++i) grads.push_back(out[i] ? sum_to(Tensor(std::move(results[i])), x[i].shape()) : Tensor{});
  return grads;
}

}  // namespace gradus::detail
