#include <gradus/optim/schedules/inverse_sqrt_lr.h>

namespace gradus::optim {

template Curve Curve::of<InverseSqrtLRRule>(const InverseSqrtLRRule::Options&);

}  // namespace gradus::optim
