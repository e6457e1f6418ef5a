#include <gradus/optim/schedules/staircase_lr.h>

namespace gradus::optim {

template Curve Curve::of<StaircaseLRRule>(const StaircaseLRRule::Options&);

}  // namespace gradus::optim
