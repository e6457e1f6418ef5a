#include <gradus/autograd/tape/parameter.h>

namespace gradus {

Parameter::Parameter(Array value, std::string name) : leaf_(new Leaf(std::move(value), std::move(name))) {
  leaf_->begin_parameter();
}

Parameter::Parameter(const Parameter& o) : Census(o), trainable_(o.trainable_) {
  if (o.computed_) [[unlikely]] computed_ = o.computed_->copy();
  if (!o.leaf_) return;
  leaf_ = Counted<Leaf>(new Leaf(o.leaf_->value, o.leaf_->label));
  leaf_->begin_parameter();
  if (o.place_) [[unlikely]] place_ = detail::copied(*o.place_, this);
}

void Parameter::undefined(const char* asked) const {
  check<GraphError>(!computed_, asked, ": ", [&] { return name(); }, " is parametrized, computed from others whenever it is used: its "
                    "value is p.tensor(), gradients are at the originals, which nn::parameters lists");
  fail<GraphError>(asked, ": the parameter is undefined (a bias that was switched off, or one that was moved away); ask p.defined() first");
}

// Whether the other's value may stand in this one's leaf.
bool Parameter::alike(const Parameter& o) const { return leaf_ && o.leaf_ && shape() == o.shape() && dtype() == o.dtype(); }

Parameter& Parameter::operator=(const Parameter& o) {
  if (computed_ || o.computed_) [[unlikely]] return this == &o ? *this : *this = Parameter(o);
  if (leaf_ == o.leaf_) {
    trainable_ = o.trainable_;
    return *this;
  }
  if (!alike(o)) return *this = Parameter(o);
  if (o.place_ && !tied()) [[unlikely]] place_ = detail::copied(*o.place_, this);
  leaf_->value = o.leaf_->value;
  leaf_->zero_grad();
  set_requires_grad(o.trainable_);
  return *this;
}

Parameter& Parameter::operator=(Parameter&& o) noexcept {
  if (this == &o) return *this;
  if (computed_ && o.computed_ && computed_->take(*o.computed_)) [[unlikely]] {
    o.drop();
    return *this;
  }
  if (alike(o) && (held_by_others() || tied()) && !o.held_by_others() && (tied() || !o.tied())) {
    leaf_->value = o.leaf_->value;   // copies, which cost nothing: another place of the other weight may come after this one
    leaf_->grad = o.leaf_->grad;
    set_requires_grad(o.trainable_);
    o.drop();
    return *this;
  }
  trainable_ = o.trainable_;
  // Another layer in the place of a named one is called as that was.
  if (leaf_ && o.leaf_ && leaf_->named_by != 0 && o.leaf_->named_by == 0) {
    std::swap(leaf_->label, o.leaf_->label);
    o.leaf_->named_by = leaf_->named_by;
  }
  drop();
  leaf_ = std::move(o.leaf_);
  place_ = std::move(o.place_);
  computed_ = std::exchange(o.computed_, nullptr);
  follow();
  return *this;
}

bool Parameter::held_by_others() const { return leaf_->owners() > leaf_->parameters.load(std::memory_order_relaxed); }

void Parameter::stand_for(const Parameter& o) {
  trainable_ = o.trainable_;
  if (leaf_ == o.leaf_) return;
  leaf_->parameters.fetch_sub(1, std::memory_order_relaxed);
  leaf_ = o.leaf_;
  leaf_->parameters.fetch_add(1, std::memory_order_relaxed);
}

void Parameter::compute_by(detail::ComputedWeight* computed) {
  drop();
  computed_ = computed;
}

void Parameter::drop_computed() { delete std::exchange(computed_, nullptr); }

void Parameter::set_requires_grad(bool on) {
  trainable_ = on;
  if (computed_) [[unlikely]] computed_->set_requires_grad(on);
  if (place_) [[unlikely]] detail::set_requires_grad(*place_, on);
}

Tensor Parameter::tensor() const {
  if (!leaf_) return computed_ ? computed_->tensor() : Tensor{};
  return trainable_ ? Tensor(leaf_->value, leaf_) : Tensor(leaf_->value);
}

void Parameter::set_value(Array value) {
  if (!computed_) here("set_value");
  check<ShapeError>(value.shape() == shape(), "set_value: ", name(), " has shape ", shape(), ", the value ", value.shape());
  check<DtypeError>(value.dtype() == dtype(), "set_value: ", name(), " is ", dtype(), ", the value ", value.dtype());
  if (computed_) [[unlikely]] computed_->set_value(value);
  else leaf_->value = std::move(value);
}

}  // namespace gradus
