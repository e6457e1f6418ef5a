#include <gradus/autograd/walk/internal/step.h>

#include <gradus/autograd/tape/internal/unusual.h>
#include <gradus/autograd/tape/leaf.h>
#include <gradus/autograd/tape/recorder.h>

namespace gradus::detail {
namespace {

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

// Of the forward operation: what was written down then, or what the node still knows of its inputs.
std::string origin(const Node& node, const Form& result) {
  if (node.hooks && node.hooks->origin) return node.hooks->origin->text;
  std::string inputs = text(node.name(), ":");
  for (std::size_t i = 0; i < node.inputs().size(); ++i) {
    if (!node.inputs()[i].node) continue;
    const Form form = node.input_form(static_cast<int>(i), result);
    if (form.known) inputs += text(" ", form.shape, " ", form.dtype);
  }
  return inputs + " (labels are known where DetectAnomaly looked at the forward, too)";
}

std::string whose(const Node::Edge& input, std::size_t i) {
  const auto* leaf = input.node && input.node->is_leaf() ? static_cast<const Leaf*>(input.node.get()) : nullptr;
  return leaf && !leaf->label.empty() ? text(i, " (", leaf->label, ")") : text(i);
}

}  // namespace

Grads watched_backward(Node& node, SmallVector<Tensor, 1>& gradients) {
  const unsigned looking = mode;
  if (!(looking & (looks_for_nan | looks_for_infinity))) return profiled_backward(node, gradients);
  std::string before;   // now: backward may write over them
  for (const Tensor& g : gradients)
    if (const auto found = first_unusual(g.value(), looking); found && before.empty())
      before = text("; the gradient that came to it has ", describe_unusual(*found, g.shape()), " already");
  Form result;
  if (gradients.size() == 1 && gradients[0].defined()) result = {gradients[0].shape(), gradients[0].dtype(), true};
  Grads grads;
  {
    const ModeScope inside(looking | inside_backward);
    grads = profiled_backward(node, gradients);
  }
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined()) continue;
    const Gradient& g = grads[i];
    const auto found = first_unusual(g.is_rows() ? Gradient(g).dense().value() : g.value(), looking);
    if (found)
      fail<ValueError>("backward: ", node.name(), " made ", describe_unusual(*found, g.shape()), " of the gradient of its input ",
                       whose(node.inputs()[i], i), before.empty() ? ", and what came to it was finite" : before, ": ",
                       origin(node, result));
  }
  return grads;
}

}  // namespace gradus::detail
