#include <gradus/optim/rules/rmsprop.h>

#include <gradus/optim/rules/internal/loop_of.h>

namespace gradus::optim {

template Loop GRADUS_SIMD_LEVEL::loop_of<RMSpropRule>(Dtype, Kept);

}  // namespace gradus::optim
