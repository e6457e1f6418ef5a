#include <gradus/optim/schedules/warmup_lr.h>

namespace gradus::optim {

template Curve Curve::of<WarmupLRRule>(const WarmupLRRule::Options&);

}  // namespace gradus::optim
