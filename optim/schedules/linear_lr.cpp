#include <gradus/optim/schedules/linear_lr.h>

namespace gradus::optim {

template Curve Curve::of<LinearLRRule>(const LinearLRRule::Options&);

}  // namespace gradus::optim
