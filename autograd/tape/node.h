// Node: what a recorded operation leaves on the tape, owned by the tensors that need it and numbered at birth, higher than its inputs. So
// backward is one loop over the reachable nodes, highest number first, forward mode one with the lowest first, and freeing a graph is a
// loop too: no recursion. Who writes an operation reads op.h; this header is for the engine.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <gradus/autograd/base/pool.h>
#include <gradus/autograd/base/small_vector.h>
#include <gradus/autograd/base/tally.h>
#include <gradus/autograd/tape/gradient.h>
#include <gradus/autograd/tape/hooks.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

using Tangents = SmallVector<Tensor, 4>;   // an undefined one is zero

// What is known of a tensor that is not there.
struct Form {
  Shape shape;
  Dtype dtype = f32;
  bool known = false;
};

class Node : public pool::Pooled {
 public:
  Node() = default;
  Node(Node&&) noexcept {}   // of an operation on its way to the tape, which has kept nothing yet
  virtual ~Node() {
    if (number_ != 0) tally::add(tally::nodes, -1);
  }
  virtual std::string_view name() const = 0;
  bool is_leaf() const { return is_leaf_; }

  struct Edge { NodePtr node; int output = 0; };
  std::uint64_t number() const { return number_; }
  std::uint32_t owners() const { return owners_.load(std::memory_order_acquire); }
  const SmallVector<Edge, 2>& inputs() const { return inputs_; }
  bool checks_gradients() const { return checks_gradients_; }

  static std::int64_t live() { return tally::total(tally::nodes); }   // over all threads: zero when every graph is gone

  // What walks ask of an operation's node; leaves are never asked.
  virtual Grads run_backward(SmallVector<Tensor, 1>& grads) = 0;         // an undefined one of several is zero
  virtual Tangents run_tangent(std::span<const Tensor> tangents) = 0;
  virtual void check_gradients(const Grads& grads) const = 0;            // that backward has returned, one by one against the inputs
  virtual SmallVector<Array, 4> kept() const { return {}; }              // for backward
  // Of input i, where the operation can tell, of its only result or of none.
  virtual Form input_form(int i, const Form& result) const = 0;

  std::unique_ptr<detail::Hooks> hooks;                                  // null for nearly all

 protected:
  void be_born();   // takes a number, after inputs_ are known

  SmallVector<Edge, 2> inputs_;   // where each input came from; a null node where it is not tracked

 private:
  friend void retain(Node*);
  friend void release(Node*);
  friend class Visit;
  virtual void forget() = 0;                                             // drops all that was kept for backward

  // Walks share nodes and keep their state to themselves; a node knows only that it is being visited (walk/internal/visit.h).
  std::atomic<std::uint32_t> owners_{0};
  std::atomic<std::int32_t> visitors_{0};
  std::uint64_t number_ = 0;                 // 0: not on the tape (yet)
  Node* next_doomed_ = nullptr;

 protected:
  bool is_leaf_ = false;
  bool checks_gradients_ = false;            // of this node's backward
};

namespace detail {

struct Retained : pool::Pooled {
  struct Entry {
    bool wanted = false;
    Tensor gradient;
  };
  SmallVector<Entry, 1> of_result;
};
struct Origin : pool::Pooled {
  std::string text;   // log: [3] f32 -> [3] f32, in "loss"
};

// What the walk that is at a node in this thread wants of it, where that is less than all (see Op::needs), and its way to a tangent where
// the operation has none of its own.
struct Wish {
  const Node* node = nullptr;
  std::uint32_t inputs = 0;
  Tangents (*transpose)(Node& node, std::span<const Tensor> tangents, const void* walk) = nullptr;
  const void* walk = nullptr;
};
extern constinit thread_local Wish wish;

}  // namespace detail

}  // namespace gradus
