#include <gradus/autograd/ops/formulas/activation.h>

#include <gradus/autograd/ops/formulas/internal/compiled.h>

namespace gradus::formulas::GRADUS_SIMD_LEVEL {

const FormulaTable<Activation>& activation_table() {
  static constexpr auto table = compiled(Activation{});
  return table;
}

}  // namespace gradus::formulas::GRADUS_SIMD_LEVEL
