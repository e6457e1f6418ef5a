// What a step does to the weights, in numbers: norms of gradients, weights and updates, for each group and each parameter.
//   optim::Statistics watch(adam);                          // from here on its steps are measured
//   … adam.step();
//   if (watch.group(0).update_ratio > 0.1) …                // healthy training is near 1e-3
//   std::cout << watch;                                     // a line for each group; watch.table(): one for each parameter
// The update is the real one, weights after the step less weights before it, whatever the rule. Without such an object a step costs what it
// always did; a measured one keeps the weights of before (as much memory as the model), reads both, and takes 2.4 times as long under Adam
// (4 million f32, one core of a Zen 1), so that .every = 10 costs a seventh more.
#pragma once
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/optim/driver/optimizer.h>

namespace gradus::optim {

// Of those parameters that had a gradient. Norms are Euclidean, over all their elements, and summed in double.
struct StepStatistics {
  std::int64_t parameters = 0, elements = 0;
  double gradient_norm = 0;          // as step() found the gradients, clipped or not
  double parameter_norm = 0;         // before the step
  double update_norm = 0;            // of weights after − weights before
  double update_ratio = 0;           // update_norm/parameter_norm; infinite if weights of zero were updated, 0 if nothing was
  std::int64_t nonfinite = 0;        // elements of gradients that are NaN or infinite
};

struct StatisticsOptions {
  std::int64_t every = 1;            // measures the first of so many steps

  void describe(Describe& is) const { is(range::at_least_one, every); }
};

class Statistics final : StepWatcher {
 public:
  // The optimizer must outlive this. ValueError: every below 1.
  explicit Statistics(Optimizer& optimizer, const StatisticsOptions& options = {});
  ~Statistics() override;
  Statistics(const Statistics&) = delete;
  Statistics& operator=(const Statistics&) = delete;

  std::int64_t step() const { return measured_; }            // of this optimizer, from 1, that the numbers are of; 0 before there are any
  int groups() const { return static_cast<int>(groups_.size()); }
  // Zeros before a step has been measured. ValueError: no such group, no such parameter.
  const StepStatistics& group(int group) const;
  const StepStatistics& parameter(std::string_view name) const;
  std::vector<std::string> names() const;                    // of all parameters

  std::string text() const;                                  // a line for each group
  std::string table() const;                                 // a heading, and a line for each parameter that had a gradient

 private:
  struct Watched {
    std::string name;
    int group;
    Counted<Leaf> leaf;
    Array before;                                            // the weights, while a step is under way
    StepStatistics statistics;
  };
  void before_step() override;
  void after_step() override;
  void meet_new_groups();
  void measure();

  Optimizer& optimizer_;
  StatisticsOptions options_;
  std::vector<Watched> parameters_;
  std::vector<StepStatistics> groups_;
  std::int64_t measured_ = 0;
};
std::ostream& operator<<(std::ostream& out, const Statistics& statistics);   // text()

}  // namespace gradus::optim
