#include <gradus/autograd/ops/formulas/rounding.h>

#include <gradus/autograd/ops/formulas/internal/compiled.h>

namespace gradus::formulas::GRADUS_SIMD_LEVEL {

const FormulaTable<Rounding>& rounding_table() {
  static constexpr auto table = compiled(Rounding{});
  return table;
}

}  // namespace gradus::formulas::GRADUS_SIMD_LEVEL
