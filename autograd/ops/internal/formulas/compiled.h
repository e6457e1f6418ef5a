// The loops of a family's formulas, for its *.simd.cpp: a table of them, in the order of the list.
#pragma once
#include <gradus/autograd/formula/rows.h>
#include <gradus/autograd/ops/internal/formulas/family.h>

namespace gradus::formulas::GRADUS_SIMD_LEVEL {
namespace {

template <class F, class T>
void add_rows(FormulaRows& rows) {
  using namespace kernels::GRADUS_SIMD_LEVEL;
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
FormulaTable<List<F...>> compiled(List<F...>) { return {rows_of<F>()...}; }

}  // namespace
}  // namespace gradus::formulas::GRADUS_SIMD_LEVEL
