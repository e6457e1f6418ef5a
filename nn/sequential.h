// Sequential: layers one after another, each with its own type; any callable from Tensor to Tensor is a layer. Names are PyTorch's:
// "0.weight", "2.weight", where an activation counts and has none.
//   nn::Sequential net{nn::Linear{784, 256}, nn::ReLU{}, nn::Linear{256, 10}};   Tensor y = net(x);
//   nn::Sequential small{nn::Linear{2, 8}, [](const Tensor& x) { return tanh(x); }, nn::Linear{8, 1}};
// For a struct's member, where the layers' types cannot be deduced, and for layers chosen at run time: Chain (any_module.h).
#pragma once
#include <tuple>
#include <type_traits>

#include <gradus/nn/walk.h>

namespace gradus::nn {

template <class... Layers>
class Sequential {
 public:
  explicit Sequential(Layers... layers) : layers_(std::move(layers)...) {}

  // Const where every layer's call is: batch norm and dropout change in training, so a Sequential that holds one does too.
  Tensor operator()(const Tensor& x) const
    requires(std::is_invocable_v<const Layers&, const Tensor&> && ...)
  {
    return run(layers_, x);
  }
  Tensor operator()(const Tensor& x)
    requires(!(std::is_invocable_v<const Layers&, const Tensor&> && ...))
  {
    return run(layers_, x);
  }

  // The i-th layer: net.get<0>().weight.
  template <std::size_t i> auto& get() { return std::get<i>(layers_); }
  template <std::size_t i> const auto& get() const { return std::get<i>(layers_); }
  static constexpr std::size_t size() { return sizeof...(Layers); }

  void walk(const Path& path, Visitor& visitor) { nn::walk(layers_, path, visitor); }

 private:
  template <class Tuple>
  static Tensor run(Tuple& layers, Tensor x) {
    std::apply([&x](auto&... layer) { ((x = layer(x)), ...); }, layers);
    return x;
  }
  std::tuple<Layers...> layers_;
};

}  // namespace gradus::nn
