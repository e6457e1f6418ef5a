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

// One pass of `row` over the inputs; each wanted result has `shape`.
void run_row(kernels::Row row, const void* formula, const Shape& shape, std::span<const Array* const> in, std::span<Array* const> out);

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
    Array y(shape, inputs[0]->dtype());
    const Array* in[] = {&x.value()...};
    Array* out[] = {&y};
    detail::run_row(rows().value[y.dtype() == f64], &formula, shape, in, out);
    if constexpr (Constant<F>) (shapes.push_back(x.shape()), ...);
    return y;
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
      return slopes_times<1>(g, std::array{y});
    } else {
      constexpr std::size_t n = requires { formula.slopes(Tensor(), Tensor()); } ? 2 : 1;
      const auto x = saved<n>();
      if (!recording()) return slopes_times<n>(g, x);
      const auto slopes = std::apply([&](const auto&... v) { return formula.slopes(v...); }, x);
      Grads grads;
      for (std::size_t i = 0; i < n; ++i)
        grads.push_back(needs(static_cast<int>(i)) ? sum_to(g * slopes[i], x[i].shape()) : Tensor{});
      return grads;
    }
  }

 private:
  static const kernels::FormulaRows& rows() { return kernels::formula_rows()[kernels::position<F>(formulas::All{})]; }

  // g · slope for each wanted input, in one pass.
  template <std::size_t n>
  Grads slopes_times(const Tensor& g, const std::array<Tensor, n>& x) {
    std::array<Array, n> results;
    std::array<Array*, n> out{};
    std::array<const Array*, n + 1> in;
    for (std::size_t i = 0; i < n; ++i) {
      in[i] = &x[i].value();
      if (needs(static_cast<int>(i))) results[i] = Array(shape, g.dtype()), out[i] = &results[i];
    }
    in[n] = &g.value();
    detail::run_row(rows().slope[g.dtype() == f64], &formula, shape, in, out);
    Grads grads;
    for (std::size_t i = 0; i < n; ++i)
      grads.push_back(out[i] ? sum_to(Tensor(std::move(results[i])), x[i].shape()) : Tensor{});
    return grads;
  }

  SmallVector<Shape, 2> shapes;
};

template <class F, class... X>
Tensor elementwise(F formula, const X&... x) { return record(Elementwise<F>(formula), x...); }

}  // namespace gradus
