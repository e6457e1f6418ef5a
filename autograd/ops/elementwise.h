// A formula as a differentiable operation: elementwise(formulas::Tanh{}, x). Broadcasting and its gradient are handled here for all.
#pragma once
#include <gradus/autograd/op.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/formula_table.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>

namespace gradus {

// The number `constant` as a tensor that broadcasts against x: the vocabulary of formulas on Tensors.
inline Tensor like(const Tensor& x, double constant) { return Array::full({}, constant, x.dtype()); }

namespace detail {

// Throws unless all inputs are f32, or all f64; returns the shape they broadcast to.
Shape elementwise_shape(const char* name, std::span<const Tensor* const> inputs);

// One pass of `row` over the inputs; the result has `shape`.
Array run_value_row(kernels::Row row, const void* formula, const Shape& shape, std::span<const Tensor* const> inputs);

// g · slope for each wanted input in one pass of `row` over x and g, each summed to the shape of its x.
Grads run_slope_row(kernels::Row row, const void* formula, const Shape& shape, std::span<const Tensor> x, const Tensor& g,
                    std::uint32_t wanted);

}  // namespace detail

template <class F>
struct Elementwise final : Op {
  F formula;
  Shape shape;
  explicit Elementwise(F f) : formula(f) {}
  std::string_view name() const override { return F::name; }

  template <class... X>
  Array forward(const X&... x) {
    const Tensor* inputs[] = {&x...};
    shape = detail::elementwise_shape(F::name.data(), inputs);
    if constexpr (ReadsOutput<F>) save_output();
    else if constexpr (!Constant<F>) save(x...);
    if constexpr (Constant<F>) (shapes.push_back(x.shape()), ...);
    return detail::run_value_row(rows().value[inputs[0]->dtype() == f64], &formula, shape, inputs);
  }

  Grads backward(const Tensor& g) override {
    if constexpr (Constant<F>) {
      const auto constants = formula.constants();
      Grads grads;
      for (std::size_t i = 0; i < shapes.size(); ++i)
        grads.push_back(needs(static_cast<int>(i)) ? sum_to(constants[i] == 1 ? g : g * constants[i], shapes[i]) : Tensor{});
      return grads;
    } else if constexpr (ReadsOutput<F>) {
      const Tensor y = output();
      if (recording()) return {g * formula.slope_at_output(y)};
      return detail::run_slope_row(rows().slope[g.dtype() == f64], &formula, shape, std::span(&y, 1), g, wants_);
    } else {
      constexpr std::size_t n = requires { formula.slopes(Tensor(), Tensor()); } ? 2 : 1;
      const auto x = saved<n>();
      if (!recording()) return detail::run_slope_row(rows().slope[g.dtype() == f64], &formula, shape, x, g, wants_);
      const auto slopes = std::apply([&](const auto&... v) { return formula.slopes(v...); }, x);
      Grads grads;
      for (std::size_t i = 0; i < n; ++i)
        grads.push_back(needs(static_cast<int>(i)) ? sum_to(g * slopes[i], x[i].shape()) : Tensor{});
      return grads;
    }
  }

 private:
  static const kernels::FormulaRows& rows() { return kernels::formula_table()[kernels::position<F>(formulas::All{})]; }

  SmallVector<Shape, 2> shapes;
};

template <class F, class... X>
Tensor elementwise(F formula, const X&... x) { return record(Elementwise<F>(formula), x...); }

}  // namespace gradus
