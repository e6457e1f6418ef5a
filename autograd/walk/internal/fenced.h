// The derivative of a part of a graph: what a checkpoint has computed anew, down to what it was computed from and no further.
#pragma once
#include <span>
#include <vector>

#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// As grad(ys, xs, seeds), but each x is taken for independent of the others, hooks of the xs are left to the walk around, and where y does
// not depend on x the gradient is undefined. `walk` is whom errors name.
std::vector<Tensor> fenced_grad(const char* walk, std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> seeds,
                                bool create_graph);

}  // namespace gradus
