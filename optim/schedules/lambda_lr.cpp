#include <gradus/optim/schedules/lambda_lr.h>

namespace gradus::optim {

template Curve Curve::of<LambdaLRRule>(const LambdaLRRule::Options&);

}  // namespace gradus::optim
