// The loops of the built-in rules, compiled for several instruction sets; a new rule adds a line here and one in rule_loops.simd.cpp.
#pragma once
#include <gradus/optim/loop.h>

namespace gradus::kernels {

struct RuleLoops {
  using Choice = optim::Loop (*)(Dtype dtype, unsigned used);
  Choice sgd, rmsprop, adam, adamw;
};

const RuleLoops& rule_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
