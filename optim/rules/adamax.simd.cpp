#include <gradus/optim/rules/adamax.h>

#include <gradus/optim/rules/internal/loop_of.h>

namespace gradus::optim {

template Loop GRADUS_SIMD_LEVEL::loop_of<AdamaxRule>(Dtype, Kept);

}  // namespace gradus::optim
