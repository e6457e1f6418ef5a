// Gradients on their way to leaves. They wait here, in the walk, until it has succeeded; then all leaves take theirs at once.
#pragma once
#include <gradus/autograd/kernels/axes/rows.h>
#include <gradus/autograd/walk/internal/node_index.h>

namespace gradus {

class Landing {
 public:
  // The sum of what has arrived for the leaf, to add to; undefined at first.
  Tensor& at(NodePtr&& leaf);
  // Gradients of rows, one after the other.
  void arrive(NodePtr leaf, kernels::RowPart part);
  // What has arrived at this leaf; undefined if nothing has.
  Tensor find(const Node* leaf) const;

  // Adds each sum to its leaf's gradient: to all of them, or to none and an error. Several threads may deliver to the same leaves.
  // With `recorded` the sums are differentiable.
  void deliver(bool recorded);

 private:
  static constexpr std::size_t few = 16;   // see Frontier

  struct Arrival {
    NodePtr leaf;
    Tensor sum;
    bool replaces = false;   // the sum, prepared for the leaf, holds its old gradient too
  };
  struct ArrivedRows {
    const Node* leaf;
    kernels::RowPart part;
  };
  class Held;
  Arrival& arrival(NodePtr&& leaf);
  std::uint32_t position(const Node* leaf) const;
  RowGradient sum_rows(const Leaf& leaf) const;

  SmallVector<Arrival, 8> arrivals_;
  SmallVector<ArrivedRows, 1> rows_;
  NodeIndex index_;
};

// sum + g, in sum's memory where nobody else holds it, or recorded.
void add_to_defined(Tensor& sum, const Tensor& g, bool recorded);
// The same where an undefined sum is zero.
inline void add_to(Tensor& sum, Tensor g, bool recorded) {
  if (sum.defined()) add_to_defined(sum, g, recorded);
  else sum = std::move(g);
}

}  // namespace gradus
