// Optimizer: the driver that all rules share. It owns the parameter groups, the state arrays ("slots") and step counts of each
// parameter, and their names; a rule (sgd.h, adam.h, …) adds its options and one formula, see rule.h.
//   optim::Adam adam(nn::parameters(net), {.lr = 1e-3});
//   adam.zero_grad();  loss.backward();  adam.step();
#pragma once
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/state/state.h>
#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/file_name.h>
#include <gradus/autograd/tape/parameter_list.h>
#include <gradus/optim/driver/closure.h>
#include <gradus/optim/driver/kept_number.h>
#include <gradus/optim/driver/loop.h>
#include <gradus/optim/driver/nonfinite.h>
#include <gradus/optim/driver/row_use.h>
#include <gradus/optim/driver/step_watcher.h>

namespace gradus::optim {

class Partition;
using gradus::matching;   // for groups by name: optim::matching(params, "*.bias")
using gradus::without;

using gradus::State;       // optim::State, too

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;               // a copy would update the same parameters twice; schedules refer to this object
  Optimizer& operator=(const Optimizer&) = delete;

  // Updates every parameter that has a gradient; rules by elements in one pass over memory on all cores. A parameter whose gradient is
  // undefined is left alone: no decay, no state, no step count; a gradient of zeros counts. ShapeError, DtypeError or ValueError, before
  // anything changes, when a gradient does not fit its parameter, or is one of rows and the rule's are not (row_use.h); when no parameter
  // has one in the first step although something was computed; when one has none and belongs to no model any more.
  void step();
  // The same with the gradients that the closure computes (closure.h); returns its loss. Operations are recorded inside, under NoGrad too.
  template <LossClosure F>
  double step(F&& closure) {
    const double loss = loss_of(name(), closure);
    step();
    return loss;
  }
  // What a step makes of gradients that are not finite; not part of the state. Skipped steps count nowhere but in steps().
  void on_nonfinite(NonFinite what) { on_nonfinite_ = what; }
  std::int64_t skipped_steps() const { return skipped_steps_; }
  const std::string& nonfinite_parameter() const { return nonfinite_parameter_; }   // of the last step that was skipped;
                                                                                    // "" before the first
  // Forgets what it has gathered, averages and step counts; options and learning rates stay.
  void reset_state() noexcept;
  // Forgets all gradients, or fills those that are defined with zeros.
  void zero_grad(bool set_to_none = true);

  virtual std::string_view name() const = 0;          // "Adam"
  int groups() const { return static_cast<int>(groups_.size()); }
  Parameters parameters() const;                      // of all groups, in order
  Parameters parameters(int group) const;             // of one of them
  std::int64_t steps() const { return steps_; }       // calls of step() in this object's life

  // Any option by its name, e.g. "momentum" (a switch is 0 or 1, a choice its place among the names); "betas.0". ValueError: no such
  // group or option, a value the rule rejects.
  double option(std::string_view option, int group = 0) const;
  void set_option(std::string_view option, double value, int group = 0);
  void set_option(std::string_view option, std::string_view text, int group = 0);      // "0.9", "true", "ema"
  bool has_option(std::string_view option, int group = 0) const;
  double lr(int group = 0) const { return option("lr", group); }
  void set_lr(double lr, int group = 0) { set_option("lr", lr, group); }

  // What schedules start from: the group's learning rate before any of them changed it, or of a group that was added later what would have
  // led to the one that it had. And their t when one of them last went on.
  std::optional<double> initial_lr(int group) const;
  void set_initial_lr(double lr, int group);
  std::optional<double> scheduled_at() const { return scheduled_at_; }
  void set_scheduled_at(double t) { scheduled_at_ = t; }

  // The average of the weights that some rules keep (ASGD, Schedule-Free AdamW), for each of parameters(); undefined before its first step,
  // and with other rules.
  std::vector<Array> averages() const;

  // All that a fresh optimizer over the same parameters needs to continue bit for bit.
  State state() const;
  // ValueError lists everything that is missing, unexpected or does not fit, and nothing is changed then. Numbers (lr, momentum, …) are
  // taken from the state; switches and choices (nesterov, form, …), which choose the formula, must agree with this optimizer's. The state
  // of a part ("weight") fits the same parameters named by their whole model ("head.weight"), and the other way round.
  void load_state(const State& state);
  void save(const FileName& file) const;
  void load(const FileName& file);

