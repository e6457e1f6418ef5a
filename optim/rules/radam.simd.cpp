#include <gradus/optim/rules/radam.h>

#include <gradus/optim/rules/internal/loop_of.h>

namespace gradus::optim {

template Loop GRADUS_SIMD_LEVEL::loop_of<RAdamRule>(Dtype, Kept);

}  // namespace gradus::optim
