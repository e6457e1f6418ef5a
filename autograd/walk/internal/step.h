// One operation's backward within a walk: written down where somebody profiles, and its gradients checked, once, where they arrive.
#pragma once
#include <gradus/autograd/tape/node.h>

namespace gradus {

Grads run_backward(Node& node, SmallVector<Tensor, 1>& gradients);

}  // namespace gradus