  // The formula of each group with its numbers, for people.
  std::string describe() const;

  // Until it is removed, and before it goes: the watcher is told of every step.
  void add_watcher(StepWatcher& watcher);
  void remove_watcher(StepWatcher& watcher);

 protected:
  Optimizer() = default;
  // Appends parameters as group number groups(); ValueError or DtypeError before anything changes.
  void add_parameters(std::string_view rule, std::span<const KeptNumber> numbers, const Parameters& parameters);
  void check_group(int group) const;

  // Room for any rule's Scalars.
  struct alignas(double) ScalarBytes {
    std::byte bytes[128];
  };

 private:
  // One parameter and the state kept for it.
  struct Entry {
    std::string name;
    Counted<Leaf> leaf;
    int group = 0;
    std::int64_t t = 0;                               // steps taken
    Numbers numbers = {};
    Array slots[max_slots] = {};                      // undefined until first used
  };
  // One parameter's part in the step under way.
  struct Job {
    Entry* entry;
    Loop loop;
    Stretch whole;
    std::int64_t element;                             // bytes
    unsigned fresh = 0;                               // slots that were made for this step
    const std::int64_t* rows = nullptr;               // of the weight, if the gradient has only these, each of so many elements:
    std::int64_t width = 0;
    bool first;                                       // a slot was empty until now
    std::size_t scalars;                              // which of scalars_
    Numbers numbers;                                  // as they will be after the step
  };
  struct Group {
    std::optional<double> initial_lr;
  };

  virtual std::span<const std::string_view> slot_names() const = 0;
  virtual std::span<const KeptNumber> numbers() const = 0;
  virtual OptionList option_list(int group) const = 0;
  // Validates the options with these values, in the order of option_list(), and keeps them if told so; returns the slots that they need.
  virtual Kept assign(int group, std::span<const double> values, bool keep) = 0;
  virtual Kept kept_slots(int group) const = 0;
  // Writes the scalars of step t, and brings the parameter's numbers up to date; `first`: a slot was empty until now.
  virtual void write_scalars(int group, std::int64_t t, bool first, Numbers& numbers, ScalarBytes& scalars) const = 0;
  virtual Loop loop(int group, Dtype dtype) const = 0;
  virtual bool whole() const = 0;                     // loops want each parameter in one piece, with its shape
  virtual RowUse row_use(int group) const = 0;
  // What a whole parameter's loop computes in, bytes: taken before anything changes.
  virtual std::int64_t scratch(const Shape& parameter, Dtype dtype) const = 0;
  // The shape of a slot in use, or none if a parameter of this shape does without it.
  virtual std::optional<Shape> slot_shape(std::size_t slot, const Shape& parameter) const = 0;
  // The average of one parameter's weights, of its slots; undefined if the rule keeps none.
  virtual Array average(int group, const Array& weight, std::span<const Array> slots) const = 0;
  virtual std::string formula(int group) const = 0;

  void check_gradients() const;
  void check_gradient(const Entry& entry) const;
  bool check_finite();                                // false: the step is to be skipped
  void prepare_jobs(Partition& row);
  const Array& kept(const Array& a);
  Job prepare(Entry& entry);
  // Updates n elements of a weight and its slots from element `at`, by those of the gradient from `from`.
  void run(const Job& job, std::int64_t at, std::int64_t from, std::int64_t n) const;
  struct Incoming;                                    // a state that has been read and found to fit
  Incoming read_state(const State& state);

  std::vector<Entry> entries_;
  std::vector<Group> groups_;
  std::vector<Job> jobs_;                             // of the step under way; these three are members to keep their memory
  std::vector<Array> copies_;                         // of gradients that are not contiguous
  std::vector<ScalarBytes> scalars_;
  std::vector<StepWatcher*> watchers_;
  NonFinite on_nonfinite_ = NonFinite::allow;
  std::string nonfinite_parameter_;
  std::int64_t skipped_steps_ = 0;
  std::optional<double> scheduled_at_;
  std::int64_t steps_ = 0;
};

}  // namespace gradus::optim
