// Parameter: the trainable leaf that a layer owns: value, gradient, name; the only thing that changes. Copying a Parameter copies its
// value, so a copied model is an independent model; moving keeps the leaf, so optimizers and tapes that hold it follow a moved model.
// Assigning a model to one that is being trained gives it the values: `net = best` and `net = Net{}` keep the leaves that an optimizer holds.
//   Parameter w{Array::zeros({2, 3})};   w.set_grad(ones({2, 3}));   // a gradient of one's own making, for a step of an optimizer
#pragma once
#include <string>

#include <gradus/autograd/tape.h>
#include <gradus/autograd/tied_weight.h>

namespace gradus {

class Parameter {
 public:
  Parameter() = default;                                                   // undefined: "no bias"
  explicit Parameter(Array value, std::string name = {});
  Parameter(const Parameter& o);                                           // same value and name, own leaf, no gradient
  Parameter(Parameter&& o) noexcept : leaf_(std::move(o.leaf_)), trainable_(o.trainable_), place_(std::move(o.place_)) { follow(); }
  // The value, into the leaf that is there if shape and dtype agree; no gradient.
  Parameter& operator=(const Parameter& o);
  // The leaf; or the value and the gradient, into a leaf that others hold (an optimizer) from one that nobody else does, if shape and dtype agree.
  // One place of a tied weight gives all of them the value.
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
  void set_requires_grad(bool on);                                         // false: frozen, treated as a constant
  bool requires_grad() const { return trainable_; }
  bool tied() const { return place_ && detail::ties(*place_); }            // one of several places of one weight: nn::Tie

  const Counted<Leaf>& leaf() const { return leaf_; }                      // what an optimizer holds

 private:
  friend struct detail::TiedWeight;
  friend void detail::set_requires_grad(const detail::TiedPlace& place, bool on);
  bool alike(const Parameter& o) const;
  bool held_by_others() const;
  void stand_for(const Parameter& o);                                      // another place of one weight
  void follow() noexcept {
    if (place_) [[unlikely]] detail::moved(*place_, this);
  }
  void drop() {
    if (leaf_) leaf_->parameters.fetch_sub(1, std::memory_order_relaxed);
    leaf_ = {};
    place_.reset();
  }

  Counted<Leaf> leaf_;
  bool trainable_ = true;
  detail::TiedPlacePtr place_;                                             // null for nearly all
};

}  // namespace gradus
