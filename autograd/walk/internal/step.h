// One operation's backward within a walk: written down where somebody profiles, and its gradients checked, once, where they arrive.
#pragma once
#include <gradus/autograd/base/profile/profile.h>
#include <gradus/autograd/tape/node.h>

namespace gradus {

namespace detail {

inline Grads checked_backward(Node& node, SmallVector<Tensor, 1>& gradients) {
  Grads grads = node.run_backward(gradients);
  if (node.checks_gradients()) node.check_gradients(grads);
  return grads;
}
Grads profiled_backward(Node& node, SmallVector<Tensor, 1>& gradients);

}  // namespace detail

inline Grads run_backward(Node& node, SmallVector<Tensor, 1>& gradients) {
  return profile::on() ? detail::profiled_backward(node, gradients) : detail::checked_backward(node, gradients);
}

}  // namespace gradus
