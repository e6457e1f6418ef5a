// The tape: one node for each recorded operation, owned by the tensors that need it and numbered at birth, higher than its inputs. So
// backward is one loop over the reachable nodes, highest number first, and freeing a graph is a loop too: no recursion.
// Who writes an operation reads op.h; this header is for the engine.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include <gradus/autograd/base/pool.h>
#include <gradus/autograd/base/small_vector.h>
#include <gradus/autograd/base/tally.h>
#include <gradus/autograd/tape/row_gradient.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// Gradients of an operation's inputs, in order; an undefined one is "none" (not wanted, or zero).
using Grads = SmallVector<Tensor, 4>;

// Whether operations are recorded, in this thread. NoGrad switches it off for a scope.
bool recording();
class Recording {
 public:
  explicit Recording(bool on);
  ~Recording();
  Recording(const Recording&) = delete;

 private:
  bool before_;
};
class NoGrad : Recording {
 public:
  NoGrad() : Recording(false) {}
};
// Runs f without recording and returns what it returns.
template <class F>
decltype(auto) no_grad(F&& f) {
  const NoGrad guard;
  return f();
}

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

  static std::int64_t live() { return tally::total(tally::nodes); }   // over all threads: zero when every graph is gone

 protected:
  void be_born();   // takes a number, after inputs_ are known

  SmallVector<Edge, 2> inputs_;   // where each input came from; a null node where it is not tracked

 private:
  friend void retain(Node*);
  friend void release(Node*);
  friend class Walk;
  friend class Visit;
  virtual Grads run_backward(SmallVector<Tensor, 1>& grads) = 0;         // leaves are never asked
  // In its place, when the gradient of input 0, a leaf, may be that of some rows: true if `part` has it now. Unrecorded walks to leaves ask.
  virtual bool run_backward_by_rows(const Tensor& grad, kernels::RowPart& part) {
    (void)grad, (void)part;
    return false;
  }
  virtual void forget() = 0;                                             // drops all that was kept for backward
  virtual void check_gradients(const Grads& grads) const = 0;            // that backward has returned, one by one against the inputs

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

// What the walk that runs a node's backward in this thread wants of it, where that is less than all: see Op::needs.
struct Wish {
  const Node* node = nullptr;
  std::uint32_t inputs = 0;
};
extern constinit thread_local Wish wish;

}  // namespace detail

// The end of every path: a value that gradients reach. Parameters and variables are leaves.
class Leaf final : public Node {
 public:
  explicit Leaf(Array initial, std::string name = {}) : value(std::move(initial)), label(std::move(name)) {
    is_leaf_ = true;
    be_born();
  }
  std::string_view name() const override { return "leaf"; }

  // ∂L/∂value that backward() left here, undefined if none; a gradient of rows is written out for it.
  Tensor gradient() const { return row_grad.defined() ? Tensor(row_grad.dense(value.shape()[0])) : grad; }
  bool has_gradient() const { return grad.defined() || row_grad.defined(); }
  void zero_grad() { grad = {}, row_grad = {}; }
  void set_gradient(const Tensor& gradient);   // in the place of what is there; ShapeError, DtypeError unless like the value, or undefined

  Array value;
  Tensor grad;
  RowGradient row_grad;      // in the place of grad
  std::string label;
  std::uint64_t named_by = 0;                   // the listing of a model that gave it the label (nn::parameters); 0: none has
  std::atomic<std::uint32_t> parameters = 0;    // how many Parameters stand for it
  // It was a model's, and no model has it any more: whoever still holds it (an optimizer) waits for gradients in vain.
  bool abandoned() const { return of_parameter_ && parameters.load(std::memory_order_relaxed) == 0; }
  void begin_parameter() {
    of_parameter_ = true;
    parameters.store(1, std::memory_order_relaxed);
  }

 private:
  friend class Landing;
  bool of_parameter_ = false;
  std::atomic<bool> held_{false};            // by a walk that is adding to the gradient
  Grads run_backward(SmallVector<Tensor, 1>&) override { return {}; }
  void forget() override {}
  void check_gradients(const Grads&) const override {}
};

}  // namespace gradus
