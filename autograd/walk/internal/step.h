// One operation's backward within a walk: written down where somebody profiles, looked at where somebody looks for anomalies, and its
// gradients checked, once, where they arrive.
#pragma once
#include <gradus/autograd/base/profile/profile.h>
#include <gradus/autograd/tape/node.h>
#include <gradus/autograd/tape/recording.h>

namespace gradus {

namespace detail {

inline Grads checked_backward(Node& node, SmallVector<Tensor, 1>& gradients) {
  Grads grads = node.run_backward(gradients);
  if (node.checks_gradients()) node.check_gradients(grads);
  return grads;
}
Grads watched_backward(Node& node, SmallVector<Tensor, 1>& gradients);   // profiled, looked at

// Whether anybody watches the steps of a walk that begins now.
inline bool steps_are_watched() { return profile::on() || (mode & (looks_for_nan | looks_for_infinity)) != 0; }

}  // namespace detail

inline Grads run_backward(Node& node, SmallVector<Tensor, 1>& gradients, bool watched) {
  return watched ? detail::watched_backward(node, gradients) : detail::checked_backward(node, gradients);
}

}  // namespace gradus
