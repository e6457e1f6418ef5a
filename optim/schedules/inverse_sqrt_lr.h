// InverseSqrtLR: lr = base/√(t + 1), the decay η₀/√t with t counted from 1 (Robbins and Monro's kind; Zinkevich 2003).
//   optim::InverseSqrtLR schedule(sgd);
#pragma once
#include <cmath>

#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct InverseSqrtLROptions {
  Unit per = Unit::step;
};

struct InverseSqrtLRRule {
  using Options = InverseSqrtLROptions;
  static constexpr std::string_view name = "InverseSqrtLR";
  static double lr(const Options&, double base, double t) { return base / std::sqrt(t + 1); }
};

extern template Curve Curve::of<InverseSqrtLRRule>(const InverseSqrtLRRule::Options&);
using InverseSqrtLR = ScheduleOf<InverseSqrtLRRule>;

}  // namespace gradus::optim
