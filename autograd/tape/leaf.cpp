#include <gradus/autograd/tape/leaf.h>

namespace gradus {

void Leaf::set_gradient(const Tensor& gradient) {
  if (gradient.defined()) {
    const auto name = [&] { return label.empty() ? "the leaf" : label; };
    check<ShapeError>(gradient.shape() == value.shape(), "set_grad: ", name, " has shape ", value.shape(), ", the gradient ",
                      gradient.shape());
    check<DtypeError>(gradient.dtype() == value.dtype(), "set_grad: ", name, " is ", value.dtype(), ", the gradient ", gradient.dtype());
  }
  grad = gradient.value().as_contiguous();
}

}  // namespace gradus
