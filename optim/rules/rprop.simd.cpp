#include <gradus/optim/rules/rprop.h>

#include <gradus/optim/rules/internal/loop_of.h>

namespace gradus::optim {

template Loop GRADUS_SIMD_LEVEL::loop_of<RpropRule>(Dtype, Kept);

}  // namespace gradus::optim
