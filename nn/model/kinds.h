// What a walk through a model (walk.h) takes a type for, and whether something in it would be missed if the walk passed over it.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

#include <gradus/nn/model/fields.h>
#include <gradus/nn/model/passed_over.h>
#include <gradus/nn/model/visitor.h>

namespace gradus::nn::detail {

template <class T> inline constexpr bool is_owner = false;                  // a smart pointer: the thing is the model's, wherever it lies
template <class T, class D> inline constexpr bool is_owner<std::unique_ptr<T, D>> = true;
template <class T> inline constexpr bool is_owner<std::shared_ptr<T>> = true;
template <class T> inline constexpr bool is_optional = false;
template <class T> inline constexpr bool is_optional<std::optional<T>> = true;
template <class T> concept IsVariant = requires(const T& t) { t.valueless_by_exception(); };   // std::variant, whose header costs much
template <class T> inline constexpr bool is_passed_over = false;
template <class T> inline constexpr bool is_passed_over<PassedOver<T>> = true;

template <class T> concept Complete = requires { sizeof(T); };
template <class T> concept Walks = requires(T& t, const Path& p, Visitor& v) { t.walk(p, v); };
template <class T> concept HasMode = requires(T& t) { requires std::is_same_v<decltype((t.training)), bool&>; };
template <class T> concept Offers = requires(T& t) { requires std::is_class_v<decltype(t.offers())>; };
template <class T> concept Map = requires(T& t) { typename T::mapped_type; t.begin()->first; t.begin()->second; };
template <class T> concept Range = requires(T& t) { t.begin(); t.end(); typename T::value_type; };
template <class T> concept TupleLike = requires { std::tuple_size<T>::value; };
// What hides the type of what is inside: std::function, std::any.
template <class T> concept Erased = requires(const T& t) { t.target_type(); } || requires(const T& t) { t.type(); t.has_value(); };
// A function object with something inside, which may be parameters that nobody would train.
template <class T> concept StatefulLayer =
    !std::is_trivially_copyable_v<T> && !Erased<T> && requires(T& t, const Tensor& x) { t(x); };

// std::mutex, optim::Adam: not a class of the user's.
template <class T>
constexpr bool is_of_a_library() {
  std::string_view name = __PRETTY_FUNCTION__;
  name.remove_prefix(name.find("T = ") + 4);
  if (name.starts_with("gradus::")) return name[8] != '{' && name[8] != '(';   // but for tests: gradus::{anonymous}::
  return name.starts_with("std::");
}

// No lambda, here and in what follows: clang 14 falls over those that it reads from precompiled headers.
template <class T> using NamedMembers = reflect::MemberTypes<T>;

template <class T, class... Above> constexpr bool holds();
template <class... Above, class... Each>
constexpr bool any_holds(reflect::Types<Each...>) {
  return (holds<Each, Above...>() || ...);
}

// The types that a std::variant may hold, or that a tuple, pair or std::array has.
template <class T> struct AlternativesOf;
template <template <class...> class Variant, class... Each> requires IsVariant<Variant<Each...>>
struct AlternativesOf<Variant<Each...>> { using type = reflect::Types<Each...>; };
template <class T, std::size_t... i> reflect::Types<std::tuple_element_t<i, T>...> elements_of(std::index_sequence<i...>);
template <class T> requires TupleLike<T>
struct AlternativesOf<T> { using type = decltype(elements_of<T>(std::make_index_sequence<std::tuple_size_v<T>>())); };
template <class T> using Alternatives = typename AlternativesOf<T>::type;

// What a library's class has inside or refers to (std::weak_ptr, std::reference_wrapper, std::stack), or else void.
template <class T> struct Content { using type = void; };
template <class T> requires requires { typename T::element_type; } struct Content<T> { using type = typename T::element_type; };
template <class T> requires(!requires { typename T::element_type; } && requires { typename T::value_type; })
struct Content<T> { using type = typename T::value_type; };
template <class T> struct Content<std::reference_wrapper<T>> { using type = T; };
template <class T> inline constexpr bool is_reference = false;
template <class T> inline constexpr bool is_reference<std::reference_wrapper<T>> = true;

// Whether a T has anything that a visitor would be told of, but for plain Arrays. `Above`: where this question comes from.
template <class T, class... Above>
constexpr bool holds() {
  using Here = std::remove_const_t<T>;
  if constexpr (std::is_array_v<Here>) return holds<std::remove_extent_t<Here>, Above...>();
  else if constexpr (!std::is_class_v<Here> || !Complete<Here> || (std::is_same_v<Here, Above> || ...)) return false;
  else if constexpr (std::is_same_v<Here, Parameter> || std::is_same_v<Here, Buffer> || std::is_same_v<Here, Stream>) return true;
  else if constexpr (is_reference<Here>) return holds<typename Content<Here>::type, Here, Above...>();
  else if constexpr (std::is_trivially_copyable_v<Here> || is_passed_over<Here> || Erased<Here>) return false;
  else if constexpr (std::is_same_v<Here, Array> || std::is_same_v<Here, Tensor> || std::is_same_v<Here, std::string>) return false;
  else if constexpr (Walks<Here>) return true;
  else if constexpr (is_owner<Here>) return holds<typename Here::element_type, Here, Above...>();
  else if constexpr (Map<Here>) return holds<typename Here::mapped_type, Here, Above...>();
  else if constexpr (is_optional<Here> || Range<Here>) return holds<typename Here::value_type, Here, Above...>();
  else if constexpr (IsVariant<Here> || TupleLike<Here>) return any_holds<Here, Above...>(Alternatives<Here>());
  else if constexpr (HasMode<Here> || Offers<Here>) return true;
  else if constexpr (ListsFields<Here>) return any_holds<Here, Above...>(typename Here::Fields::Members());
  else if constexpr (reflect::reflectable<Here>) return any_holds<Here, Above...>(NamedMembers<Here>());
  else if constexpr (is_of_a_library<Here>()) return holds<typename Content<Here>::type, Here, Above...>();
  else return StatefulLayer<Here>;
}
template <class T> inline constexpr bool points_at_module = false;
template <class T> inline constexpr bool points_at_module<T*> = holds<T>();
template <class T> inline constexpr bool points_at_module<T* const> = holds<T>();

// Numbers, texts, enumerations and pointers at such: nothing that a walk goes into.
template <class T> inline constexpr bool is_leaf_type =
    !(std::is_class_v<T> || std::is_array_v<T> || points_at_module<T>) || std::is_same_v<T, std::string>;

// Not the small structs of options beside.
template <class T> concept IsModule = !std::is_trivially_copyable_v<T> || std::is_invocable_v<T&, const Tensor&> ||
                                      std::is_invocable_v<T&, const Tensor&, const Tensor&>;

// Whether calls of this class are seen (call.h): a program that has such a call says so before main().
template <class T> inline bool says_its_calls = false;

template <class Owner, class Member> std::type_identity<Owner> owner_of(Member Owner::*);

// The class whose call operator T has: its own, or a base's.
template <class T> struct CalledAs { using type = T; };
template <class T> requires requires { owner_of(&T::operator()); }
struct CalledAs<T> { using type = typename decltype(owner_of(&T::operator()))::type; };

// What a visitor is told of a module.
template <class T>
VisitedModule module_of(T& module) {
  using Called = typename CalledAs<T>::type;
  return {&module, &typeid(T), &typeid(Called), says_its_calls<Called>};
}

// A class that adds members to one whose `walk` it inherits.
template <class T> concept KnowsWhoseWalk = requires { owner_of(&T::walk); };
template <class T>
constexpr bool walks_all() {
  if constexpr (KnowsWhoseWalk<T>) return sizeof(typename decltype(owner_of(&T::walk))::type) == sizeof(T);
  else return true;
}

}  // namespace gradus::nn::detail
