#include <gradus/optim/rules/nadam.h>

#include <gradus/optim/rules/internal/loop_of.h>

namespace gradus::optim {

template Loop GRADUS_SIMD_LEVEL::loop_of<NAdamRule>(Dtype, Kept);

}  // namespace gradus::optim
