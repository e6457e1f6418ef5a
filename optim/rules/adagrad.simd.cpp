#include <gradus/optim/rules/adagrad.h>

#include <gradus/optim/rules/internal/loop_of.h>

namespace gradus::optim {

template Loop GRADUS_SIMD_LEVEL::loop_of<AdagradRule>(Dtype, Kept);

}  // namespace gradus::optim
