// Which leaves of a walk somebody listens to, and when their gradients are final: when the walk, which goes from new nodes to old ones, has
// passed the oldest operation that uses the leaf. Costs a look over the graph beforehand, and nothing where nobody listens.
#pragma once
#include <span>

#include <gradus/autograd/walk/internal/frontier.h>
#include <gradus/autograd/walk/internal/landing.h>

namespace gradus {

class Listening {
 public:
  static bool needed(const LeafListener& listener) { return listener || detail::any_leaf_has_hooks(); }

  // GraphError that begins with `walk` where a node has been used up by an earlier walk.
  Listening(const char* walk, std::span<const Tensor> roots, const LeafListener& listener);

  // Leaves whose gradient is final take it, and whoever listens is told: to be called after each step.
  void after_step(const Frontier& frontier, Landing& landing, bool recorded) {
    while (next_ < awaited_.size() && (frontier.empty() || frontier.newest() < awaited_[next_].oldest_use))
      landing.deliver_and_tell(awaited_[next_++].leaf, recorded, listener_);
  }

 private:
  struct Awaited {
    std::uint64_t oldest_use;
    const Node* leaf;        // the graph, or the landing, holds it
  };
  SmallVector<Awaited, 8> awaited_;   // in the order in which they become final
  std::size_t next_ = 0;
  LeafListener listener_;
};

}  // namespace gradus
