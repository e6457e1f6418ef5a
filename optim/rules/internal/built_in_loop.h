// The loops of the library's own rules are compiled once for each instruction-set level; here is the choice. In lion.cpp
//   Loop LionRule::loop(Dtype dtype, Kept kept) { return built_in_loop<LionRule>(dtype, kept); }
// and lion.simd.cpp compiles them (loop_of.h). Without the second the library does not link:
//   undefined reference to `gradus::optim::v3::loop_of<gradus::optim::LionRule>(…)
#pragma once
#include <atomic>

#include <gradus/autograd/simd/internal/level.h>
#include <gradus/optim/driver/loop.h>

namespace gradus::optim {

#define GRADUS_DECLARE_LOOP_AT(level, Rule)  \
  namespace level {                          \
  template <class Rule>                      \
  Loop loop_of(Dtype dtype, Kept kept);      \
  }
GRADUS_AT_LEVELS(GRADUS_DECLARE_LOOP_AT, Rule)
#undef GRADUS_DECLARE_LOOP_AT

template <class Rule>
Loop built_in_loop(Dtype dtype, Kept kept) {
#define GRADUS_CHOOSE_LOOP_AT(level, Rule) \
  if (gradus::kernels::simd_level() >= gradus::kernels::Level::level || !best) best = level::loop_of<Rule>;
  using Choose = Loop (*)(Dtype, Kept);
  static constinit std::atomic<Choose> chosen = nullptr;   // no guard, which a fork could leave taken in its child
  Choose best = chosen.load(std::memory_order_acquire);
  if (!best) {
    GRADUS_AT_LEVELS(GRADUS_CHOOSE_LOOP_AT, Rule)
    chosen.store(best, std::memory_order_release);
  }
#undef GRADUS_CHOOSE_LOOP_AT
  return best(dtype, kept);
}

}  // namespace gradus::optim
