#include <gradus/optim/rules/schedule_free_adamw.h>

#include <gradus/optim/rules/internal/loop_of.h>

namespace gradus::optim {

template Loop GRADUS_SIMD_LEVEL::loop_of<ScheduleFreeAdamWRule>(Dtype, Kept);

}  // namespace gradus::optim
