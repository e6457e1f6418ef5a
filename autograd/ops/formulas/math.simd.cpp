#include <gradus/autograd/ops/formulas/math.h>

#include <gradus/autograd/ops/formulas/internal/compiled.h>

namespace gradus::formulas::GRADUS_SIMD_LEVEL {

const FormulaTable<Math>& math_table() {
  static constexpr auto table = compiled(Math{});
  return table;
}

}  // namespace gradus::formulas::GRADUS_SIMD_LEVEL
