#include <gradus/autograd/walk/internal/paths.h>

#include <algorithm>

#include <gradus/autograd/walk/internal/visit.h>

namespace gradus {

Paths::Paths(const char* walk, std::span<const Tensor> roots, std::span<const Tensor> ends, bool fenced) {
  std::uint64_t oldest = ~std::uint64_t{0};
  for (const Tensor& end : ends) oldest = std::min(oldest, end.node()->number());

  NodeIndex fence;
  if (fenced)
    for (const Tensor& end : ends) fence.insert(end.node().get(), 0);
  const auto goes_on = [&](const Node* node) { return !node->is_leaf() && fence.find(node) == NodeIndex::none; };

  SmallVector<std::uint32_t, 16> heap;   // stops not yet looked into, newest first
  const auto older = [&](std::uint32_t a, std::uint32_t b) { return stops_[a].node->number() < stops_[b].node->number(); };
  const auto see = [&](const NodePtr& node) {
    if (!node || node->number() < oldest) return NodeIndex::none;
    std::uint32_t at = index_.find(node.get());
    if (at == NodeIndex::none) {
      at = static_cast<std::uint32_t>(stops_.size());
      stops_.push_back({node});
      index_.insert(node.get(), at);
      heap.push_back(at);
      std::push_heap(heap.begin(), heap.end(), older);
    }
    return at;
  };

  SmallVector<std::uint32_t, 32> inputs;   // where the inputs of each stop lie, one after the other in that order
  for (const Tensor& root : roots) see(root.node());
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), older);
    order_.push_back(heap.back());
    heap.pop_back();
    const NodePtr node = stops_[order_.back()].node;
    if (!goes_on(node.get())) continue;
    const Visit visit(walk, *node);
    for (const Node::Edge& edge : node->inputs()) inputs.push_back(see(edge.node));
  }
  for (const Tensor& end : ends)
    if (const std::uint32_t at = index_.find(end.node().get()); at != NodeIndex::none) stops_[at].is_end = true;

  std::size_t at = inputs.size();
  for (std::size_t k = order_.size(); k-- > 0;) {   // oldest first: a node leads to an end if one of its inputs does
    Stop& stop = stops_[order_[k]];
    if (!goes_on(stop.node.get())) continue;
    const std::size_t n = stop.node->inputs().size();
    at -= n;
    for (std::size_t i = 0; i < n; ++i)
      if (inputs[at + i] != NodeIndex::none && stops_[inputs[at + i]].leads()) stop.wants |= 1u << std::min<std::size_t>(i, 31);
  }
}

}  // namespace gradus
