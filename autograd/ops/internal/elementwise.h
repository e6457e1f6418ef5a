// A formula as a differentiable operation: elementwise(formulas::Tanh{}, x). Broadcasting and its gradient are handled here for all.
#pragma once
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/apply.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/formulas/family.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {

// Found by the formula's family, see ops/internal/formulas/family.h.
template <class F> concept Compiled = requires(const F f) { rows_of(f); };

template <class F>
struct Elementwise final : Op {
  F formula;
  explicit Elementwise(F f) : formula(f) {}
  static constexpr bool checks_gradients = false;
  std::string_view name() const override { return F::name; }

  template <class... X>
  Array forward(const X&... x) {
    const Tensor* inputs[] = {&x...};
    Array y = detail::elementwise_result(F::name.data(), inputs);
    if constexpr (ReadsOutput<F>) save_output();
    else if constexpr (!Constant<F>) save(x...);
    else if (tracked() && !((x.shape() == y.shape()) && ...)) (shapes.push_back(x.shape()), ...);
    detail::run_value_row(rows().value[computing_place(y.dtype())], &formula, inputs, y);
    return y;
  }

  Grads backward(const Tensor& g) override {
    [[maybe_unused]] const std::size_t place = computing_place(g.dtype());   // before g is taken
    if constexpr (Constant<F>) {
      const auto constants = formula.constants();
      Grads grads;
      for (std::size_t i = 0; i < constants.size(); ++i) {
        if (!needs(static_cast<int>(i))) grads.push_back({});
        else if (const Tensor gi = constants[i] == 1 ? g : g * constants[i]; shapes.empty()) grads.push_back(gi);
        else grads.push_back(sum_to(gi, shapes[i]));
      }
      return grads;
    } else if constexpr (ReadsOutput<F>) {
      const Tensor y = output();
      if (recording()) {
        if constexpr (PullsAtOutput<F>) return {formula.pull_at_output(g, y)};
        else return {g * formula.slope_at_output(y)};
      }
      return detail::run_slope_row(rows().slope[place], &formula, std::span(&y, 1), take(g), wants());
    } else {
      constexpr std::size_t n = requires { formula.value(1.0); } ? 1 : 2;
      if (!recording())
        return detail::run_slope_row(rows().slope[place], &formula, {saved().data(), n}, take(g), wants());
      const auto x = saved<n>();
      const auto found = std::apply([&](const auto&... v) {
        if constexpr (Pulls<F>) return formula.pull(g, v...);
        else return formula.slopes(v...);
      }, x);
      Grads grads;
      for (std::size_t i = 0; i < n; ++i) {
        Tensor gi;
        if (needs(static_cast<int>(i))) gi = Pulls<F> ? found[i] : g * found[i];
        if (gi.defined()) gi = gi.shape() == g.shape() ? sum_to(gi, x[i].shape()) : expand(gi, x[i].shape());   // expand: the constant 0
        grads.push_back(gi);
      }
      return grads;
    }
  }

 private:
  const formulas::FormulaRows& rows() const {
    static_assert(Compiled<F>, "elementwise: this formula is in no list of formulas: put its name into the list at the end of the header in "
                               "ops/internal/formulas/ that it stands in");
    return rows_of(formula);
  }

  SmallVector<Shape, 1> shapes;   // of the inputs, where they are not the result's
};

template <class F, class... X>
Tensor elementwise(F formula, const X&... x) { return record(Elementwise<F>(formula), x...); }

}  // namespace gradus
