#include <gradus/autograd/ops/formulas/blend.h>

#include <gradus/autograd/ops/formulas/internal/compiled.h>

namespace gradus::formulas::GRADUS_SIMD_LEVEL {

const FormulaTable<Blend>& blend_table() {
  static constexpr auto table = compiled(Blend{});
  return table;
}

}  // namespace gradus::formulas::GRADUS_SIMD_LEVEL
