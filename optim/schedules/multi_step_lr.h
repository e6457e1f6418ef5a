// MultiStepLR: lr = base · gamma^(number of milestones m ≤ t). A milestone that is given twice counts twice; their order does not matter.
//   optim::MultiStepLR schedule(sgd, {.milestones = {30, 80}, .gamma = 0.1});
#pragma once
#include <cmath>

#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct MultiStepLROptions {
  std::vector<std::int64_t> milestones = {};
  double gamma = 0.1;
  Unit per = Unit::epoch;

  void describe(Describe& is) const { is(range::at_least_zero, milestones, gamma); }
};

struct MultiStepLRRule {
  using Options = MultiStepLROptions;
  static constexpr std::string_view name = "MultiStepLR";
  static double lr(const Options& o, double base, double t) {
    double passed = 0;
    for (const std::int64_t m : o.milestones) passed += static_cast<double>(m) <= t;
    return base * std::pow(o.gamma, passed);
  }
};

extern template Curve Curve::of<MultiStepLRRule>(const MultiStepLRRule::Options&);
using MultiStepLR = ScheduleOf<MultiStepLRRule>;

}  // namespace gradus::optim
