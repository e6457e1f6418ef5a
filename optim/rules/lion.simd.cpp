#include <gradus/optim/rules/lion.h>

#include <gradus/optim/rules/internal/loop_of.h>

namespace gradus::optim {

template Loop GRADUS_SIMD_LEVEL::loop_of<LionRule>(Dtype, Kept);

}  // namespace gradus::optim
