// MultiplicativeLR: lr = base · lr_lambda(1) · lr_lambda(2) · … · lr_lambda(t), with one function or one for each group. Functions are not
// part of the state: construct the schedule with the same ones and load the rest; the product is formed again.
//   optim::MultiplicativeLR schedule(sgd, {.lr_lambda = [](std::int64_t epoch) { return epoch < 10 ? 1 : 0.95; }});
#pragma once
#include <vector>

#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

struct MultiplicativeLROptions {
  PerGroup<Factor> lr_lambda = {};   // must be given
  Unit per = Unit::epoch;

  void describe(Describe& is) const { is(range::given(), lr_lambda); }
};

struct MultiplicativeLRRule {
  using Options = MultiplicativeLROptions;
  static constexpr std::string_view name = "MultiplicativeLR";

  struct Product {
    std::int64_t t = 0;
    double value = 1;
  };
  using Memo = std::vector<Product>;   // of each group, as far as it has been formed
  static double lr(const Options& o, double base, double t, int group, Memo& memo);
  static double enter(const Options& o, double found, int group) { return found * o.lr_lambda[group](0); }   // as PyTorch's
};

extern template Curve Curve::of<MultiplicativeLRRule>(const MultiplicativeLRRule::Options&);
using MultiplicativeLR = ScheduleOf<MultiplicativeLRRule>;

}  // namespace gradus::optim
