// The loops of a family's formulas, for its *.simd.cpp: a table of them, in the order of the list.
#pragma once
#include <gradus/autograd/formula/rows.h>
#include <gradus/autograd/ops/formulas/family.h>
#include <gradus/autograd/ops/formulas/words.h>

namespace gradus::formulas::GRADUS_SIMD_LEVEL {
namespace {

template <class F, class T>
constexpr void add_rows(FormulaRows& rows) {
  using namespace kernels::GRADUS_SIMD_LEVEL;
  constexpr std::size_t at = computing_place(dtype_of<T>);
  rows.value[at] = value_row<F, T, operands_of<F>>;
  if constexpr (ReadsOutput<F>) rows.slope[at] = output_slope_row<F, T>;
  else if constexpr (!Constant<F>) rows.slope[at] = slope_row<F, T, operands_of<F>>;
}

template <class F>
constexpr FormulaRows rows_of() {
  FormulaRows rows;
  [&rows]<std::size_t... i>(std::index_sequence<i...>) {
    (add_rows<F, gradus::detail::TypeAt<i>>(rows), ...);
  }(std::make_index_sequence<computing_types>());
  return rows;
}

template <class... F>
constexpr FormulaTable<List<F...>> compiled(List<F...>) { return {rows_of<F>()...}; }

}  // namespace
}  // namespace gradus::formulas::GRADUS_SIMD_LEVEL
