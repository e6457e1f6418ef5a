// ChainedScheduler: several schedules at once, each changing what the one before it made of the learning rate.
//   optim::ChainedScheduler schedule(sgd, {.schedules = {optim::ConstantLR::curve({.factor = 0.1, .total_iters = 2}),
//                                                        optim::ExponentialLR::curve({.gamma = 0.9})}});
// Where all are factors of base (StepLR, ExponentialLR, …) this is their product. All count the same unit. ReduceLROnPlateau cannot be one
// of them: it is no function of t.
#pragma once
#include <gradus/optim/schedules/chain.h>
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct ChainedSchedulerOptions {
  std::vector<Curve> schedules = {};
};

struct ChainedSchedulerRule {
  using Options = ChainedSchedulerOptions;
  static constexpr std::string_view name = "ChainedScheduler";
  static void validate(const Options& o) { require_curves(name, "schedules", o.schedules); }
  static Unit unit(const Options& o) { return o.schedules[0].unit(); }
  static bool chains(const Options& o);
  static std::optional<double> momentum(const Options& o, double t, int group);   // the last one's that moves it
  static std::optional<double> last(const Options& o);

  // The chain as far as it has been walked; schedules act on one another from step to step, so t is reached from t − 1.
  struct Walk {
    double t = -1;
    Line lr;
    std::vector<Link<Line>> links;       // of each schedule
  };
  using Memo = std::vector<Walk>;        // of each group
  static double lr(const Options& o, double base, double t, int group, Memo& memo);
};

extern template Curve Curve::of<ChainedSchedulerRule>(const ChainedSchedulerRule::Options&);
using ChainedScheduler = ScheduleOf<ChainedSchedulerRule>;

}  // namespace gradus::optim
