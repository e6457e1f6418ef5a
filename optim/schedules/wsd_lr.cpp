#include <gradus/optim/schedules/wsd_lr.h>

namespace gradus::optim {

template Curve Curve::of<WSDLRRule>(const WSDLRRule::Options&);

}  // namespace gradus::optim
