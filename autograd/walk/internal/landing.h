// Gradients on their way to leaves. They wait here, in the walk, until it has succeeded; then all leaves take theirs at once. Leaves that
// somebody listens to take theirs, and he is told, as soon as it is final.
#pragma once
#include <gradus/autograd/walk/internal/node_index.h>

namespace gradus {

class Landing {
 public:
  // The sum of what has arrived for the leaf, to add to; undefined at first.
  Gradient& at(NodePtr&& leaf);
  // What has arrived at this leaf, as a tensor; undefined if nothing has.
  Tensor find(const Node* leaf) const;

  // Adds each sum to its leaf's gradient: to all of them, or to none and an error. Several threads may deliver to the same leaves.
  // With `recorded` the sums are differentiable.
  void deliver(bool recorded) { deliver(0, arrivals_.size(), recorded); }
  // The same for one leaf, where anything has arrived: its hooks see the gradient before and the leaf afterwards, as the listener does.
  void deliver_and_tell(const Node* leaf, bool recorded, const LeafListener& listener);

 private:
  static constexpr std::size_t few = 16;   // see Frontier

  struct Arrival {
    NodePtr leaf;
    Gradient sum;            // undefined again once the leaf has it
    bool replaces = false;   // the sum, prepared for the leaf, holds its old gradient too
  };
  class Held;
  Arrival& arrival(NodePtr&& leaf);
  std::uint32_t position(const Node* leaf) const;
  void deliver(std::size_t first, std::size_t last, bool recorded);

  SmallVector<Arrival, 8> arrivals_;
  NodeIndex index_;
};

// sum + g; recorded, or in sum's memory where nobody else holds it. An undefined sum is zero.
void add_recorded(Tensor& sum, const Tensor& g);
inline void add_to(Gradient& sum, Gradient&& g, bool recorded) {
  if (!sum.defined()) {
    sum = std::move(g);
  } else if (!recorded) {
    sum.add(std::move(g));
  } else {
    Tensor total = sum.tensor();
    add_recorded(total, g.tensor());
    sum = std::move(total);
  }
}
void add_to_defined(Tensor& sum, const Tensor& g, bool recorded);
inline void add_to(Tensor& sum, Tensor&& g, bool recorded) {
  if (sum.defined()) add_to_defined(sum, g, recorded);
  else sum = std::move(g);
}

}  // namespace gradus
