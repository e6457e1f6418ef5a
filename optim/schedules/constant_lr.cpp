#include <gradus/optim/schedules/constant_lr.h>

namespace gradus::optim {

template Curve Curve::of<ConstantLRRule>(const ConstantLRRule::Options&);

}  // namespace gradus::optim
