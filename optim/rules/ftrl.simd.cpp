#include <gradus/optim/rules/ftrl.h>

#include <gradus/optim/rules/internal/loop_of.h>

namespace gradus::optim {

template Loop GRADUS_SIMD_LEVEL::loop_of<FtrlRule>(Dtype, Kept);

}  // namespace gradus::optim
