// The average that some optimizers keep, put into the model for as long as this object lives: to evaluate and to save with.
//   { optim::AveragedWeights average(asgd);  evaluate(net); }     // and here the weights of training are back, bit for bit
#pragma once
#include <gradus/optim/asgd.h>
#include <gradus/optim/schedule_free_adamw.h>

namespace gradus::optim {

// Parameters that have not taken a step stay as they are. Do not call step() meanwhile: its changes would be forgotten.
class AveragedWeights {
 public:
  explicit AveragedWeights(const ASGD& optimizer);
  explicit AveragedWeights(const ScheduleFreeAdamW& optimizer);
  ~AveragedWeights();
  AveragedWeights(const AveragedWeights&) = delete;
  AveragedWeights& operator=(const AveragedWeights&) = delete;

 private:
  std::vector<std::pair<Counted<Leaf>, Array>> kept_;
};

}  // namespace gradus::optim
