// Is the learning rate too small or too large? From the losses, and from how far steps move the weights: ‖Δw‖/‖w‖ is near 1e-3 where all is
// well. A callback of train::fit, or told by hand. An opt-in header, not in <gradus/gradus.h>.
//   train::LrWatch watch(adam);
//   train::fit(net, loss, adam, loader, {.epochs = 5, .callbacks = {watch}});
//   std::cout << watch.diagnosis();       // too large: steps change weights by 8% (median of 50 steps); a tenth is usual
#pragma once
#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/optim/gradients/statistics.h>
#include <gradus/train/loop/context.h>

namespace gradus::train {

enum class LrVerdict { unknown, too_small, fine, too_large };

struct LrDiagnosis {
  LrVerdict verdict = LrVerdict::unknown;
  double update_ratio = 0;             // median over the steps that were measured, of all groups together
  double first_loss = 0, last_loss = 0, best_loss = 0;   // smoothed
  std::string why;                     // a sentence
};
std::ostream& operator<<(std::ostream& out, const LrDiagnosis& diagnosis);

struct LrWatchOptions {
  std::int64_t every = 10;             // steps are measured; each keeps a copy of the weights (optim/gradients/statistics.h)
  double small = 1e-5, large = 1e-2;   // update ratios that are odd

  void describe(Describe& is) const {
    is(range::at_least_one, every);
    is(range::above_zero, small, large);
  }
};

class LrWatch {
 public:
  // The optimizer must outlive this. ValueError: options out of range.
  explicit LrWatch(optim::Optimizer& optimizer, const LrWatchOptions& options = {});

  void add(double loss);               // after step(), the loss that it stepped on
  void on_after_step(Context& context) { add(context.loss); }

  // ValueError: nothing has been added.
  LrDiagnosis diagnosis() const;

 private:
  LrWatchOptions options_;
  optim::Statistics statistics_;
  std::int64_t measured_ = 0;
  std::vector<double> ratios_, losses_;   // losses_: smoothed
  double average_ = 0;
  bool finite_ = true;
};

}  // namespace gradus::train
