// A formula as a differentiable operation: elementwise(formulas::Tanh{}, x). Broadcasting and its gradient are handled here for all: what
// does not depend on the formula is compiled once, in elementwise.cpp.
#pragma once
#include <gradus/autograd/ops/apply.h>
#include <gradus/autograd/base/describe/reflect.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/formulas/family.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {

// Found by the formula's family, see ops/formulas/family.h.
template <class F> concept Compiled = requires(const F f) { rows_of(f); };

namespace detail {

inline constexpr std::size_t most_in_formula = 3;
using PerOperand = std::array<Tensor, most_in_formula>;

// A formula's type, as far as its operation must know it.
struct FormulaKind {
  std::size_t operands;
  enum class Slopes : std::uint8_t { constant, of_output, of_operands } slopes;
  // The gradients of the operands in differentiable functions: g by each slope; not yet summed to the operands' shapes, and those not
  // wanted may be undefined. x: the operands, or the result.
  PerOperand (*pull)(const void* formula, const Tensor& g, const Tensor* x, std::uint32_t wanted);
  std::array<double, most_in_formula> (*constants)(const void* formula);
  void (*describe)(const void* formula, OpOptions& options);
};

// Where nothing is recorded and nobody looks, there is no operation, only its value.
Array elementwise_value(std::string_view name, const void* formula, const formulas::FormulaRows& rows,
                        std::span<const Tensor* const> inputs);

class ElementwiseOp : public Op {
 public:
  static constexpr bool checks_gradients = false;

  void describe(OpOptions& options) const { kind_->describe(formula(), options); }

 protected:
  explicit ElementwiseOp(const FormulaKind& kind) : kind_(&kind) {}
  Array run(std::string_view name, const void* formula, const formulas::FormulaRows& rows, std::span<const Tensor* const> inputs);
  Tensor run_recorded(std::string_view name, const void* formula, const formulas::FormulaRows& rows, std::span<const Tensor* const> inputs,
                      std::uint32_t tracked);

  Grads backward(Tensor g) final;
  // A formula is diagonal: its slopes carry tangents forward as they carry gradients back.
  Tensor tangent(std::span<const Tensor> vs) final;
  Form input_form(int i, const Form& result) const final;

 private:
  virtual const void* formula() const = 0;
  virtual const formulas::FormulaRows& rows() const = 0;
  Grads scaled(Tensor g) const;
  Grads recorded(const Tensor& g);

  struct Shapes : pool::Pooled {
    SmallVector<Shape, most_in_formula> all;
  };
  const FormulaKind* kind_;
  std::unique_ptr<Shapes> shapes_;   // of the inputs, where they are not the result's; what is saved tells the others
};

template <class F>
PerOperand pull_of(const void* formula, const Tensor& g, const Tensor* x, std::uint32_t wanted) {
  const F& f = *static_cast<const F*>(formula);
  PerOperand found;
  if constexpr (PullsAtOutput<F>) {
    found[0] = f.pull_at_output(g, x[0]);
  } else if constexpr (ReadsOutput<F>) {
    found[0] = g * f.slope_at_output(x[0]);
  } else if constexpr (!Constant<F>) {
    const auto of_all = [&]<std::size_t... i>(std::index_sequence<i...>) {
      if constexpr (Pulls<F>) return f.pull(g, x[i]...);
      else return f.slopes(x[i]...);
    }(std::make_index_sequence<operands_of<F>>{});
    for (std::size_t i = 0; i < operands_of<F>; ++i)
      if (wanted >> i & 1) found[i] = Pulls<F> ? of_all[i] : g * of_all[i];
  }
  return found;
}

template <class F>
std::array<double, most_in_formula> constants_of(const void* formula) {
  std::array<double, most_in_formula> all{};
  if constexpr (Constant<F>) {
    const auto constants = static_cast<const F*>(formula)->constants();
    for (std::size_t i = 0; i < constants.size(); ++i) all[i] = constants[i];
  }
  return all;
}

// What tells a formula from another one of its name and its operands, if there is one.
template <class F> inline constexpr const char* formula_variant = nullptr;

template <class F>
void describe_formula([[maybe_unused]] const void* formula, [[maybe_unused]] OpOptions& options) {
  if constexpr (!std::is_empty_v<F>)
    reflect::each_member(*static_cast<const F*>(formula), [&](std::string_view name, const auto& member) {
      if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(member)>>) options(name, member);
    });
  if constexpr (formula_variant<F> != nullptr) options("variant", formula_variant<F>);
}

template <class F>
inline constexpr FormulaKind kind_of_formula{operands_of<F>,
                                             Constant<F>      ? FormulaKind::Slopes::constant
                                             : ReadsOutput<F> ? FormulaKind::Slopes::of_output
                                                              : FormulaKind::Slopes::of_operands,
                                             pull_of<F>, constants_of<F>, describe_formula<F>};

}  // namespace detail

template <class F>
struct Elementwise final : detail::ElementwiseOp {
  F f;
  explicit Elementwise(F formula) : ElementwiseOp(detail::kind_of_formula<F>), f(formula) {}
  std::string_view name() const override { return f.name; }

  template <class... X>
  Array forward(const X&... x) {
    const Tensor* inputs[] = {&x...};
    return run(f.name, &f, rows_of(f), inputs);
  }
  Tensor recorded(std::span<const Tensor* const> inputs, std::uint32_t tracked) {
    return run_recorded(f.name, &f, rows_of(f), inputs, tracked);
  }

 private:
  const void* formula() const override { return &f; }
  const formulas::FormulaRows& rows() const override { return rows_of(f); }
};

template <class F, class... X>
Tensor elementwise(F formula, const X&... x) {
  static_assert(Compiled<F>,
                "elementwise: this formula is in no list of formulas: put its name into the list at the end of the header in "
                "ops/formulas/ that it stands in");
  if (detail::observed()) [[unlikely]] return record(Elementwise<F>(formula), x...);
  const Tensor* inputs[] = {&x...};
  const std::uint32_t tracked = detail::tracked_inputs(inputs, sizeof...(X));
  if (tracked == 0) return detail::elementwise_value(formula.name, &formula, rows_of(formula), inputs);
  return (new Elementwise<F>(formula))->recorded(inputs, tracked);
}

}  // namespace gradus
