// Looking inside a model while it runs, without a change to it: hooks and feature maps, by the paths of layers (matching.h).
//   const nn::Hook h = nn::register_forward_hook(net, "features.*", [](const nn::Called& c) { std::cout << c.path << c.output(); });
//   const nn::Hook g = nn::register_full_backward_pre_hook(net, "head", [&](std::string_view path, const Tensor& gradient) { … });
//   const auto maps = nn::feature_maps(net, image, {"features.3", "head"});        maps.at("features.3")
// Seen are the calls of gradus's layers, of what Sequential and AnyModule hold, and of structs that say it themselves (call.h). A layer is
// known by its place in memory: while it is looked at, the model stays where it is.
#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <gradus/nn/model/call.h>
#include <gradus/nn/model/matching.h>

namespace gradus::nn {

// A call that has just returned, as long as the hook that is told of it runs.
class Called {
 public:
  std::string_view path, layer;                              // "features.3", "Conv2d"
  std::size_t inputs, outputs;                               // how many
  const Tensor& input(std::size_t i = 0) const;              // ValueError: there are not so many
  const Tensor& output(std::size_t i = 0) const;             // of the tensors in what it returned, in order

  Called(std::string_view path, std::string_view layer, std::span<const Tensor* const> inputs, std::span<Tensor* const> outputs);

 private:
  const Tensor* const* given_;
  const Tensor* const* returned_;
};

// A hook's life: it is called until this goes. Both kinds are called by every thread that calls the layer (or walks back through it), so
// set and remove them while none does.
class [[nodiscard]] Hook {
 public:
  Hook() = default;
  Hook(Hook&& o) noexcept : hook_(std::exchange(o.hook_, nullptr)) {}
  Hook& operator=(Hook&& o) noexcept {
    std::swap(hook_, o.hook_);
    return *this;
  }
  ~Hook() { remove(); }
  void remove() noexcept;

 private:
  friend struct HookAccess;
  struct Entry;
  explicit Hook(Entry* hook) : hook_(hook) {}
  Entry* hook_ = nullptr;
};

namespace detail {

struct ForwardHook {
  virtual ~ForwardHook() = default;
  virtual Tensor call(const Called& called) = 0;             // undefined: the output stays
};
struct GradientHook {
  virtual ~GradientHook() = default;
  virtual Tensor call(std::string_view path, const Tensor& gradient) = 0;
};
template <class F>
struct ForwardHookOf final : ForwardHook {
  explicit ForwardHookOf(F callable) : f(std::move(callable)) {}
  Tensor call(const Called& called) override {
    if constexpr (std::is_void_v<std::invoke_result_t<F&, const Called&>>) {
      f(called);
      return {};
    } else return f(called);
  }
  F f;
};
template <class F>
struct GradientHookOf final : GradientHook {
  explicit GradientHookOf(F callable) : f(std::move(callable)) {}
  Tensor call(std::string_view path, const Tensor& gradient) override {
    if constexpr (std::is_void_v<std::invoke_result_t<F&, std::string_view, const Tensor&>>) {
      f(path, gradient);
      return {};
    } else return f(path, gradient);
  }
  F f;
};
Hook hook_on(const ConstModuleRef& net, const Matching& layers, std::unique_ptr<ForwardHook> hook);
Hook hook_on(const ConstModuleRef& net, const Matching& layers, std::unique_ptr<GradientHook> hook);

}  // namespace detail

// f(const nn::Called&) after every call of these layers; a Tensor that it returns takes the (first) output's place.
template <class F>
  requires(std::is_invocable_v<F&, const Called&>)
Hook register_forward_hook(ConstModuleRef net, const Matching& layers, F f) {
  return detail::hook_on(net, layers, std::make_unique<detail::ForwardHookOf<F>>(std::move(f)));
}

// f(path, gradient) with ∂L/∂output of every call that a walk comes back through (of the first output, where there are several); a Tensor
// that it returns takes its place.
template <class F>
  requires(std::is_invocable_v<F&, std::string_view, const Tensor&>)
Hook register_full_backward_pre_hook(ConstModuleRef net, const Matching& layers, F f) {
  return detail::hook_on(net, layers, std::make_unique<detail::GradientHookOf<F>>(std::move(f)));
}

// What layers return while this lives, called by this thread: for models with several inputs.
//   nn::FeatureMaps maps(net, "encoder.*");   net(source, target);   maps.take()
class FeatureMaps {
 public:
  FeatureMaps(ConstModuleRef net, const Matching& layers);
  ~FeatureMaps();
  FeatureMaps(const FeatureMaps&) = delete;
  // By path, of layers called several times the last, of several outputs the first. ValueError if a pattern has none.
  std::map<std::string, Tensor> take();

 private:
  struct Watch;
  Watch* watch_;
};

// Calls net(x) and returns what these layers returned meanwhile, tracked if they are (no_grad: not).
template <class Net, class Input>
  requires(std::is_invocable_v<Net&, const Input&>)
std::map<std::string, Tensor> feature_maps(Net&& net, const Input& x, const Matching& layers) {
  FeatureMaps maps(net, layers);
  const auto run = [&] { return net(x); };
  static_cast<void>(detail::call<true>(net, run));
  return maps.take();
}

}  // namespace gradus::nn
