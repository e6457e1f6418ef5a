// Layers that learn the size of their input from a first one: Lazy, and nn::initialize, which shows it to them. Before that they have no
// parameters, and nn::parameters, nn::state and a call say so; afterwards they are the layer itself, under its names, and `*layer` and
// `layer->weight` reach it. The layers: nn/layers/lazy.h.
//   struct Net {
//     nn::LazyConv2d conv{16, {.kernel = 3}};
//     nn::LazyLinear head{10};
//     Tensor operator()(const Tensor& x) const { return head(flatten(relu(conv(x)), 1)); }
//   } net;
//   nn::initialize(net, zeros({1, 3, 28, 28}));
//   optim::Adam adam(nn::parameters(net));
#pragma once
#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

#include <gradus/nn/model/module.h>

namespace gradus::nn {
namespace detail {

// While it lives the thread's calls give sizes to lazy layers. The model is in evaluation meanwhile, and nothing is recorded, so that
// nothing else changes. Unless finish() was reached, the layers are lazy again.
class Initialising {
 public:
  explicit Initialising(ModuleRef net);
  ~Initialising();
  Initialising(const Initialising&) = delete;
  Initialising& operator=(const Initialising&) = delete;
  void finish();                                             // ValueError if one has not been called

  // What a layer asks that is called before it knows its size, the one of x along `axis`, counted from the back where negative; ValueError
  // unless it may learn it now. And what it tells.
  static std::int64_t size_for(const std::type_info& layer, const Tensor& x, int axis);
  static void made(const void* lazy, void (*forget)(const void* lazy));

 private:
  struct State;
  State* state_;
};

}  // namespace detail

// An L whose first argument is the size along `axis` of its input: L{size, out, options}, or L{size, options}.
template <class L, class Options, int axis>
class Lazy {
  static constexpr bool has_out = std::is_constructible_v<L, std::int64_t, std::int64_t, const Options&>;

 public:
  explicit Lazy(std::int64_t out, const Options& options = {}) requires has_out : out_(out), options_(options) {}
  explicit Lazy(const Options& options = {}) requires(!has_out) : options_(options) {}

  // ValueError before nn::initialize.
  Tensor operator()(const Tensor& x) const {
    if (!layer_) [[unlikely]] make(x);
    return (*layer_)(x);
  }
  bool initialised() const { return layer_.has_value(); }
  L& operator*() { return known(*this); }
  const L& operator*() const { return known(*this); }
  L* operator->() { return &known(*this); }
  const L* operator->() const { return &known(*this); }

  void walk(const Path& path, Visitor& visitor) {
    if (layer_) return nn::walk(*layer_, path, visitor);
    if constexpr (detail::HasMode<L>) visitor.mode(training_);
    visitor.uninitialised(path);
  }

 private:
  template <class Self>
  static auto& known(Self& self) {
    if (!self.layer_) detail::refuse_lazy({});
    return *self.layer_;
  }
  void make(const Tensor& x) const {
    const std::int64_t size = detail::Initialising::size_for(typeid(L), x, axis);
    if constexpr (has_out) layer_.emplace(size, out_, options_);
    else layer_.emplace(size, options_);
    detail::Initialising::made(this, [](const void* self) { static_cast<const Lazy*>(self)->layer_.reset(); });
    if constexpr (detail::HasMode<L>) layer_->training = training_;
  }

  mutable std::optional<L> layer_;                           // nn::initialize alone changes it
  std::int64_t out_ = 0;
  Options options_;
  bool training_ = true;
};

// Calls net(samples...) once, so that its lazy layers learn their sizes and draw their initial values (from the generator of their options,
// which must still be there, or the default one). Nothing else changes: neither modes nor running statistics nor gradients. ValueError if a
// lazy layer was not called; whatever is thrown, all are as before. Sizes of batches do not matter: zeros({1, 784}).
template <class M, class... Samples>
void initialize(M& net, const Samples&... samples) {
  detail::Initialising scope{ModuleRef(net)};
  net(samples...);
  scope.finish();
}

}  // namespace gradus::nn
