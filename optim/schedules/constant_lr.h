// ConstantLR: lr = base · factor while t < total_iters, then base.
//   optim::ConstantLR schedule(sgd, {.factor = 0.5, .total_iters = 4});
// PyTorch accepts factor 0 and then multiplies 0 by infinity when it ends; here it is an error.
#pragma once
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct ConstantLROptions {
  double factor = 1. / 3;
  std::int64_t total_iters = 5;
  Unit per = Unit::epoch;

  void describe(Describe& is) const {
    is(range::factor, factor);
    is(range::at_least_zero, total_iters);
  }
};

struct ConstantLRRule {
  using Options = ConstantLROptions;
  static constexpr std::string_view name = "ConstantLR";
  static double lr(const Options& o, double base, double t) { return t < static_cast<double>(o.total_iters) ? base * o.factor : base; }
};

extern template Curve Curve::of<ConstantLRRule>(const ConstantLRRule::Options&);
using ConstantLR = ScheduleOf<ConstantLRRule>;

}  // namespace gradus::optim
