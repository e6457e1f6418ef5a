// The loops of the built-in rules, compiled for several instruction sets; a new rule adds a line here and one in rule_loops.simd.cpp.
#pragma once
#include <gradus/autograd/kernels/level.h>
#include <gradus/optim/loop.h>

namespace gradus::kernels {

struct RuleLoops {
  using Choice = optim::Loop (*)(Dtype dtype, unsigned used);
  Choice sgd, rmsprop, adam, adamw;
};

}  // namespace gradus::kernels

GRADUS_DISPATCH(RuleLoops, rule_loops)
