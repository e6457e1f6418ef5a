// Learning rate schedules on an optimizer. A schedule is a pure function lr(base, t) (optim/schedules/); LRScheduler is PyTorch's shell
// around it: it counts, and writes the learning rate of every group of its optimizer, and the momentum if the schedule moves it.
//   optim::StepLR schedule(sgd, {.step_size = 30});
//   for (int epoch = 0; epoch < 90; ++epoch) { train(net, sgd);  schedule.step(); }
// Since the function is pure, nothing drifts and nothing decays twice: stopping, saving, loading and going on gives the same numbers.
// Several schedules on one optimizer change what the others made of the learning rate, as PyTorch's chainable forms do; and so they do
// with one that the user has set. Those that set the learning rate whatever it was say so. Whether t counts steps or epochs says the
// option `per` (PyTorch's custom unless given): a state of the other unit is refused.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include <gradus/optim/driver/optimizer.h>
#include <gradus/optim/schedules/chain.h>
#include <gradus/optim/schedules/curve.h>

namespace gradus::optim {

class LRScheduler {
 public:
  // The optimizer must outlive the schedule. last_epoch = -1 begins at t = 0 from the learning rates that the groups have. last_epoch = k
  // goes on at t = k + 1 with an optimizer whose state was loaded, from each group's initial_lr and from the learning rate that it has,
  // which shows what other schedules, a plateau or the user did to it; the state may have been saved before the step() to k + 1 or after
  // it. It is a ValueError if a group has no initial_lr.
  LRScheduler(Optimizer& optimizer, Curve curve, std::int64_t last_epoch = -1);
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;

  // Goes on by one step or epoch and sets the learning rates. Call it after optimizer.step(): stderr is told, once, when the optimizer has
  // not taken a step before the first call. ValueError, with nothing changed, past the schedule's end or if a learning rate would be
  // negative, infinite or NaN.
  void step();
  // Goes to t, which may be a fraction (epoch + batch/batches).
  void step_to(double t);
  std::int64_t last_epoch() const;                                      // ⌊t⌋
  const std::vector<double>& get_last_lr() const { return last_lr_; }   // of each group, as this schedule set it last

  std::string_view name() const { return curve_.name(); }
  Unit unit() const { return curve_.unit(); }
  double lr(double base, double t, int group = 0) const { return curve_.lr(base, t, group); }   // t = 0 before the first step()
  const Curve& function() const { return curve_; }
  double base_lr(int group) const { return links_[static_cast<std::size_t>(group)].base; }
  std::string describe() const { return curve_.describe(); }            // StepLR(step_size=30, gamma=0.1, per=epoch)

  // Keys "schedule", "last_epoch", the options, and of each group "base_lr.<group>", "last_lr.<group>" and its learning rate "lr.<group>".
  // load_state sets the learning rates too; ValueError, with nothing changed, when the state is not one of this schedule over as many
  // groups. Of several schedules on one optimizer all states are saved at the same moment, and may be loaded in any order.
  State state() const;
  void load_state(const State& state);

 private:
  // A group's learning rate is lr(base, t); when it is not what this schedule set any more, base follows (chain.h).
  using Track = Link<double>;
  struct Values {
    double lr = 0;
    std::optional<double> momentum;
  };
  Track joined(int group) const;
  Track resumed(int group, double t) const;
  void check_lr(int group, double t, double lr) const;
  void check_momentum() const;
  void go_to(double t);
  void take(double t);
  void set(const std::vector<Values>& values);

  Optimizer& optimizer_;
  Curve curve_;
  double t_ = -1;
  std::int64_t calls_ = 0;
  std::vector<Track> links_, next_links_;     // the next ones, and next_, are members to keep their memory
  std::vector<Values> next_;
  std::vector<double> last_lr_;
};

// The schedule of a rule, see curve.h.
template <class Rule>
class ScheduleOf : public LRScheduler {
 public:
  using Options = typename Rule::Options;
  explicit ScheduleOf(Optimizer& optimizer, const Options& options = {}, std::int64_t last_epoch = -1)
      : LRScheduler(optimizer, curve(options), last_epoch) {}

  static Curve curve(const Options& options = {}) { return Curve::of<Rule>(options); }   // without an optimizer,
                                                                                         // as a part of another schedule
};

}  // namespace gradus::optim
