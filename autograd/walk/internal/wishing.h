// Says in a scope what a walk wants of the node that it is at, in this thread; of nested walks, what the innermost wants.
#pragma once
#include <utility>

#include <gradus/autograd/tape/node.h>

namespace gradus {

class Wishing {
 public:
  explicit Wishing(const detail::Wish& wish) : before_(std::exchange(detail::wish, wish)) {}
  Wishing(const Wishing&) = delete;
  ~Wishing() { detail::wish = before_; }

 private:
  detail::Wish before_;
};

}  // namespace gradus
