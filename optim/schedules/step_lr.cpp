#include <gradus/optim/schedules/step_lr.h>

namespace gradus::optim {

template Curve Curve::of<StepLRRule>(const StepLRRule::Options&);

}  // namespace gradus::optim
