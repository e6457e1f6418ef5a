#include <gradus/optim/schedules/sequential_lr.h>

namespace gradus::optim {

template Curve Curve::of<SequentialLRRule>(const SequentialLRRule::Options&);

}  // namespace gradus::optim
