// Which nodes lead from a result to given tensors: what grad() has to pass, and which gradients it wants there.
#pragma once
#include <span>

#include <gradus/autograd/walk/internal/node_index.h>

namespace gradus {

class Paths {
 public:
  // GraphError that begins with `walk` where a node on the way has been used up by an earlier walk. With `fenced` the ends are where the
  // graph ends: what one was computed from is not looked at.
  Paths(const char* walk, std::span<const Tensor> roots, std::span<const Tensor> ends, bool fenced = false);

  struct Stop {
    NodePtr node;
    std::uint32_t wants = 0;   // bit i: input i leads to an end (bit 31: one of those from 31 on does)
    bool is_end = false;
    bool leads() const { return is_end || wants != 0; }
  };
  const Stop* find(const Node* node) const {   // null when the node is older than all ends, or no part of the result
    const std::uint32_t at = index_.find(node);
    return at == NodeIndex::none ? nullptr : &stops_[at];
  }
  bool leads(const Node* node) const {
    const Stop* stop = find(node);
    return stop && stop->leads();
  }
  // Newest first; those that lead nowhere are among them.
  const SmallVector<std::uint32_t, 32>& order() const { return order_; }
  const SmallVector<Stop, 8>& stops() const { return stops_; }
  std::uint32_t position(const Node* node) const { return index_.find(node); }

 private:
  SmallVector<Stop, 8> stops_;
  SmallVector<std::uint32_t, 32> order_;
  NodeIndex index_;
};

}  // namespace gradus
