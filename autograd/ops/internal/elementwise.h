// A formula as a differentiable operation: elementwise(formulas::Tanh{}, x). Broadcasting and its gradient are handled here for all.
#pragma once
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

  Grads backward(Tensor g) override {
    [[maybe_unused]] const std::size_t place = computing_place(g.dtype());   // before g is taken
    if constexpr (Constant<F>) {
      return scaled(std::move(g));
    } else if constexpr (ReadsOutput<F>) {
      const Tensor y = output();
      if (recording()) {
        if constexpr (PullsAtOutput<F>) return {formula.pull_at_output(g, y)};
        else return {g * formula.slope_at_output(y)};
      }
      return detail::run_slope_row(rows().slope[place], &formula, std::span(&y, 1), std::move(g).value(), wants());
    } else {
      constexpr std::size_t n = requires { formula.value(1.0); } ? 1 : 2;
      if (!recording())
        return detail::run_slope_row(rows().slope[place], &formula, {saved().data(), n}, std::move(g).value(), wants());
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

  // A formula is diagonal: its slopes carry tangents forward as they carry gradients back.
  Tensor tangent(std::span<const Tensor> vs) override {
    [[maybe_unused]] const auto slopes_of = [&] { return rows().slope[computing_place((vs[0].defined() ? vs[0] : vs[1]).dtype())]; };
    if constexpr (Constant<F>) {
      const auto constants = formula.constants();
      Tensor total;
      for (std::size_t i = 0; i < constants.size(); ++i)
        if (vs[i].defined()) total = detail::sum_of_tangents(total, constants[i] == 1 ? vs[i] : vs[i] * constants[i]);
      return shapes.empty() ? total : expand(total, detail::common_shape(shapes, [](const Shape& shape) { return shape; }));
    } else if constexpr (ReadsOutput<F>) {
      const Tensor y = output();
      if (!recording()) return detail::run_tangent_row(slopes_of(), &formula, std::span(&y, 1), vs);
      if constexpr (PullsAtOutput<F>) return formula.pull_at_output(vs[0], y);
      else return vs[0] * formula.slope_at_output(y);
    } else {
      constexpr std::size_t n = requires { formula.value(1.0); } ? 1 : 2;
      if (!recording()) return detail::run_tangent_row(slopes_of(), &formula, {saved().data(), n}, vs);
      const auto x = saved<n>();
      const Shape shape = detail::common_shape(x, [](const Tensor& each) { return each.shape(); });
      Tensor total;
      for (std::size_t i = 0; i < n; ++i) {
        if (!vs[i].defined()) continue;
        const Tensor v = expand(vs[i], shape);
        const auto moved = std::apply([&](const auto&... each) {
          if constexpr (Pulls<F>) return formula.pull(v, each...);
          else return formula.slopes(each...);
        }, x);
        total = detail::sum_of_tangents(total, expand(Pulls<F> ? moved[i] : v * moved[i], shape));
      }
      return total;
    }
  }

 protected:
  Form input_form(int i, const Form& result) const override {
    if constexpr (Constant<F>) return shapes.empty() ? result : Form{shapes[static_cast<std::size_t>(i)], result.dtype, result.known};
    else if constexpr (ReadsOutput<F>) return result;
    else return Op::input_form(i, result);
  }

 private:
  Grads scaled(Tensor g) {
    const auto constants = formula.constants();
    Grads grads;
    for (std::size_t i = 0; i < constants.size(); ++i) {
      Gradient& gi = grads.emplace_back();
      if (!needs(static_cast<int>(i))) continue;
      if (constants[i] != 1) gi = g * constants[i];
      else if (i + 1 < constants.size()) gi = g;
      else gi = std::move(g);
      if (!shapes.empty()) gi = sum_to(gi.tensor(), shapes[i]);
    }
    return grads;
  }

  const formulas::FormulaRows& rows() const {
    static_assert(Compiled<F>,
                  "elementwise: this formula is in no list of formulas: put its name into the list at the end of the header in "
                  "ops/internal/formulas/ that it stands in");
    return rows_of(formula);
  }

  struct None {};
  // Of the inputs, where they are not the result's; what is saved tells the others.
  [[no_unique_address]] std::conditional_t<Constant<F>, SmallVector<Shape, 1>, None> shapes;
};

template <class F, class... X>
Tensor elementwise(F formula, const X&... x) { return record(Elementwise<F>(formula), x...); }

}  // namespace gradus
