// Learning rate schedules. A schedule is a pure function lr(base, t) of the group's first learning rate and the number of steps so far;
// LRScheduler is PyTorch's shell around it: it counts, and writes the learning rate of every group of its optimizer.
//   optim::StepLR schedule(sgd, {.step_size = 30});
//   for (int epoch = 0; epoch < 90; ++epoch) { train(net, sgd);  schedule.step(); }
// Since the function is pure, nothing drifts and nothing decays twice: stopping, saving, loading and going on gives the same numbers.
// A schedule sets the learning rate; of two on one optimizer the last to step wins (PyTorch multiplies where it can).
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include <gradus/optim/optimizer.h>
#include <gradus/optim/require.h>

namespace gradus::optim {

class LRScheduler {
 public:
  virtual ~LRScheduler() = default;
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  virtual std::string_view name() const = 0;
  virtual double lr(double base, std::int64_t t) const = 0;         // t = 0 before the first step()

  // Goes on by one epoch (or batch: whatever the caller counts) and sets the learning rates. Call it after optimizer.step().
  void step();
  std::int64_t last_epoch() const { return last_epoch_; }
  const std::vector<double>& get_last_lr() const { return last_lr_; }   // of each group, as last set

  // Keys "schedule", "last_epoch", "base_lr.<group>" and the options. load_state sets the learning rates too; ValueError, with nothing
  // changed, when the state is not one of this schedule over as many groups.
  State state() const;
  void load_state(const State& state);

 protected:
  // The optimizer must outlive the schedule.
  explicit LRScheduler(Optimizer& optimizer) : optimizer_(optimizer) {}
  // To be called at the end of every constructor. last_epoch = -1 begins at t = 0 from the group's initial_lr, or its lr if it has
  // none; last_epoch = k goes on with k + 1, and is a ValueError unless each group has an initial_lr (loaded with the optimizer's state).
  void start(std::int64_t last_epoch);

 private:
  virtual Fields fields() const = 0;
  virtual void assign(std::span<const double> values, bool keep) = 0;   // as Optimizer::assign
  void apply();

  Optimizer& optimizer_;
  std::int64_t last_epoch_ = -1;
  std::vector<double> last_lr_;
};

// The schedule of a Rule: struct { Options; name; fields(Options&); validate(Options); lr(Options, base, t) }, see step_lr.h.
template <class Rule>
class ScheduleOf final : public LRScheduler {
 public:
  using Options = typename Rule::Options;
  ScheduleOf(Optimizer& optimizer, const Options& options, std::int64_t last_epoch = -1) : LRScheduler(optimizer), options_(options) {
    Rule::validate(options);
    start(last_epoch);
  }
  std::string_view name() const override { return Rule::name; }
  double lr(double base, std::int64_t t) const override { return Rule::lr(options_, base, t); }

 private:
  Fields fields() const override { return Rule::fields(options_); }
  void assign(std::span<const double> values, bool keep) override {
    Options changed = options_;
    const Fields fields = Rule::fields(changed);
    for (std::size_t i = 0; i < fields.size(); ++i) fields[i].set(values[i]);
    Rule::validate(changed);
    if (keep) options_ = changed;
  }
  mutable Options options_;   // fields() points into it, for readers and writers alike
};

}  // namespace gradus::optim
