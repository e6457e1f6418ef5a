// Leaf: the end of every path, a value that gradients reach. Parameters and variables are leaves.
#pragma once
#include <string>

#include <gradus/autograd/tape/node.h>

namespace gradus {

class Leaf final : public Node {
 public:
  explicit Leaf(Array initial, std::string name = {}) : value(std::move(initial)), label(std::move(name)) {
    is_leaf_ = true;
    be_born();
  }
  std::string_view name() const override { return "leaf"; }

  // ∂L/∂value that backward() left here, undefined if none; a gradient of rows is written out for it.
  Tensor gradient() const { return grad.is_rows() ? grad.dense(value.shape()[0]) : grad.tensor(); }
  bool has_gradient() const { return grad.defined(); }
  void zero_grad() { grad = {}; }
  void set_gradient(const Tensor& gradient);   // in the place of what is there; ShapeError, DtypeError unless like the value, or undefined

  Array value;
  Gradient grad;
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
  Tangents run_tangent(std::span<const Tensor>) override { return {}; }
  Form input_form(int, const Form&) const override { return {}; }
  void forget() override {}
  void check_gradients(const Grads&) const override {}
};

}  // namespace gradus
