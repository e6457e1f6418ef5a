#include <gradus/autograd/parameter.h>

namespace gradus {

Parameter::Parameter(Array value, std::string name) : leaf_(new Leaf(std::move(value), std::move(name))) {
  leaf_->parameters.store(1, std::memory_order_relaxed);
}

Parameter::Parameter(const Parameter& o) : trainable_(o.trainable_) {
  if (!o.leaf_) return;
  leaf_ = Counted<Leaf>(new Leaf(o.leaf_->value, o.leaf_->label));
  leaf_->parameters.store(1, std::memory_order_relaxed);
}

// Whether the other's value may stand in this one's leaf.
bool Parameter::alike(const Parameter& o) const { return leaf_ && o.leaf_ && shape() == o.shape() && dtype() == o.dtype(); }

Parameter& Parameter::operator=(const Parameter& o) {
  if (leaf_ == o.leaf_) {
    trainable_ = o.trainable_;
    return *this;
  }
  if (!alike(o)) return *this = Parameter(o);
  leaf_->value = o.leaf_->value;
  leaf_->zero_grad();
  trainable_ = o.trainable_;
  return *this;
}

Parameter& Parameter::operator=(Parameter&& o) noexcept {
  if (this == &o) return *this;
  trainable_ = o.trainable_;
  if (alike(o) && leaf_->owners() > 1 && o.leaf_->owners() == 1) {
    leaf_->value = std::move(o.leaf_->value);
    leaf_->grad = std::move(o.leaf_->grad);
    leaf_->row_grad = std::move(o.leaf_->row_grad);
    o.drop();
    return *this;
  }
  // Another layer in the place of a named one is called as that was.
  if (leaf_ && o.leaf_ && leaf_->named_by != 0 && o.leaf_->named_by == 0) {
    std::swap(leaf_->label, o.leaf_->label);
    o.leaf_->named_by = leaf_->named_by;
  }
  drop();
  leaf_ = std::move(o.leaf_);
  return *this;
}

Tensor Parameter::tensor() const {
  if (!leaf_) return {};
  return trainable_ ? Tensor(leaf_->value, leaf_) : Tensor(leaf_->value);
}

void Parameter::set_value(Array value) {
  check<GraphError>(defined(), "set_value: the parameter is undefined (a bias that was switched off?)");
  check<ShapeError>(value.shape() == shape(), "set_value: ", name(), " has shape ", shape(), ", the value ", value.shape());
  check<DtypeError>(value.dtype() == dtype(), "set_value: ", name(), " is ", dtype(), ", the value ", value.dtype());
  leaf_->value = std::move(value);
}

}  // namespace gradus
