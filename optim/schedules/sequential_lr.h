// SequentialLR: one schedule after the other. From milestones[i] on schedules[i + 1] is in force, with its own t counted from there.
//   optim::SequentialLR schedule(sgd,
//   {.schedules = {optim::LinearLR::curve({.total_iters = 5}), optim::ExponentialLR::curve({.gamma = 0.9})},
//                                      .milestones = {5}});
// Each begins from base, MultiplicativeLR and SWALR from the learning rate that they find, as PyTorch's: of MultiplicativeLR that rate
// times lr_lambda(0). All count the same unit. ReduceLROnPlateau cannot be one of them: it is no function of t.
#pragma once
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct SequentialLROptions {
  std::vector<Curve> schedules = {};
  std::vector<std::int64_t> milestones = {};   // one fewer, ascending

  void describe(Describe& is) const { is(range::at_least_zero, milestones); }
};

struct SequentialLRRule {
  using Options = SequentialLROptions;
  static constexpr std::string_view name = "SequentialLR";
  static void validate(const Options& o) {
    require_curves(name, "schedules", o.schedules);
    check<ValueError>(o.milestones.size() + 1 == o.schedules.size(), name, ": milestones must be one fewer than the ", o.schedules.size(),
                      " schedules, not ", o.milestones.size());
    for (std::size_t i = 1; i < o.milestones.size(); ++i)
      check<ValueError>(o.milestones[i - 1] <= o.milestones[i], name, ": milestones must ascend");
  }
  static Unit unit(const Options& o) { return o.schedules[0].unit(); }
  static bool chains(const Options& o) {
    for (const Curve& curve : o.schedules)
      if (!curve.chains()) return false;
    return true;
  }

  struct Part {
    const Curve& curve;
    double begin;                              // when it came into force
  };
  static Part part(const Options& o, double t) {
    std::size_t i = 0;
    while (i < o.milestones.size() && static_cast<double>(o.milestones[i]) <= t) ++i;
    return {o.schedules[i], i == 0 ? 0 : static_cast<double>(o.milestones[i - 1])};
  }
  static double lr(const Options& o, double base, double t, int group) {
    const Part now = part(o, t);
    const double from = now.begin > 0 && now.curve.enters() ? now.curve.enter(lr(o, base, now.begin - 1, group), group) : base;
    return now.curve.lr(from, t - now.begin, group);
  }
  static std::optional<double> momentum(const Options& o, double t, int group) {
    const Part now = part(o, t);
    return now.curve.momentum(t - now.begin, group);
  }
  static std::optional<double> last(const Options& o) {
    const std::optional<double> end = o.schedules.back().last();
    return end && !o.milestones.empty() ? *end + static_cast<double>(o.milestones.back()) : end;
  }
};

extern template Curve Curve::of<SequentialLRRule>(const SequentialLRRule::Options&);
using SequentialLR = ScheduleOf<SequentialLRRule>;

}  // namespace gradus::optim
