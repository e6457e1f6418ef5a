// Walking through a model: every Parameter, every buffer (a field of type Buffer or Array: saved, not trained), every Stream and every mode (a
// field `bool training`), each with its path, and the running statistics of batch norms. Goes into plain structs, classes that list their Fields
// (fields.h), std::vector and other ranges, std::array, maps (by key), std::tuple, std::optional and smart pointers; passes over numbers,
// strings, tensors and functions.
//   struct Count : nn::Visitor { void parameter(const nn::Path&, Parameter&) override { ++n; } int n = 0; } count;   nn::walk(net, {}, count);
// A container of one's own has a member `void walk(const nn::Path&, nn::Visitor&)` that calls nn::walk for each thing inside (sequential.h).
#pragma once
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <gradus/autograd/base/small_vector.h>
#include <gradus/autograd/parameter.h>
#include <gradus/nn/buffer.h>
#include <gradus/nn/fields.h>
#include <gradus/nn/stream.h>

namespace gradus::nn {

// Where in the model: a chain of names that becomes text only where it is needed. The empty name adds nothing.
struct Path {
  const Path* parent = nullptr;
  std::string_view name = {};
  std::string text() const;                                                 // "blocks.0.weight"
  void append_to(SmallVector<char, 128>& text) const;                       // the same without malloc
};

// What a layer gathers in training for its evaluation, by reference: batch norm's mean and variance. A layer of one's own that has such has a
// member `RunningStatistics running_statistics()`, for nn::update_batch_norm.
struct RunningStatistics {
  Array &mean, &var, &batches;              // undefined if not kept
  std::optional<double>& momentum;          // none: the mean of all batches
};

class Visitor {
 public:
  virtual void parameter(const Path&, Parameter&) {}
  virtual void buffer(const Path&, Array&) {}
  virtual void stream(const Path&, Stream&) {}
  virtual void mode(bool& training) { (void)training; }
  virtual void statistics(const RunningStatistics&) {}

 protected:
  ~Visitor() = default;
};

template <class M> void walk(M& module, const Path& path, Visitor& visitor);

namespace detail {

template <class T> inline constexpr bool is_pointer_like = false;
template <class T> inline constexpr bool is_pointer_like<std::optional<T>> = true;
template <class T, class D> inline constexpr bool is_pointer_like<std::unique_ptr<T, D>> = true;
template <class T> inline constexpr bool is_pointer_like<std::shared_ptr<T>> = true;

template <class T> concept Walks = requires(T& t, const Path& p, Visitor& v) { t.walk(p, v); };
template <class T> concept HasMode = requires(T& t) { requires std::is_same_v<decltype((t.training)), bool&>; };
template <class T> concept HasStatistics = requires(T& t) { requires std::is_same_v<decltype(t.running_statistics()), RunningStatistics>; };
template <class T> concept Map = requires(T& t) { typename T::mapped_type; t.begin()->first; t.begin()->second; };
template <class T> concept Range = requires(T& t) { t.begin(); t.end(); typename T::value_type; };
template <class T> concept TupleLike = requires { std::tuple_size<T>::value; };
// A function object with something inside, which may be parameters that nobody would train. std::function hides them on purpose.
template <class T> concept StatefulLayer =
    !std::is_trivially_copyable_v<T> && !requires(T& t) { t.target_type(); } && requires(T& t, const Tensor& x) { t(x); };

template <class T> inline constexpr bool is_leaf_type = !(std::is_class_v<T> || std::is_array_v<T>) || std::is_same_v<T, std::string>;

// The name of the i-th thing, in place.
struct Index {
  explicit Index(std::size_t i) : length(static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, i).ptr - digits)) {}
  operator std::string_view() const { return {digits, length}; }
  char digits[20];
  std::size_t length;
};

template <class T>
void walk_items(T& range, const Path& path, Visitor& visitor) {
  std::size_t i = 0;
  for (auto& item : range) nn::walk(item, {&path, Index(i++)}, visitor);
}

template <class T>
void walk_map(T& map, const Path& path, Visitor& visitor) {
  for (auto& [key, item] : map) {
    if constexpr (std::is_convertible_v<decltype(key), std::string_view>) nn::walk(item, {&path, key}, visitor);
    else nn::walk(item, {&path, Index(static_cast<std::size_t>(key))}, visitor);
  }
}

template <class T>
void walk_members(T& module, const Path& path, Visitor& visitor) {
  const auto enter = [&](std::string_view name, auto& member) { nn::walk(member, {&path, name}, visitor); };
  if constexpr (ListsFields<T>) {
    static_assert(T::Fields::template cover<T>,
                  "gradus::nn: this class adds members to a layer and inherits its list of fields, so they would not be trained: "
                  "list all: using Fields = nn::Fields<&Base::weight, &Derived::extra>;");
    T::Fields::each(module, enter);
  } else if constexpr (reflect::reflectable<T>) {
    reflect::each_member(module, enter);
  } else if constexpr (std::is_aggregate_v<T>) {
    static_assert(std::is_trivially_copyable_v<T>,
                  "gradus::nn cannot tell this struct's members (a base class, a reference or more than 26 members): "
                  "list them after the last one: using Fields = nn::Fields<&Net::first, &Net::second>;");
  } else {
    static_assert(!StatefulLayer<T>,
                  "gradus::nn cannot see into this layer (a class with a constructor or private members, or a lambda with captures), "
                  "and its parameters would not be trained. Class: list them after the last member: "
                  "using Fields = nn::Fields<&Layer::weight_>; (none: nn::Fields<>). Lambda: write a struct with operator()");
  }
}

}  // namespace detail

template <class M>
void walk([[maybe_unused]] M& module, [[maybe_unused]] const Path& path, [[maybe_unused]] Visitor& visitor) {
  using namespace detail;
  if constexpr (std::is_const_v<M> || is_leaf_type<M>) {
    return;
  } else if constexpr (std::is_array_v<M>) {
    walk_items(module, path, visitor);
  } else if constexpr (std::is_same_v<M, Parameter>) {
    visitor.parameter(path, module);
  } else if constexpr (std::is_same_v<M, Array>) {
    visitor.buffer(path, module);
  } else if constexpr (std::is_same_v<M, Buffer>) {
    visitor.buffer(path, module.mutable_value());
  } else if constexpr (std::is_same_v<M, Stream>) {
    visitor.stream(path, module);
  } else if constexpr (std::is_same_v<M, Tensor>) {
    return;
  } else if constexpr (Walks<M>) {
    module.walk(path, visitor);
  } else if constexpr (is_pointer_like<M>) {
    if (module) nn::walk(*module, path, visitor);
  } else if constexpr (Map<M>) {
    if constexpr (!is_leaf_type<typename M::mapped_type>) walk_map(module, path, visitor);
  } else if constexpr (Range<M>) {
    if constexpr (!is_leaf_type<typename M::value_type>) walk_items(module, path, visitor);
  } else if constexpr (TupleLike<M>) {
    [&]<std::size_t... i>(std::index_sequence<i...>) {
      (nn::walk(std::get<i>(module), {&path, Index(i)}, visitor), ...);
    }(std::make_index_sequence<std::tuple_size_v<M>>{});
  } else {
    if constexpr (HasMode<M>) visitor.mode(module.training);
    if constexpr (HasStatistics<M>) visitor.statistics(module.running_statistics());
    walk_members(module, path, visitor);
  }
}

}  // namespace gradus::nn
