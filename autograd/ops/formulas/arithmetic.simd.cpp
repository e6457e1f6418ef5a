#include <gradus/autograd/ops/formulas/arithmetic.h>

#include <gradus/autograd/ops/formulas/internal/compiled.h>

namespace gradus::formulas::GRADUS_SIMD_LEVEL {

const FormulaTable<Arithmetic>& arithmetic_table() {
  static constexpr auto table = compiled(Arithmetic{});
  return table;
}

}  // namespace gradus::formulas::GRADUS_SIMD_LEVEL
