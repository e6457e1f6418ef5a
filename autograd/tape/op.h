// How an operation is written. One struct: forward on values above backward in differentiable functions, so second order costs nothing.
//   struct MatMul final : Op {
//     std::string_view name() const override { return "matmul"; }
//     Array forward(const Tensor& a, const Tensor& b) { check<ShapeError>(…); save(a, b); return kernels::matmul(a.value(), b.value()); }
//     Grads backward(const Tensor& g) override {
//       const auto [a, b] = saved<2>();
//       return {needs(0) ? matmul(g, transpose(b)) : Tensor{}, needs(1) ? matmul(transpose(a), g) : Tensor{}};
//     }
//   };
//   Tensor matmul(const Tensor& a, const Tensor& b) { return record(MatMul{}, a, b); }
// Nothing is registered. Elementwise mathematics is shorter as a formula (elementwise.h, fuse.h).
#pragma once
#include <array>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include <gradus/autograd/base/profile.h>
#include <gradus/autograd/tape/tape.h>

namespace gradus {

namespace detail {

// The shape and dtype of an operation's input that neither a leaf nor what is saved can tell; of several, in a list.
struct InputForm : pool::Pooled {
  int input;
  Shape shape;
  Dtype dtype;
  std::unique_ptr<InputForm> next;
};

}  // namespace detail

class Op : public Node {
 protected:
  // Whether each gradient that backward returns is checked to have its input's shape and dtype; false where that is so by construction.
  static constexpr bool checks_gradients = true;

  // While forward runs: whether the result will be recorded. Saving is free of cost when it will not.
  bool tracked() const { return tracked_; }
  // Whether the gradient of input i is wanted (forward: whether input i is tracked; backward: whether this walk needs it).
  bool needs(int i) const { return wants() >> std::min(i, 31) & 1; }
  // The same as bits (bit 31: one of the inputs from 31 on).
  std::uint32_t wants() const { return detail::wish.node == this ? detail::wish.inputs : tracked_inputs_; }

  // forward: keeps these tensors for backward.
  template <class... Tensors>
  void save(const Tensors&... tensors) {
    if (tracked_) (saved_.push_back(tensors), ...);
  }
  // forward: keeps the result (the first one) for backward.
  void save_output() { keeps_output_ = true; }

  // backward: what was saved, in order (GraphError when that was less); the result.
  template <std::size_t n>
  std::array<Tensor, n> saved() const {
    if (saved_.size() < n) [[unlikely]] refuse_saved(n);
    return [&]<std::size_t... i>(std::index_sequence<i...>) { return std::array<Tensor, n>{saved_[i]...}; }(std::make_index_sequence<n>{});
  }
  const SmallVector<Tensor, 2>& saved() const { return saved_; }
  Tensor output() { return Tensor(output_, NodePtr(this)); }

  // The gradients of the inputs, each in its input's shape, from that of the result.
  virtual Grads backward(const Tensor& g) {
    (void)g;
    fail<GraphError>(name(), ": has no backward");
  }
  // The same for an operation with several results (recorded by record_all); an undefined gradient is zero.
  virtual Grads backward_all(std::span<const Tensor> gs) { return backward(gs[0]); }

  // backward: the gradient's array; the caller may write into it if nobody else holds it, and g is not used again.
  static Array take(const Tensor& g) { return std::move(const_cast<Tensor&>(g)).value(); }

 private:
  template <class O> friend class Recorder;
  Grads run_backward(SmallVector<Tensor, 1>& grads) final { return backward_all({grads.data(), grads.size()}); }
  void forget() final;
  void check_gradients(const Grads& grads) const final;
  void check_gradient(int i, const Tensor& g) const;

  void note_forms(const Tensor* const* inputs, int n);
  const Tensor* find_saved(const Node* node, int output) const;
  [[noreturn]] void refuse_saved(std::size_t wanted) const;

  SmallVector<Tensor, 2> saved_;
  Array output_;
  std::unique_ptr<detail::InputForm> forms_;   // see checks_gradients
  std::uint32_t tracked_inputs_ = 0;           // bit i: input i is tracked (bit 31: one of those from 31 on)
  bool tracked_ = false, keeps_output_ = false;
};

namespace detail {

// What a profile says of tensors that an operation reads and writes.
struct Traffic {
  std::string shapes;
  double bytes = 0;
  void add(const Tensor& x);   // nothing, if x is undefined
};
void describe_forward(profile::Span& span, std::span<const Tensor* const> inputs, const Array& output);

}  // namespace detail

// Puts one operation on the tape, if recording and any input is tracked: then the operation moves to its node before its forward runs.
template <class O>
class Recorder {
 public:
  Recorder(O& op, const Tensor* const* inputs, std::size_t n) : op_(&op), inputs_(inputs), n_(n), span_(op.name(), "forward") {
    std::uint32_t wants = 0;
    if (recording())
      for (std::size_t i = 0; i < n; ++i)
        if (inputs[i]->requires_grad()) wants |= 1u << std::min<std::size_t>(i, 31);
    if (wants == 0) return;
    node_ = NodePtr(op_ = new O(std::move(op)));
    op_->tracked_inputs_ = wants;
    op_->tracked_ = true;
  }
  O& op() { return *op_; }

  // The node, with its inputs and what of the result it keeps; null when nothing is recorded.
  NodePtr finish(const Array& output) {
    if (span_.wanted()) [[unlikely]] detail::describe_forward(span_, {inputs_, n_}, output);
    if (!node_) return {};
    Op& op = *op_;
    op.inputs_.reserve(n_);
    for (std::size_t i = 0; i < n_; ++i) op.inputs_.push_back({inputs_[i]->node(), inputs_[i]->output()});
    if (op.keeps_output_) op.output_ = output;
    if constexpr (O::checks_gradients) op.note_forms(inputs_, static_cast<int>(n_));
    op.be_born();
    return std::move(node_);
  }

 private:
  NodePtr node_;
  O* op_;
  const Tensor* const* inputs_;
  std::size_t n_;
  profile::Span span_;
};

// Runs op.forward(inputs...), recorded or not. forward may return an Array (or a Tensor, whose value is taken).
template <class O, class... In>
Tensor record(O op, const In&... inputs) {
  const Tensor* all[] = {&inputs...};
  Recorder<O> recorder(op, all, sizeof...(In));
  Array value = recorder.op().forward(inputs...);
  NodePtr node = recorder.finish(value);
  return Tensor(std::move(value), std::move(node));
}

// The same for any number of inputs: op.forward(std::span<const Tensor>).
template <class O>
Tensor record_list(O op, std::span<const Tensor> inputs) {
  SmallVector<const Tensor*, 8> all;
  for (const Tensor& x : inputs) all.push_back(&x);
  Recorder<O> recorder(op, all.data(), all.size());
  Array value = recorder.op().forward(inputs);
  NodePtr node = recorder.finish(value);
  return Tensor(std::move(value), std::move(node));
}

// The same for several results: op.forward(inputs...) returns std::array<Array, n>, and backward_all gets n gradients.
template <class O, class... In>
auto record_all(O op, const In&... inputs) {
  const Tensor* all[] = {&inputs...};
  Recorder<O> recorder(op, all, sizeof...(In));
  auto values = recorder.op().forward(inputs...);
  constexpr std::size_t n = std::tuple_size_v<decltype(values)>;
  const NodePtr node = recorder.finish(values[0]);
  std::array<Tensor, n> results;
  for (std::size_t i = 0; i < n; ++i) results[i] = Tensor(std::move(values[i]), node, static_cast<int>(i));
  return results;
}

}  // namespace gradus
