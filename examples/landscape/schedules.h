// The schedules of gradus by name, and their options by name as their state files have them.
//   auto schedule = find(schedules(), "cosine", "schedule").make({.steps = 200, .lr = 0.1}, {{"eta_min", "0.01"}});
//   schedule->attach(*walker);  walker->step(closure);  schedule->step(loss);
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "landscape/optimizers.h"
#include "landscape/sliders.h"

namespace landscape {

// How long a run will be, and from what learning rate: what lengths and heights that are not given follow from.
struct Length {
  int steps;
  double lr;
};

// A schedule at work on one walker.
class Schedule {
 public:
  virtual ~Schedule() = default;
  virtual void step(double loss) = 0;            // after each of the walker's steps
  virtual std::string describe() const = 0;
};

struct ScheduleKind {
  std::string_view name, title, tex;
  std::vector<Option> options = {};              // with defaults for 200 steps; those that are not given follow the run's length
  std::function<std::unique_ptr<Schedule>(Walker&, Length, const Settings&)> make = {};   // ValueError as in OptimizerKind::make
};

std::span<const ScheduleKind> schedules();

}  // namespace landscape
