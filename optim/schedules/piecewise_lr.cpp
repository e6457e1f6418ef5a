#include <gradus/optim/schedules/piecewise_lr.h>

namespace gradus::optim {

template Curve Curve::of<PiecewiseLRRule>(const PiecewiseLRRule::Options&);

}  // namespace gradus::optim
