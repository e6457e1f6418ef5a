#include <gradus/autograd/ops/formulas/trigonometry.h>

#include <gradus/autograd/ops/formulas/internal/compiled.h>

namespace gradus::formulas::GRADUS_SIMD_LEVEL {

const FormulaTable<Trigonometry>& trigonometry_table() {
  static constexpr auto table = compiled(Trigonometry{});
  return table;
}

}  // namespace gradus::formulas::GRADUS_SIMD_LEVEL
