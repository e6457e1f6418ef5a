#include <gradus/autograd/formula/rows.h>
#include <gradus/autograd/ops/formulas/table.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class F, class T>
void add_rows(FormulaRows& rows) {
  constexpr std::size_t at = computing_place(dtype_of<T>);
  constexpr bool unary = requires(const F f) { f.value(1.0); };
  constexpr std::size_t inputs = unary ? 1 : 2;
  rows.value[at] = value_row<F, T, inputs>;
  if constexpr (ReadsOutput<F>) rows.slope[at] = output_slope_row<F, T>;
  else if constexpr (!Constant<F>) rows.slope[at] = slope_row<F, T, inputs>;
}

template <class F>
FormulaRows rows_of() {
  FormulaRows rows;
  [&rows]<std::size_t... i>(std::index_sequence<i...>) {
    (add_rows<F, gradus::detail::TypeAt<i>>(rows), ...);
  }(std::make_index_sequence<computing_types>());
  return rows;
}

template <class... F>
FormulaTable make_table(formulas::List<F...>) { return {rows_of<F>()...}; }

}  // namespace

const FormulaTable& formula_table() {
  static const FormulaTable table = make_table(formulas::All{});
  return table;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
