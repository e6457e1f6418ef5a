// SWALR (stochastic weight averaging, Izmailov et al. 2018): from where the learning rate is when this schedule begins to swa_lr in
// anneal_epochs, and stays there.
//   optim::SWALR averaging(sgd, {.swa_lr = 0.05});
//   epoch < 160 ? schedule.step() : averaging.step();
#pragma once
#include <gradus/optim/schedules/anneal.h>
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct SWALROptions {
  PerGroup<double> swa_lr = {};          // must be given
  std::int64_t anneal_epochs = 10;       // 0: at once
  Anneal anneal_strategy = Anneal::cos;
  Unit per = Unit::epoch;

  void describe(Describe& is) const {
    is(range::given(range::at_least_zero), swa_lr);
    is(range::at_least_zero, anneal_epochs);
  }
};

struct SWALRRule {
  using Options = SWALROptions;
  static constexpr std::string_view name = "SWALR";
  static double lr(const Options& o, double base, double t, int group) {
    const double n = static_cast<double>(o.anneal_epochs);
    return t < n ? anneal(o.anneal_strategy, base, o.swa_lr[group], t / n) : o.swa_lr[group];
  }
  static double enter(const Options&, double found, int) { return found; }
};

extern template Curve Curve::of<SWALRRule>(const SWALRRule::Options&);
using SWALR = ScheduleOf<SWALRRule>;

}  // namespace gradus::optim
