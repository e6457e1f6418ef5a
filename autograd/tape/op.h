// How an operation is written. One struct: forward on values above backward in differentiable functions, so second order costs nothing.
//   struct MatMul final : Op {
//     std::string_view name() const override { return "matmul"; }
//     Array forward(const Tensor& a, const Tensor& b) { check<ShapeError>(…); save(a, b); return kernels::matmul(a.value(), b.value()); }
//     Grads backward(Tensor g) override {
//       const auto [a, b] = saved<2>();
//       return {needs(0) ? matmul(g, transpose(b)) : Tensor{}, needs(1) ? matmul(transpose(a), g) : Tensor{}};
//     }
//   };
//   Tensor matmul(const Tensor& a, const Tensor& b) { return record(MatMul{}, a, b); }
// Nothing is registered. Elementwise mathematics is shorter as a formula (fuse.h). Forward mode (walk/tangent.h) transposes the
// recorded backward; `tangent`, where it is written, is faster. Several results: forward returns std::array<Array, n> or
// std::vector<Array>, and backward_all takes the gradients of all of them.
#pragma once
#include <array>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include <gradus/autograd/tape/recorder.h>
#include <gradus/autograd/tape/tape.h>

namespace gradus {

namespace detail {

// The shape and dtype of an operation's input that neither a leaf nor what is saved can tell; of several, in a list.
struct InputForm : pool::Pooled {
  int input;
  Shape shape;
  Dtype dtype;
  std::unique_ptr<InputForm> next;
  ~InputForm();
};

// Of an operation with several results: their forms, and those that backward asks for.
struct Results : pool::Pooled {
  SmallVector<Form, 2> forms;
  SmallVector<Array, 2> kept;
  ~Results();
};

}  // namespace detail

class Op : public Node {
 public:
  Op() = default;
  Op(Op&&) noexcept {}   // on its way to the tape, when forward has kept nothing yet

 protected:
  // Whether each gradient that backward returns is checked to have its input's shape and dtype; false where that is so by construction.
  static constexpr bool checks_gradients = true;
  // Of several results: whether backward_all gets zeros for those that nothing was computed from, instead of undefined gradients.
  static constexpr bool materializes_gradients = false;

  // While forward runs: whether the result will be recorded. Saving is free of cost when it will not.
  bool tracked() const { return tracked_; }
  // Whether the gradient of input i is wanted (forward: whether input i is tracked; backward: whether this walk needs it; tangent: whether
  // input i has a tangent).
  bool needs(int i) const { return wants() >> std::min(i, 31) & 1; }
  // The same as bits (bit 31: one of the inputs from 31 on).
  std::uint32_t wants() const { return detail::wish.node == this ? detail::wish.inputs : tracked_inputs_; }

  // forward: keeps these tensors for backward.
  template <class... Tensors>
  void save(const Tensors&... tensors) {
    if (tracked_) (saved_.push_back(tensors), ...);
  }
  // forward: keeps a result (of the first 32) for backward.
  void save_output(int i = 0) { keeps_outputs_ |= 1u << i; }

  // The arrays that forward has left in members for backward, beside what was saved: tape_text counts them.
  virtual SmallVector<Array, 4> keeps() const { return {}; }

  // backward: what was saved, in order (GraphError when that was less); a result, with its history where the walk is recorded.
  template <std::size_t n>
  std::array<Tensor, n> saved() const {
    if (saved_.size() < n) [[unlikely]] refuse_saved(n);
    return [&]<std::size_t... i>(std::index_sequence<i...>) { return std::array<Tensor, n>{saved_[i]...}; }(std::make_index_sequence<n>{});
  }
  const SmallVector<Tensor, 2>& saved() const { return saved_; }
  Tensor output(int i = 0) {
    const Array& value = results_ ? results_->kept[static_cast<std::size_t>(i)] : output_;
    return recording() ? Tensor(value, NodePtr(this), i) : Tensor(value);
  }

  // The gradients of the inputs, each in its input's shape, from that of the result. Where nobody else holds it,
  // std::move(g).value() is an array that may be written over.
  virtual Grads backward(Tensor g);
  // In its place where forward returns an array or a vector: an undefined gradient is zero, and the gradients may be moved from.
  virtual Grads backward_all(std::span<Tensor> gs) { return backward(std::move(gs[0])); }

  // Optional. The tangent of the result, in its shape, from those of the inputs, in theirs; an undefined one is zero.
  virtual Tensor tangent(std::span<const Tensor> vs);
  // In its place where forward returns an array or a vector.
  virtual Tangents tangent_all(std::span<const Tensor> vs);
  // The tangents of the results by transposing the recorded backward.
  Tangents transposed(std::span<const Tensor> vs);

 private:
  template <class O> friend class Recorder;
  Grads run_backward(SmallVector<Tensor, 1>& grads) final;
  Tangents run_tangent(std::span<const Tensor> tangents) final;
  void forget() final;
  void check_gradients(const Grads& grads) const final;
  SmallVector<Array, 4> kept() const final;
  void check_gradient(int i, const Gradient& g) const;

 protected:
  Form input_form(int i, const Form& result) const override;

 private:
  void keep_results(std::span<const Array> outputs);
  void join(const Tensor* const* inputs, std::size_t n);   // the tape
  void note_forms(const Tensor* const* inputs, int n);
  const Tensor* find_saved(const Node* node, int output) const;
  void complete(SmallVector<Tensor, 1>& grads) const;   // one for each result
  [[noreturn]] void refuse_saved(std::size_t wanted) const;

  SmallVector<Tensor, 2> saved_;
  Array output_;                               // of an operation with one result
  std::unique_ptr<detail::InputForm> forms_;   // see checks_gradients
  std::unique_ptr<detail::Results> results_;   // null where forward returns one Array
  std::uint32_t tracked_inputs_ = 0;           // bit i: input i is tracked (bit 31: one of those from 31 on)
  std::uint32_t keeps_outputs_ = 0;
  bool tracked_ = false, materializes_ = false;
};

// Runs op.forward(inputs...), recorded or not: the tensor of the Array that it returns (or of a Tensor's value), std::array<Tensor, n> for
// std::array<Array, n>, std::vector<Tensor> for std::vector<Array>.
template <class O, class... In>
  requires(std::is_same_v<In, Tensor> && ...)
auto record(O op, const In&... inputs) {
  const Tensor* all[] = {&inputs...};
  return Recorder<O>(op, all, sizeof...(In)).run(inputs...);
}

// The same for any number of inputs: op.forward(std::span<const Tensor>).
template <class O>
auto record(O op, std::span<const Tensor> inputs) {
  SmallVector<const Tensor*, 8> all;
  for (const Tensor& x : inputs) all.push_back(&x);
  return Recorder<O>(op, all.data(), all.size()).run(inputs);
}

}  // namespace gradus
