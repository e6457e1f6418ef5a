#include <gradus/optim/schedules/swa_lr.h>

namespace gradus::optim {

template Curve Curve::of<SWALRRule>(const SWALRRule::Options&);

}  // namespace gradus::optim
