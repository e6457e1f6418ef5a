#include <gradus/optim/rules/adam.h>

#include <gradus/optim/rules/internal/loop_of.h>

namespace gradus::optim {

template Loop GRADUS_SIMD_LEVEL::loop_of<AdamRule<false>>(Dtype, Kept);
template Loop GRADUS_SIMD_LEVEL::loop_of<AdamRule<true>>(Dtype, Kept);

}  // namespace gradus::optim
