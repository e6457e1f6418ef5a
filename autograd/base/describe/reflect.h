// The members of an aggregate, by reference and by name, in C++20: references through structured bindings, names through the compiler's
// spelling of a pointer to the member of an object that is declared and never defined. C++26 will replace this file. Who writes layers
// needs nn/model/fields.h, who describes options options.h, and not this.
//   struct Point { int x, y; } p;   reflect::each_member(p, [](std::string_view name, auto& member) { … });   // "x", p.x; "y", p.y
//   enum class Way { up, down };    reflect::enum_names<Way>                                                  // {"up", "down"}
// Not for aggregates with base classes, with reference members or with more than 26 members; enumerations are scoped and count from 0.
#pragma once
#include <array>
#include <cstddef>
#include <exception>
#include <string_view>
#include <type_traits>
#include <utility>

namespace gradus::reflect {

inline constexpr std::size_t most_members = 26;

// Stands for an initialiser of any type, and for one of a base class of T; only asked whether they would compile. (They have bodies for
// clang 14, which demands one where U is local to a file.)
struct Anything {
  template <class U> operator U() const { std::terminate(); }
};
template <class T>
struct BaseOf {
  template <class U> requires(std::is_base_of_v<U, T> && !std::is_same_v<U, T>) operator U() const { std::terminate(); }
};

template <class T> inline constexpr bool is_probe = std::is_same_v<std::remove_cvref_t<T>, Anything>;
template <class T> inline constexpr bool is_probe<BaseOf<T>> = true;
template <class... Each> struct Types {};

template <class T, std::size_t... i>
consteval bool takes(std::index_sequence<i...>) {
  return requires { T{(void(i), Anything{})...}; };
}
// Whether T{…} takes `before` initialisers, then one in braces with `inside` of them, then `after` more.
template <class T, std::size_t... before, std::size_t... inside, std::size_t... after>
consteval bool takes(std::index_sequence<before...>, std::index_sequence<inside...>, std::index_sequence<after...>) {
  return requires { T{(void(before), Anything{})..., {(void(inside), Anything{})...}, (void(after), Anything{})...}; };
}
template <class T, std::size_t before, std::size_t inside, std::size_t after>
inline constexpr bool nests =
    takes<T>(std::make_index_sequence<before>{}, std::make_index_sequence<inside>{}, std::make_index_sequence<after>{});

// The largest number of initialisers, each for a scalar or a class. The search goes down: a member without a default constructor makes
// every smaller number fail, so the first failure from below would not be the answer.
template <class T, std::size_t n = most_members + 1>
consteval std::size_t initialisers() {
  if constexpr (n == 0 || takes<T>(std::make_index_sequence<n>{})) return n;
  else return initialisers<T, n - 1>();
}

// The length of the C array that begins at initialiser `at` of `n`, else 1: an array takes its elements one by one, so that fewer
// initialisers remain after it when they are put into braces. The first two tests are short cuts for what is no array.
template <class T, std::size_t n, std::size_t at, std::size_t length = 2>
consteval std::size_t run() {
  if constexpr (at + length > n) return 1;
  else if constexpr (length == 2 && nests<T, at, 0, n - at - 1>) return 1;
  else if constexpr (!nests<T, at, length, n - at - length>) return run<T, n, at, length + 1>();
  else if constexpr (nests<T, at, length, n - at - length + 1>) return 1;
  else return length;
}
template <class T, std::size_t n, std::size_t at = 0, std::size_t members = 0>
consteval std::size_t count_members() {
  if constexpr (at >= n) return members;
  else return count_members<T, n, at + run<T, n, at>(), members + 1>();
}

template <class T, std::size_t... i>
consteval bool begins_with_base(std::index_sequence<i...>) {
  return requires { T{BaseOf<T>{}, (void(i), Anything{})...}; };
}

// How many members T has; 0 where this file cannot tell.
template <class T>
consteval std::size_t members() {
  if constexpr (!std::is_aggregate_v<T> || !std::is_class_v<T>) return 0;
  else {
    constexpr std::size_t n = initialisers<T>();
    if constexpr (n == 0 || n > most_members) return 0;
    else if constexpr (begins_with_base<T>(std::make_index_sequence<n - 1>{})) return 0;
    else return count_members<T, n>();
  }
}
template <class T> inline constexpr std::size_t member_count = members<T>();
template <class T> inline constexpr bool reflectable =
    std::is_aggregate_v<T> && std::is_class_v<T> && (member_count<T> > 0 || std::is_empty_v<T>);

// use(a, b, …) with all members of `whole`.
template <std::size_t count, class T, class F>
constexpr decltype(auto) with_members(T& whole, F&& use) {
  if constexpr (count == 0) return use();
  else if constexpr (count == 1) { auto& [a] = whole; return use(a); }
  else if constexpr (count == 2) { auto& [a, b] = whole; return use(a, b); }
  else if constexpr (count == 3) { auto& [a, b, c] = whole; return use(a, b, c); }
  else if constexpr (count == 4) { auto& [a, b, c, d] = whole; return use(a, b, c, d); }
  else if constexpr (count == 5) { auto& [a, b, c, d, e] = whole; return use(a, b, c, d, e); }
  else if constexpr (count == 6) { auto& [a, b, c, d, e, f] = whole; return use(a, b, c, d, e, f); }
  else if constexpr (count == 7) { auto& [a, b, c, d, e, f, g] = whole; return use(a, b, c, d, e, f, g); }
  else if constexpr (count == 8) { auto& [a, b, c, d, e, f, g, h] = whole; return use(a, b, c, d, e, f, g, h); }
  else if constexpr (count == 9) { auto& [a, b, c, d, e, f, g, h, i] = whole; return use(a, b, c, d, e, f, g, h, i); }
  else if constexpr (count == 10) { auto& [a, b, c, d, e, f, g, h, i, j] = whole; return use(a, b, c, d, e, f, g, h, i, j); }
  else if constexpr (count == 11) { auto& [a, b, c, d, e, f, g, h, i, j, k] = whole; return use(a, b, c, d, e, f, g, h, i, j, k); }
  else if constexpr (count == 12) { auto& [a, b, c, d, e, f, g, h, i, j, k, l] = whole; return use(a, b, c, d, e, f, g, h, i, j, k, l); }
  else if constexpr (count == 13) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m);
  }
  else if constexpr (count == 14) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  }
  else if constexpr (count == 15) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
  }
  else if constexpr (count == 16) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
  }
  else if constexpr (count == 17) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
  }
  else if constexpr (count == 18) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r);
  }
  else if constexpr (count == 19) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s);
  }
  else if constexpr (count == 20) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t);
  }
  else if constexpr (count == 21) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u);
  }
  else if constexpr (count == 22) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v);
  }
  else if constexpr (count == 23) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w);
  }
  else if constexpr (count == 24) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x);
  }
  else if constexpr (count == 25) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y);
  }
  else if constexpr (count == 26) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z] = whole;
    return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v, w, x, y, z);
  }
}

