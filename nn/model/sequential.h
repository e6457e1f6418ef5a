// Sequential: layers one after another; any callable from Tensor to Tensor is a layer. Names are PyTorch's: "0.weight", "2.weight", where
// an activation counts and has none. The layers' types are known, deduced or written, or erased: Sequential<>, which can grow.
//   nn::Sequential net{nn::Linear{784, 256}, nn::ReLU{}, nn::Linear{256, 10}};   Tensor y = net(x);
//   nn::Sequential small{nn::Linear{2, 8}, [](const Tensor& x) { return tanh(x); }, nn::Linear{8, 1}};
// In a struct C++ deduces no types, so that a member has <> or all of them:
//   struct Net {
//     nn::Sequential<> features{nn::Linear{784, 256}, nn::ReLU{}};
//     nn::Sequential<nn::Linear, nn::ReLU> hidden{nn::Linear{256, 64}, nn::ReLU{}};
//   };
#pragma once
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <gradus/nn/model/any_module.h>
#include <gradus/nn/model/walk.h>

namespace gradus::nn {

template <class... Layers>
class Sequential {
 public:
  explicit Sequential(Layers... layers) : layers_(std::move(layers)...) {}

  // Const where every layer's call is, as gradus's are.
  Tensor operator()(const Tensor& x) const
    requires(std::is_invocable_v<const Layers&, const Tensor&> && ...)
  {
    return nn::call(*this, [&] { return run(layers_, x); }, x);
  }
  Tensor operator()(const Tensor& x)
    requires(!(std::is_invocable_v<const Layers&, const Tensor&> && ...))
  {
    return nn::call(*this, [&] { return run(layers_, x); }, x);
  }

  // The i-th layer: net.get<0>().weight.
  template <std::size_t i> auto& get() { return std::get<i>(layers_); }
  template <std::size_t i> const auto& get() const { return std::get<i>(layers_); }
  static constexpr std::size_t size() { return sizeof...(Layers); }

  void walk(const Path& path, Visitor& visitor) { nn::walk(layers_, path, visitor); }

 private:
  template <class Tuple>
  static Tensor run(Tuple& layers, Tensor x) {
    std::apply([&x](auto&... layer) { ((x = detail::call_held(layer, layer, x)), ...); }, layers);
    return x;
  }
  std::tuple<Layers...> layers_;
};

// Types erased: a list of AnyModule, empty (it returns x) or not. Sequential<>{net} of another Sequential<> is a copy of it, and a layer
// that is a Sequential<> only where there are others beside.
//   nn::Sequential<> net{nn::Linear{784, 256}, nn::ReLU{}};
//   for (int i = 0; i < depth; ++i) net.push_back(nn::Linear{256, 256});                        // "0.weight", "2.weight", "3.weight", …
template <>
class Sequential<> {
 public:
  Sequential() = default;
  template <class... Layers>
    requires(sizeof...(Layers) > 0 && (Layer<Layers> && ...) && !(std::same_as<std::remove_cvref_t<Layers>, Sequential> && ...))
  Sequential(Layers&&... layers) {
    layers_.reserve(sizeof...(layers));
    (layers_.emplace_back(std::forward<Layers>(layers)), ...);
  }
  explicit Sequential(std::vector<AnyModule> layers) : layers_(std::move(layers)) {}
  Sequential(const Sequential&) = default;
  Sequential(Sequential&&) noexcept = default;
  Sequential& operator=(const Sequential&) = default;
  Sequential& operator=(Sequential&& o) noexcept {           // layer by layer: an optimizer's parameters stay (Parameter)
    if (layers_.size() != o.layers_.size()) layers_ = std::move(o.layers_);
    else for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i] = std::move(o.layers_[i]);
    return *this;
  }

  Tensor operator()(Tensor x) const;
  void push_back(AnyModule layer) { layers_.push_back(std::move(layer)); }
  std::size_t size() const { return layers_.size(); }
  AnyModule& operator[](std::size_t i) { return layers_[i]; }
  const AnyModule& operator[](std::size_t i) const { return layers_[i]; }
  auto begin() { return layers_.begin(); }
  auto end() { return layers_.end(); }
  auto begin() const { return layers_.begin(); }
  auto end() const { return layers_.end(); }

  void walk(const Path& path, Visitor& visitor) { nn::walk(layers_, path, visitor); }

 private:
  std::vector<AnyModule> layers_;
};
using Chain = Sequential<>;

}  // namespace gradus::nn
