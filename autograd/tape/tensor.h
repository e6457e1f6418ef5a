// Tensor: an immutable handle to an Array and, if it is tracked, to the tape node that made it. Mathematics is free functions
// (ops/): sum(x, 1), not x.sum(1); methods tell what the handle knows. A default-constructed one is undefined: operations refuse it, but
// where they say that it may be left out (a bias).
//   Tensor x = variable(tensor({1.0, 2.0}));  Tensor y = sum(x * x);  y.backward();  x.grad();   // [2, 4]
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/base/counted.h>
#include <gradus/autograd/tape/hooks.h>

namespace gradus {

class Index;   // ops/index.h
class Node;
void retain(Node*);
void release(Node*);
using NodePtr = Counted<Node>;

class Tensor {
 public:
  Tensor() = default;                                    // undefined
  Tensor(Array value) : value_(std::move(value)) {}      // not tracked
  Tensor(Array value, NodePtr node, int output = 0) : value_(std::move(value)), node_(std::move(node)), output_(output) {}

  bool defined() const { return value_.defined(); }
  const Array& value() const& { return value_; }
  Array value() && { return std::move(value_); }         // of a tensor that goes: the array may be written in place
  const Shape& shape() const { return value_.shape(); }
  Dtype dtype() const { return value_.dtype(); }
  int rank() const { return value_.rank(); }
  std::int64_t size() const { return value_.size(); }    // number of elements
  std::int64_t dim(int axis) const { return value_.dim(axis); }   // the size along an axis; negative ones count from the back
  // The same under PyTorch's names.
  const Shape& sizes() const { return shape(); }
  std::int64_t size(int axis) const { return dim(axis); }
  int dim() const { return rank(); }
  std::int64_t numel() const { return size(); }
  template <class T = double> T item() const { return static_cast<T>(value_.item()); }   // ShapeError unless one element

  bool requires_grad() const { return static_cast<bool>(node_); }
  const NodePtr& node() const { return node_; }
  int output() const { return output_; }                 // which result of the node this is
  Tensor detach() const { return Tensor(value_); }       // the same value without a history
  Tensor contiguous() const { return Tensor(value_.as_contiguous(), node_, output_); }   // the same tensor,
                                                                                         // its elements row-major in memory
  Tensor to(Dtype dtype) const;                          // differentiable between floating dtypes
  // x[0], x[mask], x[{1, Slice(2, None), Ellipsis}]: index() of ops/index.h. const, for nothing is assigned to x by assigning to them:
  // index_put() gives a tensor that has other elements there.
  const Tensor operator[](const Index& at) const;
  const Tensor operator[](std::initializer_list<Index> at) const;

  // The gradient that backward() has left at this leaf; undefined if none. GraphError unless this is a leaf (variable(), a parameter) or
  // retains its gradient.
  Tensor grad() const;
  // From now on every backward() adds ∂L/∂this to grad() of this intermediate result too, after hooks have seen it; zero_grad() forgets it.
  // Of a leaf nothing changes. GraphError unless tracked.
  void retain_grad() const;
  bool retains_grad() const;                             // an intermediate result for which that was asked
  void zero_grad() const;
  // Leaves the value of `gradient` at this leaf in the place of what is there, as x.grad = g does in PyTorch; undefined: none. ShapeError
  // and DtypeError unless it is like the leaf's value, GraphError unless this is a leaf.
  void set_grad(const Tensor& gradient) const;

  // ∂this/∂leaf, added to the gradient of every leaf that this was computed from. `seed` is ∂L/∂this, one for a scalar.
  // GraphError when nothing is tracked or the graph was released by an earlier backward. See grad.h.
  struct Backward {
    bool retain_graph = false;   // keeps what was saved, so that the graph can be walked again
    // Records the sweep itself, for higher order, and keeps the graph. The gradients left at the leaves then have a history that leads back
    // to those leaves: a ring, which lives until each of them gets zero_grad(). grad(y, x, {.create_graph = true}) leaves nothing behind.
    bool create_graph = false;
    LeafListener on_final = {};   // void(const Tensor& leaf), when no more can come to that leaf, which has its gradient: hooks.h
  };
  void backward(const Tensor& seed, Backward options) const;
  void backward(const Tensor& seed) const { backward(seed, Backward{}); }
  void backward(Backward options) const { backward(Tensor{}, options); }
  void backward() const { backward(Tensor{}, Backward{}); }

  // f(gradient) for every walk that comes by, with the whole gradient of this tensor; what f returns, if it does, takes its place: hooks.h.
  // GraphError unless tracked.
  template <class F>
  HookHandle register_hook(F f) const { return hook("register_hook", detail::HookKind::gradient, std::move(f)); }
  // f(leaf) whenever a backward() has added to this leaf's gradient and can bring no more. GraphError unless this is a leaf.
  template <class F>
  HookHandle register_post_accumulate_grad_hook(F f) const {
    return hook("register_post_accumulate_grad_hook", detail::HookKind::leaf, std::move(f));
  }

 private:
  template <class F>
  HookHandle hook(const char* name, detail::HookKind kind, F f) const {
    const auto added = std::make_shared<detail::HookOf<F>>(std::move(f));
    detail::add_hook(name, *this, kind, added);
    return HookHandle(added);
  }

  Array value_;
  NodePtr node_;
  int output_ = 0;
};

// A new leaf with x's value: gradients reach it (what PyTorch calls requires_grad_()). DtypeError unless it is floating: of f16 and bf16
// too, whose gradients are of the same dtype (summed up in it where x is used twice).
Tensor variable(const Tensor& x, std::string name = {});

namespace detail {
[[noreturn]] void refuse_undefined(std::string_view op, std::string_view what);
}
// GraphError that names `op` and `what` if x is undefined: what every operation asks of its inputs first.
inline void check_defined(std::string_view op, const Tensor& x, std::string_view what = "x") {
  if (!x.defined()) [[unlikely]] detail::refuse_undefined(op, what);
}

// "fc1.weight [128, 784] f32" for leaves with a name, "[128, 784] f32" for the others: for error messages. Made only when written.
struct Description { const Tensor& x; };
inline Description describe(const Tensor& x) { return {x}; }
std::ostream& operator<<(std::ostream& out, Description d);

std::ostream& operator<<(std::ostream& out, const Tensor& x);

}  // namespace gradus
