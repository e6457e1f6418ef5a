#include <gradus/optim/schedules/cosine_annealing_lr.h>

namespace gradus::optim {

template Curve Curve::of<CosineAnnealingLRRule>(const CosineAnnealingLRRule::Options&);

}  // namespace gradus::optim
