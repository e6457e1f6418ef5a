// The loops of the built-in rules, compiled for several instruction sets.
#pragma once
#include <array>

#include <gradus/optim/rules/all_rules.h>

namespace gradus::kernels {

struct RuleLoops {
  using Choose = optim::Loop (*)(Dtype dtype, unsigned used);
  std::array<Choose, optim::AllRules::count> of;     // in the order of AllRules
};

const RuleLoops& rule_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels

namespace gradus::optim {

template <class Rule>
Loop built_in_loop(Dtype dtype, unsigned used) {
  return kernels::rule_loops().of[AllRules::place<Rule>](dtype, used);
}

}  // namespace gradus::optim
