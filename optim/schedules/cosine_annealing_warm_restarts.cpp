#include <gradus/optim/schedules/cosine_annealing_warm_restarts.h>

namespace gradus::optim {

template Curve Curve::of<CosineAnnealingWarmRestartsRule>(const CosineAnnealingWarmRestartsRule::Options&);

}  // namespace gradus::optim
