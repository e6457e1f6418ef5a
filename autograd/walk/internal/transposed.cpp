#include <gradus/autograd/walk/internal/transposed.h>

#include <algorithm>

#include <gradus/autograd/tape/recording.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/walk/internal/wishing.h>

namespace gradus {

Tangents transposed_backward(Node& node, std::span<const Tensor> tangents, std::span<const Form> results) {
  check<GraphError>(
      std::any_of(results.begin(), results.end(), [](const Form& form) { return form.known; }), node.name(),
      ": forward mode has to transpose its backward, and does not know the shape of its result, since the operation that takes it does "
      "not check its gradients; give one of them a tangent, or leave checks_gradients on");
  SmallVector<Tensor, 1> seeds;   // ones: a mask may ask whether a gradient is zero
  SmallVector<Tensor, 4> us;
  for (const Form& form : results) {
    seeds.push_back(form.known ? variable(Tensor(Array::full(form.shape, 1, form.dtype))) : Tensor{});
    if (form.known) us.push_back(seeds.back());
  }
  std::uint32_t wanted = 0;
  for (std::size_t i = 0; i < tangents.size(); ++i)
    if (tangents[i].defined()) wanted |= 1u << std::min<std::size_t>(i, 31);

  SmallVector<Tensor, 4> pulled, along;
  {
    const Recording on(true);
    detail::Wish wish = detail::wish;
    wish.node = &node, wish.inputs = wanted;
    const Wishing these(wish);
    Grads grads = node.run_backward(seeds);
    for (std::size_t i = 0; i < std::min(grads.size(), tangents.size()); ++i) {
      const Tensor g = std::move(grads[i]).dense();
      if (!tangents[i].defined() || !g.requires_grad()) continue;
      pulled.push_back(g);
      along.push_back(tangents[i]);
    }
  }
  Tangents found;
  std::vector<Tensor> moved(us.size());
  if (!pulled.empty())
    moved = grad({pulled.data(), pulled.size()}, {us.data(), us.size()}, {along.data(), along.size()},
                 {.create_graph = recording(), .retain_graph = true});
  std::size_t k = 0;
  for (const Form& form : results) found.push_back(form.known ? moved[k++] : Tensor{});
  return found;
}

}  // namespace gradus
