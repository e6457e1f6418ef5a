#include <gradus/nn/model/sequential.h>

namespace gradus::nn {

Tensor Sequential<>::operator()(Tensor x) const {
  const Tensor given = detail::watched() ? x : Tensor();   // else nobody asks for it, and it may go as soon as it was used
  const auto run = [&] {
    for (const AnyModule& layer : layers_) x = layer(x);
    return std::move(x);
  };
  return nn::call(*this, run, given);
}

}  // namespace gradus::nn
