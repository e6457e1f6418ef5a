#include <gradus/optim/schedules/multi_step_lr.h>

namespace gradus::optim {

template Curve Curve::of<MultiStepLRRule>(const MultiStepLRRule::Options&);

}  // namespace gradus::optim
