#include <gradus/autograd/walk/internal/step.h>

#include <gradus/autograd/tape/recorder.h>

namespace gradus::detail {

Grads profiled_backward(Node& node, SmallVector<Tensor, 1>& gradients) {
  profile::Span span(node.name(), "backward");
  if (!span.wanted()) return checked_backward(node, gradients);   // part of another span
  Traffic traffic;
  for (const Tensor& g : gradients) traffic.add(g);   // now: backward may write over them
  traffic.shapes += " ->";
  Grads grads = checked_backward(node, gradients);
  for (const Gradient& g : grads) traffic.add(g.is_rows() ? Tensor(g.rows().values) : g.tensor());
  span.describe(std::move(traffic.shapes), traffic.bytes);
  return grads;
}

}  // namespace gradus::detail
