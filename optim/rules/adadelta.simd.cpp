#include <gradus/optim/rules/adadelta.h>

#include <gradus/optim/rules/internal/loop_of.h>

namespace gradus::optim {

template Loop GRADUS_SIMD_LEVEL::loop_of<AdadeltaRule>(Dtype, Kept);

}  // namespace gradus::optim
