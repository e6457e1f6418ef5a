#include <gradus/optim/schedules/inverse_time_lr.h>

namespace gradus::optim {

template Curve Curve::of<InverseTimeLRRule>(const InverseTimeLRRule::Options&);

}  // namespace gradus::optim
