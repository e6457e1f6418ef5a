// OneCycleLR (Smith and Topin 2018): from max_lr/div_factor up to max_lr in the first pct_start of all steps, then down to
// max_lr/div_factor/final_div_factor; with three_phase down to the first value as fast as it went up, and then to the last. Momentum (or
// the first of the betas) goes the other way. Meant to be stepped after every batch.
//   optim::OneCycleLR schedule(sgd, {.max_lr = 0.1, .epochs = 10, .steps_per_epoch = loader.size()});
// The phases end at t = pct_start·N − 1 and N − 1. The step() after the last batch, t = N, stays where N − 1 was (PyTorch goes on past its
// end, with linear annealing below zero); one more is a ValueError. It sets the learning rate whatever it was, and max_lr/div_factor takes
// the place of the groups' own learning rates.
#pragma once
#include <gradus/optim/schedules/anneal.h>
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct OneCycleLROptions {
  PerGroup<double> max_lr = {};          // must be given
  std::int64_t total_steps = 0;          // N: this, or epochs and steps_per_epoch, must be given
  std::int64_t epochs = 0;
  std::int64_t steps_per_epoch = 0;
  double pct_start = 0.3;                // in [0, 1], with three phases at most ½; pct_start·N = 1 would be a phase of no length: an error
  Anneal anneal_strategy = Anneal::cos;
  bool cycle_momentum = true;            // ValueError if the optimizer has neither momentum nor betas
  PerGroup<double> base_momentum = 0.85;
  PerGroup<double> max_momentum = 0.95;
  double div_factor = 25;
  double final_div_factor = 1e4;
  bool three_phase = false;
  Unit per = Unit::step;

  void describe(Describe& is) const {
    is(range::given(range::at_least_zero), max_lr);
    is(range::at_least_zero, total_steps, epochs, steps_per_epoch);
    is(range::unit, pct_start);
    is(range::given(range::below_one), base_momentum, max_momentum);
    is(range::above_zero, div_factor, final_div_factor);
  }
};

struct OneCycleLRRule {
  using Options = OneCycleLROptions;
  static constexpr std::string_view name = "OneCycleLR";
  static constexpr bool chains = false;
  static void validate(const Options& o);
  static double lr(const Options& o, double base, double t, int group);
  static std::optional<double> momentum(const Options& o, double t, int group);
  static std::optional<double> start(const Options& o, int group) { return o.max_lr[group] / o.div_factor; }
  static std::optional<double> last(const Options& o);
};

extern template Curve Curve::of<OneCycleLRRule>(const OneCycleLRRule::Options&);
using OneCycleLR = ScheduleOf<OneCycleLRRule>;

}  // namespace gradus::optim
