// Parameter: the trainable leaf that a layer owns: value, gradient, name; the only thing that changes. Copying a Parameter copies its
// value, so a copied model is an independent model; moving keeps the leaf, so optimizers and tapes that hold it follow a moved model.
// Assigning a model to one that is being trained gives it the values: `net = best` and `net = Net{}` keep the leaves that an optimizer
// holds. One that is parametrized has no leaf: its value is computed from others whenever it is asked for (nn/model/parametrize.h).
//   Parameter w{Array::zeros({2, 3})};   w.set_grad(ones({2, 3}));   // a gradient of one's own making, for a step of an optimizer
#pragma once
#include <string>

#include <gradus/autograd/tape/census.h>
#include <gradus/autograd/tape/computed_weight.h>
#include <gradus/autograd/tape/leaf.h>
#include <gradus/autograd/tape/tied_weight.h>

namespace gradus {

class Parameter : detail::Census {
 public:
  Parameter() = default;                                                   // undefined: "no bias"
  explicit Parameter(Array value, std::string name = {});
  Parameter(const Parameter& o);                                           // same value and name, own leaf, no gradient
  Parameter(Parameter&& o) noexcept
      : Census(std::move(o)), leaf_(std::move(o.leaf_)), trainable_(o.trainable_), place_(std::move(o.place_)),
        computed_(std::exchange(o.computed_, nullptr)) {
    follow();
  }
  // The value, into the leaf that is there if shape and dtype agree; no gradient.
  Parameter& operator=(const Parameter& o);
  // The leaf; or the value and the gradient, into a leaf that others hold (an optimizer) from one that nobody else does, if shape and dtype
  // agree. One place of a tied weight gives all of them the value.
  Parameter& operator=(Parameter&& o) noexcept;
  ~Parameter() { drop(); }

  bool defined() const { return leaf_ || computed_; }
  operator Tensor() const { return tensor(); }
  Tensor tensor() const;                                                   // the present value, tracked unless frozen; undefined if this is

  // GraphError if undefined, each of them; and if parametrized, of value and gradient.
  const Array& value() const { return here("value").value; }
  const Shape& shape() const { return leaf_ ? leaf_->value.shape() : computed("shape").shape(); }
  Dtype dtype() const { return leaf_ ? leaf_->value.dtype() : computed("dtype").dtype(); }
  const std::string& name() const { return leaf_ ? leaf_->label : computed("name").name(); }
  Tensor grad() const { return here("grad").gradient(); }                  // undefined when there is none; [n, d] of a gradient of rows
  const RowGradient& row_grad() const { return here("row_grad").grad.rows(); }   // undefined unless it is one of rows: row_gradient.h
  void zero_grad() { here("zero_grad").zero_grad(); }
  // p.grad = g in PyTorch; ShapeError, DtypeError unless like the value.
  void set_grad(const Tensor& gradient) { here("set_grad").set_gradient(gradient); }
  // As of a tensor: hooks.h. The leaf keeps them, wherever the Parameter moves.
  template <class F>
  HookHandle register_hook(F f) { return whole("register_hook").register_hook(std::move(f)); }
  template <class F>
  HookHandle register_post_accumulate_grad_hook(F f) {
    return whole("register_post_accumulate_grad_hook").register_post_accumulate_grad_hook(std::move(f));
  }
  void set_name(std::string name) { here("set_name").label = std::move(name); }
  void set_value(Array value);                                             // ShapeError, DtypeError unless alike

  void set_requires_grad(bool on);                                         // false: frozen, treated as a constant
  bool requires_grad() const { return computed_ ? computed_->requires_grad() : trainable_; }
  bool tied() const { return place_ && detail::ties(*place_); }            // one of several places of one weight: nn::Tie

  const Counted<Leaf>& leaf() const { return leaf_; }                      // what an optimizer holds; null of a parametrized one

  bool parametrized() const { return computed_ != nullptr; }
  detail::ComputedWeight* computed() const { return computed_; }            // null of nearly all
  void compute_by(detail::ComputedWeight* computed);                       // from now on, and owns it; the leaf goes

 private:
  friend struct detail::TiedWeight;
  friend std::vector<const Parameter*> detail::living_parameters();
  friend void detail::set_requires_grad(const detail::TiedPlace& place, bool on);
  Leaf& here(const char* asked) const {
    if (!leaf_) [[unlikely]] undefined(asked);
    return *leaf_;
  }
  Tensor whole(const char* asked) const { return Tensor(here(asked).value, leaf_); }   // tracked, frozen or not
  detail::ComputedWeight& computed(const char* asked) const {
    if (!computed_) [[unlikely]] undefined(asked);
    return *computed_;
  }
  [[noreturn]] void undefined(const char* asked) const;
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
    if (computed_) [[unlikely]] drop_computed();
  }

  void drop_computed();

  Counted<Leaf> leaf_;
  bool trainable_ = true;
  detail::TiedPlacePtr place_;                                             // null for nearly all
  detail::ComputedWeight* computed_ = nullptr;                             // owned; instead of a leaf
};

}  // namespace gradus
