// The learning rate range test (Smith 2015, "Cyclical learning rates"; fastai's lr_find): trains a few steps while the learning rate grows
// from tiny to absurd, looks at the loss, and suggests a rate. Then everything is as before.
//   const optim::RangeTest found = optim::lr_range_test(adam, [&] {
//     auto [x, y] = next_batch();
//     Tensor loss = nn::cross_entropy(net(x), y);
//     adam.zero_grad();  loss.backward();  adam.step();
//     return loss.item();
//   });
//   std::cout << found;                                  // the curve, and what it says
//   if (found.steepest) adam.set_lr(*found.steepest);    // or tenth_of_minimum
// Put back are the weights, gradients and state of the optimizer, and the schedules given; the running statistics of a batch norm and the
// streams of dropout and data are not its: if they matter, test a copy of the model (auto copy = net;). optimizer.steps() counts on.
#pragma once
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <gradus/autograd/base/file_name.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>

namespace gradus::optim {

enum class Spacing { geometric, linear };

struct RangeTestOptions {
  double lr_min = 1e-7, lr_max = 10;
  std::int64_t steps = 100;
  Spacing spacing = Spacing::geometric;
  double smoothing = 0.9;                          // of the loss, an average debiased as Adam's; fastai's 0.98 lags behind by half a decade
  double divergence = 4;                           // ends where the smoothed loss is worse than so many times the best one
  std::vector<LRScheduler*> schedules = {};        // those that the step steps

  void describe(Describe& is) const {
    is(range::above_zero, lr_min);
    is(range::at_least(10), steps);
    is(range::below_one, smoothing);
    is(Range{.least = 1, .most_open = false}, divergence);   // infinity: never
  }
};

struct RangeTest {
  std::vector<double> lr, loss, smoothed;          // of each step; loss[i] is what the step with lr[i] found before its update
  Spacing spacing = Spacing::geometric;
  bool diverged = false;                           // it ended before lr_max
  // Where the smoothed loss falls fastest (per decade; with linear spacing, per unit), and a tenth of the rate where the loss is least.
  // Both are for schedules that begin or peak there. None where the curve cannot tell, and `reason` says why.
  std::optional<double> steepest, tenth_of_minimum;
  std::string reason;

  std::string text(int columns = 72, int rows = 12) const;   // the curve with the suggestion marked, and a line of words
  std::string svg() const;
  void save_svg(const FileName& file) const;    // FileError
};
std::ostream& operator<<(std::ostream& out, const RangeTest& test);   // text()

// Calls step(), which trains one batch and returns its loss, after setting the learning rate: that of the first group runs from lr_min to
// lr_max, and the others keep their ratio to it. ValueError, before anything changes: lr_min not above 0 (or lr_max not above it), fewer
// than 10 steps, smoothing outside [0, 1), divergence not above 1. Whatever step() throws passes through, after all has been put back.
RangeTest lr_range_test(Optimizer& optimizer, const std::function<double()>& step, const RangeTestOptions& options = {});
// The same for training of any other kind: step(lr) uses the rate that it is given, and nothing is put back.
RangeTest lr_range_test(const std::function<double(double lr)>& step, const RangeTestOptions& options = {});

}  // namespace gradus::optim
