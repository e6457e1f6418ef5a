// CyclicLR (Smith 2017): up from base_lr to max_lr in step_size_up steps, down again in step_size_down, and so on; meant to be stepped
// after every batch. The height max_lr − base_lr is scaled from cycle to cycle; momentum (or the first of the betas) goes the other way.
//   optim::CyclicLR schedule(sgd, {.base_lr = 0.01, .max_lr = 0.1, .step_size_up = 500});
// It sets the learning rate whatever it was. base_lr takes the place of the groups' own learning rates.
#pragma once
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

enum class CyclicMode { triangular, triangular2, exp_range };    // scale 1; 2^(1−cycle); gamma^t
enum class CyclicScale { cycle, iterations };                    // what scale_fn is called with: the cycle (1, 2, …) or t

struct CyclicLROptions {
  PerGroup<double> base_lr = {};         // must be given
  PerGroup<double> max_lr = {};          // must be given
  std::int64_t step_size_up = 2000;
  std::int64_t step_size_down = 0;       // 0: as step_size_up
  CyclicMode mode = CyclicMode::triangular;
  double gamma = 1;                      // of exp_range
  std::function<double(double)> scale_fn = {};   // in place of the mode's scale if given; not part of the state
  CyclicScale scale_mode = CyclicScale::cycle;
  bool cycle_momentum = true;            // ValueError if the optimizer has neither momentum nor betas
  PerGroup<double> base_momentum = 0.8;
  PerGroup<double> max_momentum = 0.9;
  Unit per = Unit::step;

  void describe(Describe& is) const {
    is(range::given(range::at_least_zero), base_lr, max_lr);
    is(range::at_least_one, step_size_up);
    is(range::at_least_zero, step_size_down, gamma);
    is(range::given(range::below_one), base_momentum, max_momentum);
  }
};

struct CyclicLRRule {
  using Options = CyclicLROptions;
  static constexpr std::string_view name = "CyclicLR";
  static constexpr bool chains = false;
  static double lr(const Options& o, double base, double t, int group);
  static std::optional<double> momentum(const Options& o, double t, int group);
  static std::optional<double> start(const Options& o, int group) { return o.base_lr[group]; }
};

extern template Curve Curve::of<CyclicLRRule>(const CyclicLRRule::Options&);
using CyclicLR = ScheduleOf<CyclicLRRule>;

}  // namespace gradus::optim
