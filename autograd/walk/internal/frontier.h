// The nodes that a walk has reached and not yet passed, each with the gradients that have arrived for its results. The newest is next:
// since a node is older than everything computed from it, all of its gradients have arrived by then.
#pragma once
#include <algorithm>

#include <gradus/autograd/walk/internal/node_index.h>

namespace gradus {

class Frontier {
 public:
  struct Place {
    NodePtr node;
    SmallVector<Tensor, 1> gradients;   // of the node's results; undefined where none has arrived
  };

  bool empty() const { return heap_.empty(); }
  std::uint64_t newest() const { return heap_.begin()->number; }   // the number of the next node

  // The place of a node, a new one unless it has one.
  Place& reach(NodePtr&& node) {
    std::uint32_t at = find(node.get());
    if (at == NodeIndex::none) at = add(std::move(node));
    return places_[at];
  }

  // The newest node's position, which stays its own until vacate(). Look it up again after any reach(): places move.
  std::uint32_t next() {
    std::pop_heap(heap_.begin(), heap_.end(), older);
    const std::uint32_t at = heap_.back().place;
    heap_.pop_back();
    return at;
  }
  Place& operator[](std::uint32_t at) { return places_[at]; }
  void vacate(std::uint32_t at) { vacant_.push_back(at); }

 private:
  // While few nodes wait, looking at all of them is faster than hashing.
  static constexpr std::size_t few = 16;

  struct Waiting {
    std::uint64_t number;
    const Node* node;
    std::uint32_t place;
  };
  static bool older(const Waiting& a, const Waiting& b) { return a.number < b.number; }

  std::uint32_t find(const Node* node) const {
    if (heap_.size() <= few) {
      for (const Waiting& w : heap_)
        if (w.node == node) return w.place;
      return NodeIndex::none;
    }
    const std::uint32_t at = index_.find(node);   // may tell of a node that has been passed
    return at != NodeIndex::none && node_of(at) == node ? at : NodeIndex::none;
  }

  std::uint32_t add(NodePtr&& node) {
    std::uint32_t at = static_cast<std::uint32_t>(places_.size());
    if (vacant_.empty()) {
      places_.emplace_back();
    } else {
      at = vacant_.back();
      vacant_.pop_back();
    }
    heap_.push_back({node->number(), node.get(), at});
    places_[at].node = std::move(node);
    std::push_heap(heap_.begin(), heap_.end(), older);
    if (heap_.size() > few) [[unlikely]] note(node_of(at), at);
    return at;
  }
  const Node* node_of(std::uint32_t at) const { return places_[at].node.get(); }

  void note(const Node* node, std::uint32_t at) {
    const bool crowded_by_passed = index_.full() && 4 * heap_.size() < index_.room();
    if (heap_.size() == few + 1 || crowded_by_passed) {
      index_.clear();
      for (const Waiting& w : heap_) index_.insert(w.node, w.place);
    } else {
      index_.insert(node, at);
    }
  }

  SmallVector<Waiting, 8> heap_;
  SmallVector<Place, 4> places_;
  SmallVector<std::uint32_t, 4> vacant_;
  NodeIndex index_;
};

}  // namespace gradus
