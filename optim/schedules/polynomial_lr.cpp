#include <gradus/optim/schedules/polynomial_lr.h>

namespace gradus::optim {

template Curve Curve::of<PolynomialLRRule>(const PolynomialLRRule::Options&);

}  // namespace gradus::optim
