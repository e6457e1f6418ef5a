#include <gradus/autograd/ops/formulas/special.h>

#include <gradus/autograd/ops/formulas/internal/compiled.h>

namespace gradus::formulas::GRADUS_SIMD_LEVEL {

const FormulaTable<Special>& special_table() {
  static constexpr auto table = compiled(Special{});
  return table;
}

}  // namespace gradus::formulas::GRADUS_SIMD_LEVEL
