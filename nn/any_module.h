// AnyModule: a value that holds any one layer or model, for models that are put together at run time; Chain: a list of them, called one
// after another. Copying copies what is inside; names and modes are as if it stood there itself. (A Chain is of Chains only where there are
// other layers beside: nn::Chain{chain} is a copy.)
//   nn::Chain net{nn::Linear{784, 256}, nn::ReLU{}};
//   for (int i = 0; i < depth; ++i) net.push_back(nn::Linear{256, 256});                        // "0.weight", "2.weight", "3.weight", …
#pragma once
#include <concepts>
#include <memory>
#include <vector>

#include <gradus/nn/walk.h>

namespace gradus::nn {

// What a layer is: a callable from Tensor to Tensor.
template <class M> concept Layer = std::is_invocable_r_v<Tensor, std::decay_t<M>&, const Tensor&>;

class AnyModule {
 public:
  AnyModule() = default;                                     // empty: calling it is an Error
  template <class M>
    requires(!std::same_as<std::remove_cvref_t<M>, AnyModule> && Layer<M>)
  AnyModule(M&& module) : held_(std::make_unique<Model<std::decay_t<M>>>(std::forward<M>(module))) {}
  AnyModule(const AnyModule& o) : held_(o.held_ ? o.held_->copy() : nullptr) {}
  AnyModule(AnyModule&&) noexcept = default;
  AnyModule& operator=(AnyModule o) noexcept {
    held_ = std::move(o.held_);
    return *this;
  }

  // Not const, since what is inside may be a layer whose call changes it.
  Tensor operator()(const Tensor& x) {
    check<ValueError>(held_ != nullptr, "AnyModule: called while empty");
    return held_->call(x);
  }
  explicit operator bool() const { return held_ != nullptr; }
  // What is inside, if it is an M; else null.
  template <class M> M* get_if() {
    auto* model = dynamic_cast<Model<M>*>(held_.get());
    return model ? &model->module : nullptr;
  }

  void walk(const Path& path, Visitor& visitor) {
    if (held_) held_->walk(path, visitor);
  }

 private:
  struct Concept {
    virtual ~Concept() = default;
    virtual Tensor call(const Tensor& x) = 0;
    virtual std::unique_ptr<Concept> copy() const = 0;
    virtual void walk(const Path& path, Visitor& visitor) = 0;
  };
  template <class M>
  struct Model final : Concept {
    template <class From> explicit Model(From&& from) : module(std::forward<From>(from)) {}
    Tensor call(const Tensor& x) override { return module(x); }
    std::unique_ptr<Concept> copy() const override { return std::make_unique<Model>(module); }
    void walk(const Path& path, Visitor& visitor) override { nn::walk(module, path, visitor); }
    M module;
  };
  std::unique_ptr<Concept> held_;
};

class Chain {
 public:
  Chain() = default;                                         // nothing: returns x
  template <class... Layers>
    requires(sizeof...(Layers) > 0 && (Layer<Layers> && ...) && !(std::same_as<std::remove_cvref_t<Layers>, Chain> && ...))
  Chain(Layers&&... layers) {
    layers_.reserve(sizeof...(layers));
    (layers_.emplace_back(std::forward<Layers>(layers)), ...);
  }
  explicit Chain(std::vector<AnyModule> layers) : layers_(std::move(layers)) {}

  Tensor operator()(Tensor x) {
    for (AnyModule& layer : layers_) x = layer(x);
    return x;
  }
  void push_back(AnyModule layer) { layers_.push_back(std::move(layer)); }
  std::size_t size() const { return layers_.size(); }
  AnyModule& operator[](std::size_t i) { return layers_[i]; }
  auto begin() { return layers_.begin(); }
  auto end() { return layers_.end(); }

  void walk(const Path& path, Visitor& visitor) { nn::walk(layers_, path, visitor); }

 private:
  std::vector<AnyModule> layers_;
};

}  // namespace gradus::nn
