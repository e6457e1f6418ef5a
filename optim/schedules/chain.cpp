#include <gradus/optim/schedules/chain.h>

namespace gradus::optim {

Line line_of(const Curve& curve, double t, int group) {
  const double at_zero = curve.lr(0, t, group);
  return {at_zero, curve.lr(1, t, group) - at_zero};
}

Line value_of(const Curve& curve, const Line& base, double t, int group) {
  const Line outer = line_of(curve, t, group);
  return {outer(base.at_zero), outer.slope * base.slope};
}

}  // namespace gradus::optim
