// What a training has inside: where it is, what it has gathered, and how it ends. training.cpp has the batches, training_epochs.cpp what is
// around them, training_state.cpp what a checkpoint has of it.
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gradus/optim/around/accumulation.h>
#include <gradus/train/loop/interrupt.h>
#include <gradus/train/loop/training.h>

namespace gradus::train::detail {

// Sums over the samples of an epoch, by name, in the order in which they came.
struct Means {
  std::vector<NamedValue> sums;
  double samples = 0;
  void add(std::string_view name, double value, double weight);
  double mean(const NamedValue& sum) const { return samples > 0 ? sum.value / samples : Context::none; }
};

struct Training::Inside {
  Inside(const Setup& setup, const FitOptions& options, Training& outside);
  void check_setup() const;

  // --- training.cpp
  void tell(Moment moment);
  void see(const Outcome& outcome);
  void measure();
  bool trained_with(const Outcome& outcome);      // false: the loss was not finite, and is passed over
  void make_step();
  void count_step();
  void forget_batch();
  bool go_on();                                   // after a batch; false: the epoch ends here

  // --- training_epochs.cpp
  History run();
  void play(const BatchesRef& loader, const char* what);
  void epoch();
  void close_epoch(bool whole);
  bool validate(NamedValues& values);             // false: interrupted
  void judge(const NamedValues& values);          // plateau, best, early stopping
  void append(const NamedValues& values);
  std::string monitored_name() const;
  std::optional<double> monitored(const NamedValues& values) const;
  bool better(double a, double b) const { return options.higher_is_better ? a > b : a < b; }
  bool epoch_is_played() const { return batches > 0 && context.batch >= batches; }
  bool has_steps() const { return options.steps > 0 && context.step >= options.steps; }
  bool goes_on_later() const { return ended && (history.ended == Ended::interrupted || history.ended == Ended::seconds); }
  void end(Ended how, std::string why);
  bool out_of_time() const;
  bool interrupted() const { return interrupt && interrupt->requested(); }

  // --- training_state.cpp
  std::vector<Part> parts();
  State state() const;
  void load_state(const State& state);
  void save(std::optional<double> metric = {});
  void resume();

  Training& outside;                              // whom the loops of fit.h know
  const Setup setup;
  const FitOptions& options;
  Context context;
  History history;
  Parameters parameters;
  std::optional<optim::GradientAccumulation> accumulation;
  std::optional<Interrupt> interrupt;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point epoch_began = began;

  // Of the state:
  std::int64_t epochs_done = 0;
  Means means;                                    // of the epoch under way
  std::optional<State> best_model;
  double reference = Context::none;               // what is to be bettered by more than min_delta, …
  bool played = false;                            // the epoch under way has no batch left
  std::int64_t bad_epochs = 0;                    // … and has not been for so many epochs
  std::string stopped;                            // by whom, once a callback has ended it

  std::int64_t batches = 0;                       // of an epoch, 0: not known
  std::int64_t passed = 0, pass_over = 0;         // batches of a loader without state, before the place where the training goes on
  std::int64_t saved_at = 0;                      // step
  bool changed = false;                           // since the last checkpoint
  bool inside_batch = false;
  bool in_the_middle = false;                     // of an epoch, when it goes on
  bool ended = false;
  Means validation;
};

}  // namespace gradus::train::detail
