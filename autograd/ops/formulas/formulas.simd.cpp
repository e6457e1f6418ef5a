#include <gradus/autograd/formula/rows.h>
#include <gradus/autograd/ops/formulas/table.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

template <class F, class T>
void add_rows(FormulaRows& rows) {
  constexpr std::size_t at = sizeof(T) / 4 - 1;
  constexpr bool unary = requires(const F f) { f.value(1.0); };
  constexpr std::size_t inputs = unary ? 1 : 2;
  rows.value[at] = value_row<F, T, inputs>;
  if constexpr (ReadsOutput<F>) rows.slope[at] = output_slope_row<F, T>;
  else if constexpr (!Constant<F>) rows.slope[at] = slope_row<F, T, inputs>;
}

template <class F>
FormulaRows rows_of() {
  FormulaRows rows;
  add_rows<F, float>(rows);
  add_rows<F, double>(rows);
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
