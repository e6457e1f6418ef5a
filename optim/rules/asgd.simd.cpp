#include <gradus/optim/rules/asgd.h>

#include <gradus/optim/rules/internal/loop_of.h>

namespace gradus::optim {

template Loop GRADUS_SIMD_LEVEL::loop_of<ASGDRule>(Dtype, Kept);

}  // namespace gradus::optim
