// Parameter: the trainable leaf that a layer owns: value, gradient, name; the only thing that changes. Copying a Parameter copies its
// value, so a copied model is an independent model; moving keeps the leaf, so optimizers and tapes that hold it follow a moved model.
// Assigning a model to one that is being trained gives it the values: `net = best` and `net = Net{}` keep the leaves that an optimizer holds.
//   Parameter w{Array::zeros({2, 3})};   w.set_grad(ones({2, 3}));   // a gradient of one's own making, for a step of an optimizer
#pragma once
#include <string>

#include <gradus/autograd/tape.h>

namespace gradus {

class Parameter {
 public:
  Parameter() = default;                                                   // undefined: "no bias"
  explicit Parameter(Array value, std::string name = {});
  Parameter(const Parameter& o);                                           // same value and name, own leaf, no gradient
  Parameter(Parameter&&) noexcept = default;
  // The value, into the leaf that is there if shape and dtype agree; no gradient.
  Parameter& operator=(const Parameter& o);
  // The leaf; or the value and the gradient, into a leaf that others hold (an optimizer) from one that nobody else does, if shape and dtype agree.
  Parameter& operator=(Parameter&& o) noexcept;
  ~Parameter() { drop(); }

  bool defined() const { return static_cast<bool>(leaf_); }
  operator Tensor() const { return tensor(); }
  Tensor tensor() const;                                                   // the present value, tracked unless frozen; undefined if this is

  const Array& value() const { return leaf_->value; }
  const Shape& shape() const { return leaf_->value.shape(); }
  Dtype dtype() const { return leaf_->value.dtype(); }
  const std::string& name() const { return leaf_->label; }
  Tensor grad() const { return leaf_->gradient(); }                        // undefined when there is none; [n, d] of a gradient of rows
  const RowGradient& row_grad() const { return leaf_->row_grad; }          // undefined unless the gradient is one of rows: row_gradient.h
  void zero_grad() { leaf_->zero_grad(); }
  void set_grad(const Tensor& gradient) { leaf_->set_gradient(gradient); } // p.grad = g in PyTorch; ShapeError, DtypeError unless like the value
  void set_name(std::string name) { leaf_->label = std::move(name); }
  void set_value(Array value);                                             // ShapeError, DtypeError unless alike
  void set_requires_grad(bool on) { trainable_ = on; }                     // false: frozen, treated as a constant
  bool requires_grad() const { return trainable_; }

  const Counted<Leaf>& leaf() const { return leaf_; }                      // what an optimizer holds

 private:
  bool alike(const Parameter& o) const;
  void drop() {
    if (leaf_) leaf_->parameters.fetch_sub(1, std::memory_order_relaxed);
    leaf_ = {};
  }

  Counted<Leaf> leaf_;
  bool trainable_ = true;
};

}  // namespace gradus
