// LambdaLR: lr = base · lr_lambda(t), with one function or one for each group. It sets the learning rate whatever it was. Functions are
// not part of the state: construct the schedule with the same ones and load the rest.
//   optim::LambdaLR schedule(sgd, {.lr_lambda = [](std::int64_t epoch) { return std::pow(0.95, epoch); }});
#pragma once
#include <cmath>

#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct LambdaLROptions {
  PerGroup<Factor> lr_lambda = {};   // must be given; called with ⌊t⌋
  Unit per = Unit::epoch;

  void describe(Describe& is) const { is(range::given(), lr_lambda); }
};

struct LambdaLRRule {
  using Options = LambdaLROptions;
  static constexpr std::string_view name = "LambdaLR";
  static constexpr bool chains = false;
  static double lr(const Options& o, double base, double t, int group) {
    return base * o.lr_lambda[group](static_cast<std::int64_t>(std::floor(t)));
  }
};

extern template Curve Curve::of<LambdaLRRule>(const LambdaLRRule::Options&);
using LambdaLR = ScheduleOf<LambdaLRRule>;

}  // namespace gradus::optim
