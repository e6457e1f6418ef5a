// Gradients of every sample of a batch by itself, for clipping each (differential privacy), for their variance, for influence.
//   auto loss = [&](const Tensor& x, const Tensor& label) { return nn::cross_entropy(net(x), label); };
//   std::vector<Tensor> g = per_sample_grad(loss, nn::parameters(net), {images, labels});   // g[k]: [batch, shape of parameter k...]
// f sees batches of one, [1, …] of each tensor, and returns a scalar. The samples are run on all cores at a time, each on a small tape of
// its own: the time is that of as many small steps, the memory that of one a core beside the result. f is called by several threads, so
// in layers it may change nothing: what does so in training (batch norm, dropout) is refused, nn::eval(net) helps. Numbers that f draws
// from the default generator depend on the sample alone, not on the threads.
#pragma once
#include <type_traits>
#include <vector>

#include <gradus/autograd/tape/parameter_list.h>

namespace gradus {

struct PerSampleOptions {
  bool create_graph = false;     // the gradients can be differentiated
};

namespace detail {

// Refers to a function that outlives it.
struct OfSample {
  const void* f;
  Tensor (*call)(const void* f, const std::vector<Tensor>& sample);
};
std::vector<Tensor> per_sample_grad(OfSample f, const std::vector<Tensor>& xs, const std::vector<Tensor>& batch,
                                    const PerSampleOptions& options);
std::vector<Tensor> tensors(const Parameters& parameters);

}  // namespace detail

// ∂f(sample i)/∂x in row i of [batch, x...], for each x (variables, parameters); zeros where f does not depend on it. f takes as many
// tensors as the batch has, up to three, or a list. ShapeError: sizes of the batch that differ, f not a scalar; GraphError: an x is not
// tracked.
template <class F>
std::vector<Tensor> per_sample_grad(const F& f, const std::vector<Tensor>& xs, const std::vector<Tensor>& batch,
                                    const PerSampleOptions& options = {}) {
  using T = const Tensor&;
  const auto call = [](const void* held, const std::vector<Tensor>& s) -> Tensor {
    const F& loss = *static_cast<const F*>(held);
    if constexpr (std::is_invocable_v<const F&, T>) return loss(s[0]);
    else if constexpr (std::is_invocable_v<const F&, T, T>) return loss(s[0], s[1]);
    else if constexpr (std::is_invocable_v<const F&, T, T, T>) return loss(s[0], s[1], s[2]);
    else return loss(s);
  };
  constexpr bool one = std::is_invocable_v<const F&, T>, two = std::is_invocable_v<const F&, T, T>;
  constexpr std::size_t takes = one ? 1 : two ? 2 : std::is_invocable_v<const F&, T, T, T> ? 3 : 0;
  check<ValueError>(takes == 0 || takes == batch.size(), "per_sample_grad: f takes ", takes, " tensors, the batch has ", batch.size());
  return detail::per_sample_grad({&f, call}, xs, batch, options);
}
template <class F>
std::vector<Tensor> per_sample_grad(const F& f, const Parameters& parameters, const std::vector<Tensor>& batch,
                                    const PerSampleOptions& options = {}) {
  return per_sample_grad(f, detail::tensors(parameters), batch, options);
}

}  // namespace gradus
