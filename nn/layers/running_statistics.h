// What a layer gathers in training for its evaluation, by reference: batch norm's mean and variance. A layer of one's own that has such
// offers it, and nn::update_batch_norm computes it anew:
//   nn::RunningStatistics offers() { return {mean_.mutable_value(), var_.mutable_value(), batches_.mutable_value(), momentum_}; }
#pragma once
#include <optional>

#include <gradus/autograd/array/array.h>

namespace gradus::nn {

struct RunningStatistics {
  Array &mean, &var, &batches;              // undefined if not kept
  std::optional<double>& momentum;          // none: the mean of all batches
};

}  // namespace gradus::nn
