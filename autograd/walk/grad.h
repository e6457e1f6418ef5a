// Gradients: ∂y/∂x along the tape. Tensor::backward() leaves them at the leaves; grad() returns them and leaves nothing behind.
//   auto [dx, dw] = grad<2>(loss, {x, w});                              // arrays of gradients
//   Tensor slope = grad(y, x, {.create_graph = true});                  // can be differentiated again
// Any number of threads may walk at a time, on one model too: backward() adds to its gradients as if one thread had come after the other.
// One graph may be walked by several at a time if all keep it (retain_graph); whoever would use it up meanwhile is refused: GraphError.
#pragma once
#include <array>
#include <initializer_list>
#include <span>
#include <vector>

#include <gradus/autograd/tape/recording.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

struct GradOptions {
  bool create_graph = false;              // record the walk itself, for higher order; keeps the graph
  bool retain_graph = false;              // keep what was saved, so that the graph can be walked again
  Tensor seed = {};                       // ∂L/∂y in y's shape; one when y is a scalar
};

// ∂y/∂x for each x (any tracked tensor, leaf or not), in x's shape; zeros where y does not depend on x.
// GraphError: y or an x not tracked, the graph released by an earlier walk; ShapeError: no seed and y not a scalar, seed of another shape.
std::vector<Tensor> grad(const Tensor& y, std::span<const Tensor> xs, const GradOptions& options = {});
inline std::vector<Tensor> grad(const Tensor& y, std::initializer_list<Tensor> xs, const GradOptions& options = {}) {
  return grad(y, std::span<const Tensor>(xs.begin(), xs.size()), options);
}
Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& options = {});
// Of several results at once: Σₖ ∂⟨seedₖ, yₖ⟩/∂x for each x, in one walk; without seeds, of scalars. options.seed is not used.
std::vector<Tensor> grad(std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> seeds = {},
                         const GradOptions& options = {});
inline std::vector<Tensor> grad(std::initializer_list<Tensor> ys, std::initializer_list<Tensor> xs,
                                std::initializer_list<Tensor> seeds = {}, const GradOptions& options = {}) {
  const auto list = [](std::initializer_list<Tensor> all) { return std::span<const Tensor>(all.begin(), all.size()); };
  return grad(list(ys), list(xs), list(seeds), options);
}
// The same for all leaves, where it is added, as torch.autograd.backward(ys, seeds): one walk, which passes what the results share once.
void backward(std::span<const Tensor> ys, std::span<const Tensor> seeds = {}, const Tensor::Backward& options = {});
inline void backward(std::initializer_list<Tensor> ys, std::initializer_list<Tensor> seeds = {}, const Tensor::Backward& options = {}) {
  backward(std::span<const Tensor>(ys.begin(), ys.size()), std::span<const Tensor>(seeds.begin(), seeds.size()), options);
}
template <std::size_t n>
std::array<Tensor, n> grad(const Tensor& y, const Tensor (&xs)[n], const GradOptions& options = {}) {
  auto all = grad(y, std::span<const Tensor>(xs, n), options);
  std::array<Tensor, n> out;
  std::move(all.begin(), all.end(), out.begin());
  return out;
}

}  // namespace gradus
