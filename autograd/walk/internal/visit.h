// A walk's stay in one node. Any number of walks that keep the graph may be in a node at a time; one that uses it up must be alone there,
// and no walk comes in after it. So walks of several threads, and one inside another's backward, never see half a node.
#pragma once
#include <gradus/autograd/tape/node.h>

namespace gradus {

class Visit {
 public:
  // Looks, and leaves the node as it is. GraphError that begins with `walk` if another walk has used it up, or is about to.
  Visit(const char* walk, Node& node) : node_(&node) {
    if (!enter()) refuse(walk);
  }
  // To use the node up. GraphError likewise, and also when another walk is looking at this moment. Nobody can be, if the caller has the
  // only pointer to the node: then a lock is spared.
  struct UsesUp { bool only_pointer; };
  Visit(const char* walk, Node& node, UsesUp how) : node_(&node), uses_up_(true) {
    if (!(how.only_pointer ? take() : take_among_others())) refuse(walk);
  }
  Visit(const Visit&) = delete;
  ~Visit() {
    if (!uses_up_) node_->visitors_.fetch_sub(1, std::memory_order_release);
    else if (!used_up_) node_->visitors_.store(0, std::memory_order_release);   // an error: it can be tried again
  }

  // The node forgets what it kept; from here on its inputs may be taken away.
  SmallVector<Node::Edge, 2>& use_up() {
    used_up_ = true;
    node_->forget();
    return node_->inputs_;
  }

 private:
  static constexpr std::int32_t used = -1;

  bool enter() {
    std::int32_t n = node_->visitors_.load(std::memory_order_relaxed);
    while (n != used)
      if (node_->visitors_.compare_exchange_weak(n, n + 1, std::memory_order_acquire, std::memory_order_relaxed)) return true;
    return false;
  }
  bool take() {
    if (node_->visitors_.load(std::memory_order_relaxed) != 0) return false;
    node_->visitors_.store(used, std::memory_order_relaxed);
    return true;
  }
  bool take_among_others() {
    std::int32_t nobody = 0;
    return node_->visitors_.compare_exchange_strong(nobody, used, std::memory_order_acquire, std::memory_order_relaxed);
  }
  [[noreturn]] void refuse(const char* walk) const;

  Node* node_;
  bool uses_up_ = false, used_up_ = false;
};

}  // namespace gradus
