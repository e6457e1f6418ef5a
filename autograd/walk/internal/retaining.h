// Gradients for intermediate results that retain theirs. As those for leaves they wait in the walk until it has succeeded.
#pragma once
#include <gradus/autograd/walk/internal/landing.h>

namespace gradus {

class Retaining {
 public:
  bool empty() const { return kept_.empty(); }
  // What has come, whole, to the results of a node that the walk is at.
  void note(const NodePtr& node, const SmallVector<Tensor, 1>& gradients);

  // The walk has succeeded: leaves and results take what has arrived, or none does and an error.
  void deliver(bool recorded, Landing& landing);

 private:
  struct Kept {
    NodePtr node;
    std::size_t output;
    Tensor sum;
  };
  SmallVector<Kept, 1> kept_;
};

}  // namespace gradus
