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
#include <span>
#include <type_traits>
#include <utility>

#include <gradus/autograd/tape.h>

namespace gradus {

class Op : public Node {
 protected:
  Op() = default;
  Op(Op&&) noexcept = default;

  // While forward runs: whether the result will be recorded. Saving is free of cost when it will not.
  bool tracked() const { return tracked_; }
  // Whether the gradient of input i is wanted (forward: whether input i is tracked; backward: whether this sweep needs it).
  bool needs(int i) const { return wants_ >> std::min(i, 31) & 1; }

  // forward: keeps these tensors for backward.
  template <class... Tensors>
  void save(const Tensors&... tensors) {
    if (tracked_) (saved_.push_back(tensors), ...);
  }
  // forward: keeps the result (the first one) for backward.
  void save_output() { keeps_output_ = true; }

  // backward: what was saved, in order; the result.
  template <int n>
  std::array<Tensor, n> saved() const {
    return [&]<std::size_t... i>(std::index_sequence<i...>) { return std::array<Tensor, n>{saved_[i]...}; }(std::make_index_sequence<n>{});
  }
  const SmallVector<Tensor, 3>& saved() const { return saved_; }
  Tensor output() { return Tensor(output_, NodePtr(this)); }

  // The gradients of the inputs, each in its input's shape, from that of the result.
  virtual Grads backward(const Tensor& g) {
    (void)g;
    fail<GraphError>(name(), ": has no backward");
  }
  // The same for an operation with several results (recorded by record_all); an undefined gradient is zero.
  virtual Grads backward_all(std::span<const Tensor> gs) { return backward(gs[0]); }

 private:
  template <class O, class... In> friend Tensor record(O, const In&...);
  template <class O> friend Tensor record_list(O, std::span<const Tensor>);
  template <class O, class... In> friend auto record_all(O, const In&...);
  bool prepare(const Tensor* const* inputs, std::size_t n);          // sets tracked_ and wants_
  void attach(const Tensor* const* inputs, std::size_t n, const Array& output);
  Grads run_backward(const SmallVector<Tensor, 1>& grads) final;
  void forget() final;

  SmallVector<Tensor, 3> saved_;
  Array output_;
  bool tracked_ = false, keeps_output_ = false;
};

// Runs op.forward(inputs...) and, if recording and any input is tracked, puts the op on the tape.
// forward may return an Array (or a Tensor, whose value is taken).
template <class O, class... In>
Tensor record(O op, const In&... inputs) {
  const Tensor* all[] = {&inputs...};
  op.prepare(all, sizeof...(In));
  Array value = op.forward(inputs...);
  if (!op.tracked()) return value;
  Op* node = new O(std::move(op));
  NodePtr owner(node);
  node->attach(all, sizeof...(In), value);
  return Tensor(std::move(value), std::move(owner));
}

// The same for any number of inputs: op.forward(std::span<const Tensor>).
template <class O>
Tensor record_list(O op, std::span<const Tensor> inputs) {
  SmallVector<const Tensor*, 8> all;
  for (const Tensor& x : inputs) all.push_back(&x);
  op.prepare(all.data(), all.size());
  Array value = op.forward(inputs);
  if (!op.tracked()) return value;
  Op* node = new O(std::move(op));
  NodePtr owner(node);
  node->attach(all.data(), all.size(), value);
  return Tensor(std::move(value), std::move(owner));
}

// The same for several results: op.forward(inputs...) returns std::array<Array, n>, and backward_all gets n gradients.
template <class O, class... In>
auto record_all(O op, const In&... inputs) {
  const Tensor* all[] = {&inputs...};
  op.prepare(all, sizeof...(In));
  auto values = op.forward(inputs...);
  constexpr std::size_t n = std::tuple_size_v<decltype(values)>;
  std::array<Tensor, n> results;
  NodePtr owner;
  if (op.tracked()) {
    Op* node = new O(std::move(op));
    owner = NodePtr(node);
    node->attach(all, sizeof...(In), values[0]);
  }
  for (std::size_t i = 0; i < n; ++i) results[i] = Tensor(std::move(values[i]), owner, static_cast<int>(i));
  return results;
}

}  // namespace gradus
