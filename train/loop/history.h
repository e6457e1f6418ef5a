// What a training did: the values of every epoch, and why it ended. Opt-in, with train/loop/fit.h.
//   const train::History h = train::fit(net, loss, adam, training, validation, {.epochs = 20});
//   h.of("val_loss").back();   h.best_epoch;   std::cout << h;
#pragma once
#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/state/state.h>

namespace gradus::train {

enum class Ended {
  epochs,         // all of them
  steps,          // FitOptions::steps
  seconds,        // FitOptions::max_seconds; goes on from the checkpoint
  early,          // the monitored value had not become better for too long
  stopped,        // by a callback
  interrupted,    // by a signal; goes on from the checkpoint
};

struct History {
  // By name, a number for every epoch: "loss", "lr", "seconds", each metric, "val_loss", "val_<metric>", what a step function returns. NaN
  // for epochs that had no such value.
  std::map<std::string, std::vector<double>> values;
  std::int64_t epochs = 0;              // that have ended
  std::int64_t steps = 0;               // of the optimizer
  std::int64_t skipped = 0;             // batches whose loss was not finite
  double best = Nothing;                // of the monitored value
  std::int64_t best_epoch = 0;          // the first is 1; 0: there is none
  Ended ended = Ended::epochs;
  std::string why;                      // for people
  std::string resumed_from;             // the checkpoint's file; "": it began anew
  std::vector<std::string> notes;       // checkpoints that were broken, and what was other when the one resumed from was made

  const std::vector<double>& of(std::string_view name) const;   // ValueError, with the names that there are

 private:
  static constexpr double Nothing = __builtin_nan("");
};
std::ostream& operator<<(std::ostream& out, const History& history);   // a line for each epoch, and why it ended

}  // namespace gradus::train
