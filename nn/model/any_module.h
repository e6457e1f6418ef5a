// AnyModule: a value that holds any one layer or model, for models that are put together at run time (a list of them: Sequential<>).
// Copying copies what is inside; names and modes are as if it stood there itself.
//   std::map<std::string, nn::AnyModule> heads{{"digits", nn::Linear{64, 10}},
//   {"price", nn::Sequential{nn::Linear{64, 1}, nn::Softplus{}}}};
#pragma once
#include <concepts>
#include <memory>
#include <utility>

#include <gradus/nn/model/call.h>
#include <gradus/nn/model/one_caller.h>
#include <gradus/nn/model/walk.h>

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
  // A layer that is assigned to one of the same class gives it the values, so that an optimizer's parameters stay (Parameter).
  AnyModule& operator=(AnyModule o) noexcept {
    if (!held_ || !o.held_ || !held_->take(*o.held_)) held_ = std::move(o.held_);
    return *this;
  }

  // A layer whose call is not const (one of your own; none of gradus's) is called all the same, by one thread at a time (GraphError).
  Tensor operator()(const Tensor& x) const {
    check<ValueError>(held_ != nullptr, "AnyModule: called while empty");
    return held_->call(x);
  }
  explicit operator bool() const { return held_ != nullptr; }
  // What is inside, if it is an M; else null.
  template <class M> M* get_if() {
    auto* model = dynamic_cast<Model<M>*>(held_.get());
    return model ? &model->module : nullptr;
  }
  template <class M> const M* get_if() const { return const_cast<AnyModule*>(this)->get_if<M>(); }

  void walk(const Path& path, Visitor& visitor) {
    if (held_) held_->walk(path, visitor);
  }

 private:
  struct Concept {
    virtual ~Concept() = default;
    virtual Tensor call(const Tensor& x) = 0;
    virtual std::unique_ptr<Concept> copy() const = 0;
    virtual bool take(Concept& o) noexcept = 0;
    virtual void walk(const Path& path, Visitor& visitor) = 0;
  };
  template <class M>
  struct Model final : Concept, OneCaller {
    template <class From> explicit Model(From&& from) : module(std::forward<From>(from)) {}
    Tensor call(const Tensor& x) override { return detail::call_held(module, *this, x); }
    Tensor operator()(const Tensor& x) {
      if constexpr (std::is_invocable_r_v<Tensor, const M&, const Tensor&>) {
        return std::as_const(module)(x);
      } else {
        const auto alone = this->exclusive("AnyModule");
        return module(x);
      }
    }
    std::unique_ptr<Concept> copy() const override { return std::make_unique<Model>(module); }
    bool take(Concept& o) noexcept override {
      if constexpr (std::is_nothrow_move_assignable_v<M>) {
        auto* const other = dynamic_cast<Model*>(&o);
        if (other) module = std::move(other->module);
        return other != nullptr;
      } else return false;
    }
    void walk(const Path& path, Visitor& visitor) override { nn::walk(module, path, visitor); }
    M module;
  };
  std::unique_ptr<Concept> held_;
};

}  // namespace gradus::nn
