// Who wants to see what a step does: told of every step of an optimizer, before it changes anything and after it has. See statistics.h.
#pragma once

namespace gradus::optim {

class StepWatcher {
 public:
  virtual ~StepWatcher() = default;
  virtual void before_step() = 0;      // gradients have been checked; may throw, and then nothing changes
  virtual void after_step() = 0;
};

}  // namespace gradus::optim
