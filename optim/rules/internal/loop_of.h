// For the *.simd.cpp of a rule of the library: its loops for this instruction-set level, see built_in_loop.h.
//   template Loop GRADUS_SIMD_LEVEL::loop_of<LionRule>(Dtype, Kept);      in namespace gradus::optim
#pragma once
#include <gradus/optim/driver/loop.h>

namespace gradus::optim::GRADUS_SIMD_LEVEL {

template <class Rule>
Loop loop_of(Dtype dtype, Kept kept) {
  return compiled_here<Rule>(dtype, kept);
}

}  // namespace gradus::optim::GRADUS_SIMD_LEVEL
