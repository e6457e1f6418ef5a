// call: the line by which a layer's call is known to others.
//   Tensor operator()(const Tensor& x) const {
//     return nn::call(*this, [&] { return output(relu(hidden(x))); }, x);
//   }
// An error from inside then says where that is, "in blocks.3.attention.q (Linear): …", and feature maps, hooks (observe.h) and summaries
// (summary.h) see the call. gradus's layers say it of themselves, and Sequential and AnyModule of all that they hold; in a struct of one's
// own it stands where that struct itself is to be looked at. While nobody looks it costs a look at one number.
#pragma once
#include <atomic>
#include <cstdint>
#include <type_traits>
#include <typeinfo>

#include <gradus/nn/model/walk.h>

namespace gradus::nn {

namespace detail {

// A layer that is called, its class forgotten. Two may lie at one place: a struct and its first member.
struct Callee {
  const void* object;
  const std::type_info* type;              // the class that has the call operator
  void (*walk)(void* object, const Path&, Visitor&);
  bool held = false;                       // it is the container that says so
  bool is(const void* other, const std::type_info& its) const { return object == other && *type == its; }
};
template <class M>
Callee callee_of(const M& layer, bool held) {
  const auto walk = [](void* m, const Path& path, Visitor& v) { nn::walk(*static_cast<M*>(m), path, v); };
  return {&layer, &typeid(typename CalledAs<M>::type), walk, held};
}
template <class M>
struct SaysItsCalls {
  static inline const bool done = says_its_calls<typename CalledAs<M>::type> = true;
};

// How many look: hooks of the whole program, and whatever watches a thread.
extern constinit std::atomic<std::int32_t> watchers;
inline bool watched() { return watchers.load(std::memory_order_relaxed) != 0; }

// The tensors among what a call returns; of more than eight the first.
struct Tensors {
  Tensor* all[8] = {};
  std::size_t n = 0;
  template <class T>
  void add([[maybe_unused]] T& thing) {
    if constexpr (std::is_same_v<T, Tensor>) {
      if (n < 8) all[n++] = &thing;
    } else if constexpr (Range<T>) {
      if constexpr (!is_leaf_type<typename T::value_type>)
        for (auto& each : thing) add(each);
    } else if constexpr (TupleLike<T>) {
      std::apply([this](auto&... each) { (this->add(each), ...); }, thing);
    } else if constexpr (reflect::reflectable<T>) {
      reflect::each_member(thing, [this](std::string_view, auto& each) { this->add(each); });
    }
  }
};

// A call under way, while somebody looks.
class Call {
 public:
  Call(const Callee& callee, const Tensor* const* inputs, std::size_t n);
  ~Call();
  Call(const Call&) = delete;
  void returns(Tensors& results);          // hooks may change them

 private:
  const Callee& callee_;
  const Tensor* const* inputs_;
  std::size_t n_;
  const Call* outer_;
  bool known_;                             // its container has said it already
};

// The error that is being handled, with the layer's place in its message where that can be told.
[[noreturn]] void rethrow_from(const Callee& callee);

template <bool held, class M, class F, class... In>
std::invoke_result_t<F&> call(const M& layer, F& f, const In&... inputs) {
  (void)SaysItsCalls<M>::done;
  try {
    if (!watched()) [[likely]] return f();
    const Callee callee = callee_of(layer, held);
    const Tensor* const given[] = {&inputs..., nullptr};
    Call call(callee, given, sizeof...(In));
    auto result = f();
    Tensors results;
    results.add(result);
    call.returns(results);
    return result;
  } catch (const Error&) {
    rethrow_from(callee_of(layer, held));
  }
}

// A container's call of a layer that it holds: f(x) is the layer's.
template <class M, class F>
Tensor call_held(const M& layer, F& f, const Tensor& x) {
  const auto calls = [&]() -> Tensor { return f(x); };
  return call<true>(layer, calls, x);
}

}  // namespace detail

// What f() returns: a tensor, or a struct, a tuple or a list of such. `inputs`: the tensors that the layer is called with.
template <class M, class F, class... In>
  requires(std::is_class_v<M> && std::is_invocable_v<F&> && (std::is_same_v<In, Tensor> && ...))
std::invoke_result_t<F&> call(const M& layer, F&& f, const In&... inputs) {
  return detail::call<false>(layer, f, inputs...);
}

}  // namespace gradus::nn
