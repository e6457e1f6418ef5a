#include <gradus/optim/rules/internal/rule_loops.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {

const RuleLoops& rule_loops() {
  static const RuleLoops table = []<class... Rules>(optim::RuleList<Rules...>) {
    return RuleLoops{.of{optim::compiled_here<Rules>...}};
  }(optim::AllRules{});
  return table;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
