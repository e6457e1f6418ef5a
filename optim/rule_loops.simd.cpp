#include <gradus/optim/rule_loops.h>

#include <gradus/optim/adam.h>
#include <gradus/optim/rmsprop.h>
#include <gradus/optim/sgd.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {

const RuleLoops& rule_loops() {
  using namespace optim;
  static const RuleLoops table{
      .sgd = compiled_here<SGDRule>,
      .rmsprop = compiled_here<RMSpropRule>,
      .adam = compiled_here<AdamRule<false>>,
      .adamw = compiled_here<AdamRule<true>>,
  };
  return table;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
