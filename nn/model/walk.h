// Walking through a model: every module (a layer, a container, a struct), every Parameter, every buffer (a field of type Buffer or Array:
// saved, not trained), every Stream and every mode (a field `bool training`), each with its path, and what a layer `offers()` beside
// (visitor.h). Goes into plain structs, classes that list their Fields (fields.h), std::vector and other ranges, std::array, maps (by key),
// std::tuple, std::optional, what a std::variant holds and what std::unique_ptr and std::shared_ptr point to; passes over numbers, strings,
// tensors, constant Arrays, functions, the standard library's other classes, and what is said to be no part of the model: PassedOver
// (passed_over.h). Whatever else might have parameters and cannot be seen does not compile, or is an error of nn::parameters and nn::state.
//   struct Count : nn::Visitor { void parameter(const nn::Path&, Parameter&) override { ++n; } int n = 0; } count;
//   nn::walk(net, {}, count);
// A container of one's own has a member `void walk(const nn::Path&, nn::Visitor&)` that calls nn::walk for each thing inside
// (sequential.h). A base class whose derived ones are layers has a virtual one, and they say what they have by walk_members:
//   struct Expert {
//     virtual Tensor operator()(const Tensor&) const = 0;
//     virtual void walk(const nn::Path&, nn::Visitor&) = 0;
//     virtual ~Expert() = default;
//   };
//   class Wide final : public Expert {
//     …
//     void walk(const nn::Path& path, nn::Visitor& visitor) override { nn::walk_members(*this, path, visitor); }
//     using Fields = nn::Fields<&Wide::inner_, &Wide::outer_>;
//   };
//   struct Net { std::vector<std::unique_ptr<Expert>> experts; };
#pragma once
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include <gradus/nn/model/kinds.h>
#include <gradus/nn/model/visitor.h>

