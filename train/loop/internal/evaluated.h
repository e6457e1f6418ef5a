// The weights that a validation is to see, in the model for as long as this lives: the average that fit was given, or what the optimizer
// says, which ASGD, Schedule-Free and Lookahead do. Parameters that have none yet stay as they are.
//   { const Evaluated weights(setup.stepper, options);  nn::eval(net);  … }     // and here training's weights are back, bit for bit
#pragma once
#include <optional>

#include <gradus/optim/around/averaged_weights.h>
#include <gradus/train/loop/training.h>

namespace gradus::train::detail {

class Evaluated {
 public:
  Evaluated(const StepperRef& stepper, const FitOptions& options) {
    if (options.average) {
      if (options.average->updates() > 0) average_.emplace(*options.average);
    } else if (options.rule_averages && stepper.lookahead) {
      average_.emplace(*stepper.lookahead);
    } else if (options.rule_averages && stepper.optimizer) {
      average_.emplace(*stepper.optimizer);
    }
  }

 private:
  std::optional<optim::AveragedWeights> average_;
};

}  // namespace gradus::train::detail
