// Listeners: functions that a walk calls with gradients, by PyTorch's names. Two kinds belong to a tensor, one to a single walk.
//   x.register_hook([](const Tensor& g) { return 2 * g; });           // ∂L/∂x of a walk, whole, before it goes on;
//   what comes back replaces it
//   HookHandle h = x.register_post_accumulate_grad_hook([&](const Tensor& leaf) { sgd.step(); });      h.remove();
//   const ScopedHook h = x.register_hook(f);                         // until the end of the scope
//   loss.backward({.on_final = [&](const Tensor& leaf) { send(leaf.grad()); }});
// The last two are called as soon as the walk can bring no more to that leaf, while the rest of the gradients is still to come:
// docs/extending.md says what they may rely on. Register and remove while no walk passes the tensor; hooks of a leaf that several threads
// walk to are called by each.
#pragma once
#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

#include <gradus/autograd/base/small_vector.h>

namespace gradus {

class Node;
class Tensor;

namespace detail {

struct Hook {
  bool removed = false;
  virtual ~Hook() = default;
  virtual void call(const Tensor& x, Tensor& changed) = 0;   // changed: left alone where the function returns nothing
};

template <class F>
struct HookOf final : Hook {
  F f;
  explicit HookOf(F callable) : f(std::move(callable)) {}
  void call(const Tensor& x, Tensor& changed) override {
    if constexpr (std::is_void_v<std::invoke_result_t<F&, const Tensor&>>) f(x);
    else changed = f(x);
  }
};

struct Retained;   // the gradients that a node's results keep: Tensor::retain_grad()
struct Origin;     // where a node comes from, if anybody wrote it down: tape/anomaly.h

// Those of one node, and what else only few nodes have.
struct Hooks {
  struct Entry {
    int output;
    std::shared_ptr<Hook> hook;
  };
  SmallVector<Entry, 1> on_gradient, on_leaf;
  std::unique_ptr<Retained> retained;
  std::unique_ptr<Origin> origin;
  explicit Hooks(bool of_leaf);
  ~Hooks();

  Tensor change(int output, Tensor g) const;   // what the hooks make of a gradient; ShapeError, DtypeError unless it is alike
  void tell(const Tensor& leaf) const;

 private:
  bool of_leaf_;
};

bool any_leaf_has_hooks();   // in the whole process: a walk looks no further if not

enum class HookKind { gradient, leaf };
void add_hook(const char* name, const Tensor& x, HookKind kind, std::shared_ptr<Hook> hook);

}  // namespace detail

class HookHandle {
 public:
  HookHandle() = default;
  explicit HookHandle(std::weak_ptr<detail::Hook> hook) : hook_(std::move(hook)) {}
  void remove() {
    if (const auto hook = hook_.lock()) hook->removed = true;
  }

 private:
  std::weak_ptr<detail::Hook> hook_;
};

// Removes its hook at the end of its life, also when an error ends it.
class ScopedHook {
 public:
  ScopedHook() = default;
  ScopedHook(HookHandle hook) : hook_(std::move(hook)) {}
  ScopedHook(ScopedHook&& o) noexcept : hook_(std::exchange(o.hook_, {})) {}
  ScopedHook& operator=(ScopedHook&& o) noexcept {
    std::swap(hook_, o.hook_);
    return *this;
  }
  ~ScopedHook() { hook_.remove(); }

 private:
  HookHandle hook_;
};

// Refers to a function void(const Tensor& leaf), which must outlive the call that it is given to: a lambda written there does.
class LeafListener {
 public:
  LeafListener() = default;
  template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, LeafListener> && std::invocable<F&, const Tensor&>)
  LeafListener(F&& f)   // NOLINT(bugprone-forwarding-reference-overload)
      : f_(const_cast<void*>(static_cast<const void*>(std::addressof(f)))),
        call_([](void* held, const Tensor& leaf) { (*static_cast<std::remove_reference_t<F>*>(held))(leaf); }) {}
  explicit operator bool() const { return call_ != nullptr; }
  void operator()(const Tensor& leaf) const { call_(f_, leaf); }

 private:
  void* f_ = nullptr;
  void (*call_)(void*, const Tensor&) = nullptr;
};

}  // namespace gradus