namespace gradus::nn {

template <class M> void walk(M& module, const Path& path, Visitor& visitor);

namespace detail {

// The name of the i-th thing, in place.
struct Index {
  template <class Integer>
  explicit Index(Integer i) : Index(static_cast<std::uint64_t>(i), std::is_signed_v<Integer>) {}
  Index(std::uint64_t i, bool is_signed);
  operator std::string_view() const { return {digits, length}; }
  char digits[20];
  std::size_t length;
};

std::string class_name(const std::type_info& type);   // as the program calls it, where the compiler tells

[[noreturn]] void refuse_derived(const Path& path, const std::type_info& what, const std::type_info& base);
[[noreturn]] void refuse_handles(const Path& path);
[[noreturn]] void refuse_lazy(const Path& path);
void walk_parameter(const Path& path, Parameter& p, Visitor& visitor);   // itself, or what it is computed from (parametrize.h)

// A std::function or std::any with a Parameter, Buffer or Stream inside, as a copy of it shows.
template <class T>
void refuse_handles_in(const T& erased, const Path& path) {
  const std::uint64_t before = gradus::detail::copied_handles;
  try {
    [[maybe_unused]] const T copy = erased;
  } catch (...) {
    if (gradus::detail::copied_handles == before) throw;
  }
  if (gradus::detail::copied_handles != before) refuse_handles(path);
}

// Whether the list of a struct whose members can be seen misses none that holds anything.
template <class T>
constexpr bool lists_all() {
  return []<std::size_t... i, class... Each>(std::index_sequence<i...>, reflect::Types<Each...>) {
    return ((!holds<Each>() || T::Fields::has(reflect::member_name<T, i>)) && ...);
  }(std::make_index_sequence<reflect::member_count<T>>(), NamedMembers<T>());
}

template <class T>
void walk_items(T& range, const Path& path, Visitor& visitor) {
  std::size_t i = 0;
  for (auto& item : range) nn::walk(item, {&path, Index(i++)}, visitor);
}

template <class T>
void walk_map(T& map, const Path& path, Visitor& visitor) {
  using Key = typename T::key_type;
  for (auto& [key, item] : map) {
    if constexpr (std::is_convertible_v<const Key&, std::string_view>) nn::walk(item, {&path, key}, visitor);
    else if constexpr (std::is_integral_v<Key>) nn::walk(item, {&path, Index(+key)}, visitor);
    else if constexpr (std::is_enum_v<Key>) nn::walk(item, {&path, Index(static_cast<std::underlying_type_t<Key>>(key))}, visitor);
    else static_assert(!holds<typename T::mapped_type>() && !std::is_same_v<typename T::mapped_type, Array>,
                       "gradus::nn: a map's key is part of the name of its parameters: a text, an integer or an enumeration");
  }
}

// The thing behind a smart pointer, which may be of a class derived from T.
template <class T>
void walk_pointee([[maybe_unused]] T& thing, [[maybe_unused]] const Path& path, [[maybe_unused]] Visitor& visitor) {
  if constexpr (!std::is_polymorphic_v<T> || std::is_final_v<T> || Walks<T> || is_of_a_library<T>()) {
    nn::walk(thing, path, visitor);
  } else if constexpr (std::is_abstract_v<T>) {
    static_assert(
        !std::is_abstract_v<T>,
        "gradus::nn sees the base class alone behind this pointer: give it virtual void walk(const nn::Path&, nn::Visitor&) = 0; and "
        "its classes void walk(const nn::Path& path, nn::Visitor& visitor) override { nn::walk_members(*this, path, visitor); } "
        "(a std::variant or nn::AnyModule needs neither; nn::PassedOver<std::unique_ptr<Base>> is no part of the model)");
  } else {
    if (typeid(thing) != typeid(T)) refuse_derived(path, typeid(thing), typeid(T));
    nn::walk(thing, path, visitor);
  }
}

}  // namespace detail

// A struct or class by its members, even if it has a `walk` of its own, which so may be written.
template <class M>
void walk_members([[maybe_unused]] M& module, [[maybe_unused]] const Path& path, [[maybe_unused]] Visitor& visitor) {
  using namespace detail;
  if constexpr (IsModule<M>) visitor.module(path, module_of(module));
  if constexpr (HasMode<M>) visitor.mode(module.training);
  if constexpr (Offers<M>) {
    auto offered = module.offers();
    visitor.offer(path, Offer(offered));
  }
  [[maybe_unused]] const auto enter = [&](std::string_view name, auto& member) { nn::walk(member, {&path, name}, visitor); };
  if constexpr (ListsFields<M>) {
    static_assert(M::Fields::template cover<M>,
                  "gradus::nn: this class adds members to a layer and inherits its list of fields, so they would not be trained: "
                  "list all: using Fields = nn::Fields<&Base::weight, &Derived::extra>;");
    if constexpr (reflect::reflectable<M>)
      static_assert(
          lists_all<M>(),
          "gradus::nn: a member that has parameters is not in this struct's list of fields, and would not be trained: leave the list out "
          "(a plain struct needs none), or list all: using Fields = nn::Fields<&Net::first, &Net::second>;");
    M::Fields::each(module, enter);
    visitor.listed(path, &module, sizeof(M));
  } else if constexpr (reflect::reflectable<M>) {
    reflect::each_member(module, enter);
  } else if constexpr (std::is_aggregate_v<M>) {
    static_assert(std::is_trivially_copyable_v<M> && std::is_copy_assignable_v<M>,
                  "gradus::nn cannot tell this struct's members (a base class, a reference, a std::any or more than 26 members): "
                  "list them after the last one: using Fields = nn::Fields<&Net::first, &Net::second>;");
  } else if constexpr (is_of_a_library<M>()) {
    static_assert(
        !holds<M>(),
        "gradus::nn cannot see what this class of the standard library holds or refers to: a layer stands in the model itself, in a "
        "std::vector, std::unique_ptr, std::shared_ptr …; one that is no part of it in nn::PassedOver");
  } else {
    static_assert(!StatefulLayer<M>,
                  "gradus::nn cannot see into this layer (a class with a constructor or private members, or a lambda with captures), "
                  "and its parameters would not be trained. Class: list them after the last member: "
                  "using Fields = nn::Fields<&Layer::weight_>; (none: nn::Fields<>). Lambda: write a struct with operator()");
    static_assert(std::is_trivially_copyable_v<M> || StatefulLayer<M>,
                  "gradus::nn cannot see into this class (it has a constructor or private members), and if it has parameters, nobody would "
                  "train them. List them after the last member: using Fields = nn::Fields<&Layer::weight_>; (none: nn::Fields<>). "
                  "A class that is not yours, and has none: let the model have an nn::PassedOver<Class>");
  }
}

template <class M>
void walk([[maybe_unused]] M& module, [[maybe_unused]] const Path& path, [[maybe_unused]] Visitor& visitor) {
  using namespace detail;
  using Plain = std::remove_const_t<M>;
  if constexpr (points_at_module<Plain>) {
    static_assert(
        !points_at_module<Plain>,
        "gradus::nn does not follow a pointer, since it does not say whose the layer is: the model owns one that it has as a member, in "
        "a std::unique_ptr or a std::shared_ptr, and one that stands elsewhere is passed over: nn::PassedOver<nn::Linear*>");
  } else if constexpr (is_leaf_type<Plain> || std::is_same_v<Plain, Tensor>) {
    return;
  } else if constexpr (is_passed_over<Plain>) {
    visitor.passed_over(&module, sizeof(M));
  } else if constexpr (is_owner<Plain>) {
    using Thing = typename Plain::element_type;
    if constexpr (std::is_void_v<Thing>) {
      return;
    } else if constexpr (requires { *module; }) {
      static_assert(Complete<Thing>,
                    "gradus::nn: the class behind this pointer is not defined here; nn::PassedOver says that it is no part of the model");
      if (module) walk_pointee(*module, path, visitor);
    } else static_assert(!holds<Thing>(), "gradus::nn: a pointer to an array does not know its length; use a std::vector");
  } else if constexpr (std::is_const_v<M>) {
    static_assert(!holds<Plain>(),
                  "gradus::nn: a constant member is not trained, loaded or put into evaluation; leave out the const (nn::set_requires_grad "
                  "freezes), or say that it is no part of the model: nn::PassedOver<const nn::Linear>");
  } else if constexpr (std::is_array_v<M>) {
    walk_items(module, path, visitor);
  } else if constexpr (std::is_same_v<M, Parameter>) {
    walk_parameter(path, module, visitor);
  } else if constexpr (std::is_same_v<M, Array>) {
    visitor.buffer(path, module);
  } else if constexpr (std::is_same_v<M, Buffer>) {
    visitor.buffer(path, module.mutable_value());
  } else if constexpr (std::is_same_v<M, Stream>) {
    visitor.stream(path, module);
  } else if constexpr (Erased<M>) {
    if (visitor.searches()) refuse_handles_in(module, path);
  } else if constexpr (Walks<M>) {
    static_assert(
        walks_all<M>(),
        "gradus::nn: this class adds members to one whose walk it inherits, so they would not be trained: write a walk that visits all, "
        "or let the other be a member");
    if constexpr (!std::is_polymorphic_v<M>) visitor.module(path, module_of(module));   // else its own walk says what it is
    module.walk(path, visitor);
  } else if constexpr (is_optional<M>) {
    if (module) nn::walk(*module, path, visitor);
  } else if constexpr (IsVariant<M>) {
    if (!module.valueless_by_exception()) visit([&](auto& held) { nn::walk(held, path, visitor); }, module);
  } else if constexpr (Map<M>) {
    if constexpr (!is_leaf_type<typename M::mapped_type>) walk_map(module, path, visitor);
  } else if constexpr (Range<M>) {
    if constexpr (!is_leaf_type<typename M::value_type>) walk_items(module, path, visitor);
  } else if constexpr (TupleLike<M>) {
    [&]<std::size_t... i>(std::index_sequence<i...>) {
      (nn::walk(std::get<i>(module), {&path, Index(i)}, visitor), ...);
    }(std::make_index_sequence<std::tuple_size_v<M>>{});
  } else {
    walk_members(module, path, visitor);
  }
}

}  // namespace gradus::nn