// (No lambda: clang 14 falls over those that it reads from precompiled headers.)
struct TypesOf {
  template <class... Each> Types<Each...> operator()(Each&...) const { return {}; }
};
template <class T> using MemberTypes = decltype(with_members<member_count<T>>(std::declval<T&>(), TypesOf()));

template <class T> struct Box { T value; };
// Member i's address; and those of all members, a std::tuple that costs the compiler little.
template <std::size_t i, class T> struct Address { const T* pointer; };
template <class Places, class... Each> struct Addresses;
template <std::size_t... i, class... Each> struct Addresses<std::index_sequence<i...>, Each...> : Address<i, Each>... {};
template <std::size_t i, class T> consteval Address<i, T> address(Address<i, T> a) { return a; }
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <class T> extern const Box<T> nowhere;   // never defined: only its members' addresses are spelled
// A function, since a variable would be laid down at -O0, and then the linker would ask for `nowhere`.
template <class T> consteval auto addresses() {
  return with_members<member_count<T>>(nowhere<T>.value, []<class... Each>(const Each&... member) {
    return Addresses<std::index_sequence_for<Each...>, Each...>{{&member}...};
  });
}
#ifdef __clang__
#pragma clang diagnostic pop
#endif

template <auto what> consteval const char* spelled() { return __PRETTY_FUNCTION__; }

// The identifier that a spelling ends with. g++: "…(& nowhere<Net>.Box<Net>::value.Net::hidden)}]", clang: "…{&nowhere.value.hidden}]"
constexpr std::string_view last_name(std::string_view spelling) {
  while (spelling.ends_with(']') || spelling.ends_with('}') || spelling.ends_with(')')) spelling.remove_suffix(1);
  return spelling.substr(spelling.find_last_of(":.& ") + 1);
}

template <class T, std::size_t i> inline constexpr std::string_view member_name = last_name(spelled<address<i>(addresses<T>())>());

// f(name, member) for every member of `whole`, in the order of declaration.
template <class T, class F>
void each_member(T& whole, F&& f) {
  using Plain = std::remove_const_t<T>;
  with_members<member_count<Plain>>(whole, [&](auto&... member) {
    [&]<std::size_t... i>(std::index_sequence<i...>) {
      (f(member_name<Plain, i>, member), ...);
    }(std::index_sequence_for<decltype(member)...>{});
  });
}

// How many values an enumeration has: what has no name is spelled "(Way)2".
template <class E, std::size_t i = 0>
consteval std::size_t count_enumerators() {
  static_assert(std::is_enum_v<E> && !std::is_convertible_v<E, int>, "an enumeration whose values have names is a scoped one: enum class");
  if constexpr (last_name(spelled<static_cast<E>(i)>()).find(')') != std::string_view::npos) return i;
  else return count_enumerators<E, i + 1>();
}
template <class E, std::size_t... i>
consteval std::array<std::string_view, sizeof...(i)> names_of_enumerators(std::index_sequence<i...>) {
  return {last_name(spelled<static_cast<E>(i)>())...};
}
template <class E> inline constexpr auto enum_names = names_of_enumerators<E>(std::make_index_sequence<count_enumerators<E>()>{});

template <class E>
constexpr std::string_view enum_name(E value) {
  return enum_names<E>[static_cast<std::size_t>(value)];
}

// "Momentum" of gradus::optim::Momentum.
template <class E>
consteval std::string_view enum_type() {
  const std::string_view spelling = spelled<static_cast<E>(0)>();
  return last_name(spelling.substr(0, spelling.rfind("::")));
}

}  // namespace gradus::reflect
