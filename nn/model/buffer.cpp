#include <gradus/nn/model/buffer.h>

namespace gradus::nn {

void Buffer::set_value(Array value) const {
  check<GraphError>(defined(), "Buffer::set_value: the buffer is undefined; begin with one: nn::Buffer seen{Array::zeros({})};");
  check<ShapeError>(value.shape() == shape(), "Buffer::set_value: the buffer has shape ", shape(), ", the value ", value.shape());
  check<DtypeError>(value.defined() && value.dtype() == dtype(), "Buffer::set_value: the buffer is ", dtype(), ", the value ",
                    [&] { return value.defined() ? text(value.dtype()) : "undefined"; });
  value_ = std::move(value);
}

}  // namespace gradus::nn
