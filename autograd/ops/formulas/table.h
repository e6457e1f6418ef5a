// The compiled loops of every formula in formulas.h, one table for each instruction-set level.
#pragma once
#include <array>
#include <cstddef>
#include <type_traits>

#include <gradus/autograd/formula/broadcast.h>
#include <gradus/autograd/formula/formula.h>
#include <gradus/autograd/ops/formulas/formulas.h>

namespace gradus {
namespace kernels {

struct FormulaRows {
  std::array<Row, computing_types> value{}, slope{};   // for f32, f64: at computing_place(dtype); slope is null for constant slopes
};

template <class... F>
constexpr std::size_t length(formulas::List<F...>) { return sizeof...(F); }
template <class Wanted, class... F>
constexpr std::size_t position(formulas::List<F...>) {
  const bool here[] = {std::is_same_v<Wanted, F>...};
  std::size_t i = 0;
  while (!here[i]) ++i;
  return i;
}

using FormulaTable = std::array<FormulaRows, length(formulas::All{})>;
const FormulaTable& formula_table();   // of the best instruction-set level that this machine has

}  // namespace kernels
}  // namespace gradus
