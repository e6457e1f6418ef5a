#include <gradus/optim/schedules/exponential_lr.h>

namespace gradus::optim {

template Curve Curve::of<ExponentialLRRule>(const ExponentialLRRule::Options&);

}  // namespace gradus::optim
