// An average of the weights, put into the model for as long as this object lives: to evaluate and to save with.
//   { optim::AveragedWeights average(ema);  evaluate(net); }      // and here the weights of training are back, bit for bit
// It may be an EMA or SWA, Lookahead's slow weights, or the average that a rule keeps: ASGD's,
// Schedule-Free AdamW's, or that of a rule of yours.
#pragma once
#include <gradus/optim/around/lookahead.h>
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/driver/rule.h>

namespace gradus::optim {

// Parameters that have no average yet (no step or update since they are known) stay as they are. Several such objects may live at a time,
// if they end in the reverse order. Meanwhile update() of the average and step() of the Lookahead are a ValueError; what another
// optimizer's step() does to the weights is forgotten at the end, and it does not touch the average.
//
// `keep`: buffers that change meanwhile and are to be put back (nn::update_batch_norm for the averaged weights). An EMA or SWA that has
// buffers puts its own into the model, and the model's back.
class AveragedWeights {
 public:
  explicit AveragedWeights(const WeightAverage& average);
  explicit AveragedWeights(const Lookahead& optimizer, Buffers keep = {});
  explicit AveragedWeights(const Optimizer& optimizer, Buffers keep = {});   // its rule's; of a rule that keeps none: the weights
  template <class Rule>
    requires(!KeepsAverage<Rule>)
  explicit AveragedWeights(const OptimizerOf<Rule>& optimizer, Buffers = {}) = delete;
  ~AveragedWeights();
  AveragedWeights(const AveragedWeights&) = delete;
  AveragedWeights& operator=(const AveragedWeights&) = delete;

 private:
  AveragedWeights(Buffers buffers, int* standing_in);
  void put(const Counted<Leaf>& leaf, Array average);
  void keep_buffers();

  std::vector<std::pair<Counted<Leaf>, Array>> kept_;
  std::vector<std::pair<std::string, Array>> kept_buffers_;
  Buffers buffers_;
  int* standing_in_ = nullptr;
};

}  // namespace gradus::optim
