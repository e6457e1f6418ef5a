// StaircaseLR: another schedule in stairs, its value at ⌊t/every⌋. Of ExponentialLR it makes StepLR.
//   optim::StaircaseLR schedule(sgd, {.every = 100, .of = optim::InverseSqrtLR::curve()});    // base, base/√2 from t = 100 on, base/√3, …
// It counts what the other one counts.
#pragma once
#include <cmath>

#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct StaircaseLROptions {
  std::int64_t every = 0;       // must be given
  Curve of = {};                // must be given; its t is the number of the stair, from 0

  void describe(Describe& is) const {
    is(range::given(range::at_least_one), every);
    is(range::given(), of);
  }
};

struct StaircaseLRRule {
  using Options = StaircaseLROptions;
  static constexpr std::string_view name = "StaircaseLR";
  static Unit unit(const Options& o) { return o.of.unit(); }
  static bool chains(const Options& o) { return o.of.chains(); }
  static double stair(const Options& o, double t) { return std::floor(t / static_cast<double>(o.every)); }
  static double lr(const Options& o, double base, double t, int group) { return o.of.lr(base, stair(o, t), group); }
  static std::optional<double> momentum(const Options& o, double t, int group) { return o.of.momentum(stair(o, t), group); }
  static std::optional<double> last(const Options& o) {
    const std::optional<double> end = o.of.last();
    return end ? std::optional((*end + 1) * static_cast<double>(o.every) - 1) : end;
  }
};

extern template Curve Curve::of<StaircaseLRRule>(const StaircaseLRRule::Options&);
using StaircaseLR = ScheduleOf<StaircaseLRRule>;

}  // namespace gradus::optim
