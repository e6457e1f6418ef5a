// Metrics: how good predictions are, gathered batch by batch. Every one of them has
//   metric.update(prediction, target);   metric.value();   metric.reset();   metric.merge(another);   state(), load_state(state)
// and is a value: a copy goes its own way. What they keep are counts and exact sums (exact_sum.h), so batches of any size, in any order,
// and parts merged in any order give the same bits. What is not a number among scores is a ValueError that says where, and nothing
// changes; in regression and means it makes the value NaN. Before the first sample, and where a formula divides by nothing, values are NaN,
// if not said otherwise. Predictions are read as one of
//   scores of classes   floating [N, C] or [N, C, d…], with targets [N] or [N, d…] of a whole type: classes 0 to C − 1
//   scores of yes       floating, of the same shape as the targets, which are 0 or 1 of any type; [N, L] has L labels each of its own
//   classes             of a whole type, as the targets
#pragma once
#include <concepts>

#include <gradus/autograd/state/state.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::train {

template <class M>
concept MergeableMetric = Stateful<M> && std::copyable<M> && requires(M& metric, const M& other, const Tensor& x) {
  metric.update(x, x);
  { other.value() } -> std::convertible_to<double>;
  metric.reset();
  metric.merge(other);
};

}  // namespace gradus::train
