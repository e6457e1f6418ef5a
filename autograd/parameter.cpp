#include <gradus/autograd/parameter.h>

namespace gradus {

Parameter::Parameter(const Parameter& o)
    : leaf_(o.leaf_ ? Counted<Leaf>(new Leaf(o.leaf_->value, o.leaf_->label)) : Counted<Leaf>()), trainable_(o.trainable_) {}

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
