#include <gradus/autograd/walk/internal/listening.h>

#include <algorithm>

#include <gradus/autograd/walk/internal/visit.h>

namespace gradus {

Listening::Listening(const char* walk, std::span<const Tensor> roots, const LeafListener& listener) : listener_(listener) {
  NodeIndex seen;
  SmallVector<Node*, 16> left;
  const auto reach = [&](Node* node, std::uint64_t user) {
    if (!node) return;
    const std::uint32_t known = seen.find(node);
    if (!node->is_leaf()) {
      if (known != NodeIndex::none) return;
      seen.insert(node, 0);
      left.push_back(node);
    } else if (listener || node->hooks) {
      if (known == NodeIndex::none) {
        seen.insert(node, static_cast<std::uint32_t>(awaited_.size()));
        awaited_.push_back({user, node});
      } else {
        awaited_[known].oldest_use = std::min(awaited_[known].oldest_use, user);
      }
    }
  };
  for (const Tensor& root : roots) reach(root.node().get(), root.node()->number());
  while (!left.empty()) {
    Node* const node = left.back();
    left.pop_back();
    const Visit visit(walk, *node);
    for (const Node::Edge& edge : node->inputs()) reach(edge.node.get(), node->number());
  }
  std::stable_sort(awaited_.begin(), awaited_.end(), [](const Awaited& a, const Awaited& b) { return a.oldest_use > b.oldest_use; });
}

}  // namespace gradus
