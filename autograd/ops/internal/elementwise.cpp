#include <gradus/autograd/ops/internal/elementwise.h>

#include <utility>

#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>

namespace gradus::detail {

using Slopes = FormulaKind::Slopes;

Array elementwise_value(std::string_view name, const void* formula, const formulas::FormulaRows& rows,
                        std::span<const Tensor* const> inputs) {
  Array y = elementwise_result(name.data(), inputs);
  run_value_row(rows.value[computing_place(y.dtype())], formula, inputs, y);
  return y;
}

Array ElementwiseOp::run(std::string_view name, const void* formula, const formulas::FormulaRows& rows,
                         std::span<const Tensor* const> inputs) {
  Array y = elementwise_value(name, formula, rows, inputs);
  if (tracked()) {
    if (kind_->slopes == Slopes::of_output) {
      save_output();
    } else if (kind_->slopes == Slopes::of_operands) {
      for (const Tensor* x : inputs) save(*x);
    } else {
      bool alike = true;
      for (const Tensor* x : inputs) alike &= x->shape() == y.shape();
      if (!alike) {
        shapes_ = std::make_unique<Shapes>();
        for (const Tensor* x : inputs) shapes_->all.push_back(x->shape());
      }
    }
  }
  return y;
}

Tensor ElementwiseOp::run_recorded(std::string_view name, const void* formula, const formulas::FormulaRows& rows,
                                   std::span<const Tensor* const> inputs, std::uint32_t tracked) {
  Recorder<ElementwiseOp> recorder(this, inputs.data(), inputs.size(), tracked);
  return recorder.results(run(name, formula, rows, inputs));
}

Grads ElementwiseOp::backward(Tensor g) {
  if (kind_->slopes == Slopes::constant) return scaled(std::move(g));
  if (recording()) return recorded(g);
  const kernels::Row row = rows().slope[computing_place(g.dtype())];
  if (kind_->slopes == Slopes::of_output) {
    const Tensor y = output();
    return run_slope_row(row, formula(), std::span(&y, 1), std::move(g).value(), wants());
  }
  return run_slope_row(row, formula(), {saved().data(), kind_->operands}, std::move(g).value(), wants());
}

Grads ElementwiseOp::recorded(const Tensor& g) {
  if (kind_->slopes == Slopes::of_output) {
    const Tensor y = output();
    return {kind_->pull(formula(), g, &y, 1)[0]};
  }
  const Tensor* x = saved().data();
  PerOperand found = kind_->pull(formula(), g, x, wants());
  Grads grads;
  for (std::size_t i = 0; i < kind_->operands; ++i) {
    Tensor gi;
    if (needs(static_cast<int>(i))) gi = found[i];
    if (gi.defined()) gi = gi.shape() == g.shape() ? sum_to(gi, x[i].shape()) : expand(gi, x[i].shape());   // expand: a constant
    grads.push_back(gi);
  }
  return grads;
}

Grads ElementwiseOp::scaled(Tensor g) const {
  const auto constants = kind_->constants(formula());
  Grads grads;
  for (std::size_t i = 0; i < kind_->operands; ++i) {
    Gradient& gi = grads.emplace_back();
    if (!needs(static_cast<int>(i))) continue;
    if (constants[i] != 1) gi = g * constants[i];
    else if (i + 1 < kind_->operands) gi = g;
    else gi = std::move(g);
    if (shapes_) gi = sum_to(gi.tensor(), shapes_->all[i]);
  }
  return grads;
}

Tensor ElementwiseOp::tangent(std::span<const Tensor> vs) {
  if (kind_->slopes == Slopes::constant) {
    const auto constants = kind_->constants(formula());
    Tensor total;
    for (std::size_t i = 0; i < kind_->operands; ++i)
      if (vs[i].defined()) total = sum_of_tangents(total, constants[i] == 1 ? vs[i] : vs[i] * constants[i]);
    return shapes_ ? expand(total, common_shape(shapes_->all, [](const Shape& shape) { return shape; })) : total;
  }
  const bool of_output = kind_->slopes == Slopes::of_output;
  const Tensor y = of_output ? output() : Tensor();
  const std::span<const Tensor> x = of_output ? std::span(&y, 1) : std::span<const Tensor>(saved().data(), kind_->operands);
  if (!recording()) return run_tangent_row(rows().slope[computing_place(x[0].dtype())], formula(), x, vs);
  if (of_output) return kind_->pull(formula(), vs[0], &y, 1)[0];
  const Shape shape = common_shape(x, [](const Tensor& each) { return each.shape(); });
  Tensor total;
  for (std::size_t i = 0; i < kind_->operands; ++i)
    if (vs[i].defined())
      total = sum_of_tangents(total, expand(kind_->pull(formula(), expand(vs[i], shape), x.data(), 1u << i)[i], shape));
  return total;
}

Form ElementwiseOp::input_form(int i, const Form& result) const {
  if (kind_->slopes == Slopes::constant)
    return shapes_ ? Form{shapes_->all[static_cast<std::size_t>(i)], result.dtype, result.known} : result;
  return kind_->slopes == Slopes::of_output ? result : Op::input_form(i, result);
}

}  // namespace gradus::detail
