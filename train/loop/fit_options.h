// What train::fit may be told. Opt-in, with train/loop/fit.h.
//   train::FitOptions options{.epochs = 50, .schedule = &cosine, .early_stopping = train::EarlyStopping{.patience = 5}};
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/optim/driver/nonfinite.h>
#include <gradus/optim/schedules/unit.h>
#include <gradus/train/checkpoint/checkpoint.h>
#include <gradus/train/loop/callback.h>
#include <gradus/train/loop/metric_ref.h>

namespace gradus::optim {
class LRScheduler;
class ReduceLROnPlateau;
class WeightAverage;
}  // namespace gradus::optim

namespace gradus::train {

class Checkpoints;

// The training ends when the monitored value has not become better by more than min_delta for `patience` epochs in a row.
struct EarlyStopping {
  std::int64_t patience = 5;
  double min_delta = 0;
  bool restore_best = true;               // the model ends with the weights (averages, where they were evaluated) of its best epoch

  void describe(Describe& is) const {
    is(range::at_least_one, patience);
    is(range::at_least_zero, min_delta);
  }
};

}  // namespace gradus::train

namespace gradus {
// References, and what is checked by itself: no options that have a text.
template <> inline constexpr bool detail::is_pointer<std::vector<train::CallbackRef>> = true;
template <> inline constexpr bool detail::is_pointer<std::vector<train::MetricRef>> = true;
template <> inline constexpr bool detail::is_pointer<std::vector<train::Part>> = true;
template <> inline constexpr bool detail::is_pointer<std::optional<train::EarlyStopping>> = true;
}  // namespace gradus

namespace gradus::train {

struct FitOptions {
  // How long, whichever is first.
  std::int64_t epochs = 1;
  std::int64_t steps = 0;                 // of the optimizer; 0: no limit
  double max_seconds = 0;                 // of this call; 0: no limit. The checkpoint then goes on in the middle of the epoch.

  // What is done with the gradients: `accumulate` micro-batches make a step (optim/around/accumulation.h); norms and values are clipped.
  std::int64_t accumulate = 1;
  double clip_norm = 0;                   // 0: not
  double clip_value = 0;                  // 0: not
  optim::NonFinite nonfinite = optim::NonFinite::refuse;    // a loss that is NaN or infinite: ValueError; skip: no step. Of gradients:
                                                            // optimizer.on_nonfinite(…)

  // What goes along, each where it is given.
  optim::LRScheduler* schedule = nullptr;           // by its own unit, after every step or epoch
  optim::ReduceLROnPlateau* plateau = nullptr;      // told the monitored value after every epoch
  optim::WeightAverage* average = nullptr;          // EMA, SWA: evaluated instead of the weights
  bool rule_averages = true;                        // without one: so are those that the optimizer keeps (ASGD, Schedule-Free, Lookahead)
  optim::Unit average_per = optim::Unit::step;      // updated after every step, or epoch, …
  std::int64_t average_from = 0;                    // … after so many of them

  // What is looked at.
  std::string monitor = {};               // a value by its name; "": "val_loss", or "loss" without validation
  bool higher_is_better = false;
  std::optional<EarlyStopping> early_stopping = {};
  std::vector<MetricRef> metrics = {};
  bool metrics_in_training = true;        // false: in validation alone
  std::vector<CallbackRef> callbacks = {};          // called in this order

  // Checkpoints: at the end of every epoch, after every so many steps, and at the end. SIGINT and SIGTERM then end the training after the
  // step (interrupt.h). The training goes on from the newest that is whole, if it may.
  Checkpoints* checkpoints = nullptr;
  std::int64_t checkpoint_every = 0;      // steps; 0: at the ends of epochs alone
  bool resume = true;
  std::vector<Part> parts = {};           // what else has state
  bool catch_signals = false;             // without checkpoints too

  void describe(Describe& is) const {
    is(range::at_least_zero, epochs, steps, max_seconds, clip_norm, clip_value, average_from, checkpoint_every);
    is(range::at_least_one, accumulate);
  }
};

}  // namespace gradus::train
