#include <gradus/optim/rules/sgd.h>

#include <gradus/optim/rules/internal/loop_of.h>

namespace gradus::optim {

template Loop GRADUS_SIMD_LEVEL::loop_of<SGDRule>(Dtype, Kept);

}  // namespace gradus::optim
