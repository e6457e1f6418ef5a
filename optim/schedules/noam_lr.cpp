#include <gradus/optim/schedules/noam_lr.h>

namespace gradus::optim {

template Curve Curve::of<NoamLRRule>(const NoamLRRule::Options&);

}  // namespace gradus::optim
