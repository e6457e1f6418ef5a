// The element types: one list, from which all else follows. Nothing is promoted silently; x.to(f64) converts.
//   visit(x.dtype(), [&]<class T>(T) { … x.data<T>() … });      size_of(bf16);   name_of(i16);   dtype_of<float>
// Loops compute in f32 and f64. f16 and bf16 (base/small_float.h) are storage: x.to(f32) widens them, .to(bf16) rounds to nearest even.
// A type more is its name, its entry in the list and, if registers are to load it, simd/internal/small_floats.h.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/small_float.h>

namespace gradus {

enum class Dtype : std::uint8_t { f32, f64, f16, bf16, i64, i32, i16, i8, u8, boolean };
using enum Dtype;
// As PyTorch calls them.
inline constexpr Dtype float32 = f32, float64 = f64, float16 = f16, bfloat16 = bf16, int64 = i64, int32 = i32, int16 = i16, int8 = i8, uint8 = u8;

namespace detail {

template <Dtype d, class T, class Sum>
struct Element {
  static constexpr Dtype dtype = d;
  using Type = T;          // in C++
  using SumType = Sum;     // in which sums of it are kept
  std::string_view name, in_files;
};
// In the order of Dtype, and first of all those in which loops compute. The last name is safetensors'.
inline constexpr std::tuple elements{
    Element<f32, float, double>{"f32", "F32"},
    Element<f64, double, double>{"f64", "F64"},
    Element<f16, Half, float>{"f16", "F16"},
    Element<bf16, BFloat16, float>{"bf16", "BF16"},
    Element<i64, std::int64_t, std::int64_t>{"i64", "I64"},
    Element<i32, std::int32_t, std::int64_t>{"i32", "I32"},
    Element<i16, std::int16_t, std::int64_t>{"i16", "I16"},
    Element<i8, std::int8_t, std::int64_t>{"i8", "I8"},
    Element<u8, std::uint8_t, std::int64_t>{"u8", "U8"},
    Element<boolean, bool, std::int64_t>{"bool", "BOOL"},
};

template <std::size_t i> using ElementAt = std::tuple_element_t<i, decltype(elements)>;
template <std::size_t i> using TypeAt = typename ElementAt<i>::Type;
inline constexpr std::size_t element_count = std::tuple_size_v<decltype(elements)>;

// of(entry) for every entry of the list.
template <class Of>
constexpr auto of_elements(Of of) {
  return std::apply([of](const auto&... entry) { return std::array{of(entry)...}; }, elements);
}
inline constexpr auto element_names = of_elements([](const auto& e) { return e.name; });
inline constexpr auto element_file_names = of_elements([](const auto& e) { return e.in_files; });
inline constexpr auto element_sizes = of_elements([]<Dtype d, class T, class S>(const Element<d, T, S>&) { return sizeof(T); });
enum class Kind : std::uint8_t { computing, small, whole, truth };
inline constexpr auto element_kinds = of_elements([]<Dtype d, class T, class S>(const Element<d, T, S>&) {
  return std::is_floating_point_v<T> ? Kind::computing : !std::is_integral_v<T> ? Kind::small : std::is_same_v<T, bool> ? Kind::truth : Kind::whole;
});
inline constexpr auto element_signs = of_elements([]<Dtype d, class T, class S>(const Element<d, T, S>&) { return !std::is_unsigned_v<T>; });

// Which entry has this type; element_count if none has.
template <class T>
inline constexpr std::size_t place_of = [] {
  const auto same = of_elements([]<Dtype d, class U, class S>(const Element<d, U, S>&) { return std::is_same_v<T, U>; });
  std::size_t i = 0;
  while (i < element_count && !same[i]) ++i;
  return i;
}();

inline constexpr auto element_sums = of_elements([]<Dtype d, class T, class S>(const Element<d, T, S>&) { return static_cast<Dtype>(place_of<S>); });

constexpr std::size_t count_of(Kind kind) {
  std::size_t count = 0;
  for (const Kind k : element_kinds) count += k == kind;
  return count;
}
static_assert([] {
  const auto order = of_elements([](const auto& e) { return e.dtype; });
  bool right = true;
  for (std::size_t i = 0; i < element_count; ++i) right = right && order[i] == static_cast<Dtype>(i);
  for (std::size_t i = 0; i < count_of(Kind::computing); ++i) right = right && element_kinds[i] == Kind::computing;
  return right;
}(), "the list is in the order of Dtype, and begins with the types in which loops compute");

template <std::size_t i, std::size_t end, class F>
constexpr decltype(auto) visit_from(Dtype d, F&& f) {
  if constexpr (i + 1 == end) {
    return f(TypeAt<i>{});
  } else {
    if (d == static_cast<Dtype>(i)) return f(TypeAt<i>{});
    return visit_from<i + 1, end>(d, f);
  }
}

[[noreturn]] void refuse_to_compute(Dtype d, std::string_view op);

}  // namespace detail

constexpr std::size_t size_of(Dtype d) { return detail::element_sizes[static_cast<std::size_t>(d)]; }
constexpr std::string_view name_of(Dtype d) { return detail::element_names[static_cast<std::size_t>(d)]; }
std::ostream& operator<<(std::ostream& out, Dtype d);

constexpr detail::Kind kind_of(Dtype d) { return detail::element_kinds[static_cast<std::size_t>(d)]; }
constexpr bool computes_in(Dtype d) { return kind_of(d) == detail::Kind::computing; }         // f32, f64: loops compute in it
constexpr bool is_small_float(Dtype d) { return kind_of(d) == detail::Kind::small; }          // f16, bf16: storage
constexpr bool is_floating(Dtype d) { return computes_in(d) || is_small_float(d); }           // gradients may have it
constexpr bool is_integer(Dtype d) { return kind_of(d) == detail::Kind::whole; }              // i64, i32, i16, i8, u8, not bool
constexpr bool is_signed(Dtype d) { return detail::element_signs[static_cast<std::size_t>(d)]; }      // all but u8 and bool
bool holds(Dtype d, double number);   // whether an element can be this number: any number for floating types, whole ones in range for the others

// Whether T is the C++ type of elements: float, double, Half, BFloat16, std::int64_t, …, std::uint8_t, bool.
template <class T>
inline constexpr bool is_element = detail::place_of<T> < detail::element_count;
template <class T>
inline constexpr Dtype dtype_of = [] {
  static_assert(is_element<T>, "no such dtype");
  return static_cast<Dtype>(detail::place_of<T>);
}();
// The type in which sums of T are kept: double for float and double, float for the small floats, std::int64_t for whole numbers.
template <class T>
using SumOf = typename detail::ElementAt<detail::place_of<T>>::SumType;

constexpr Dtype summed_in(Dtype d) { return detail::element_sums[static_cast<std::size_t>(d)]; }   // dtype_of<SumOf<T>>

// Calls f with a value of the C++ type of `d`: visit(d, [&](auto zero) { using T = decltype(zero); … }).
template <class F>
constexpr decltype(auto) visit(Dtype d, F&& f) {
  return detail::visit_from<0, detail::element_count>(d, f);
}

// For tables of what is compiled for each of the types that loops compute in: how many they are, and the place of one of them.
inline constexpr std::size_t computing_types = detail::count_of(detail::Kind::computing);
constexpr std::size_t computing_place(Dtype d) { return static_cast<std::size_t>(d); }
// DtypeError unless loops compute in d; `op` names the operation in it.
constexpr void check_computes_in(Dtype d, std::string_view op) {
  if (!computes_in(d)) [[unlikely]] detail::refuse_to_compute(d, op);
}
// visit for these types alone, with that error for the others.
template <class F>
constexpr decltype(auto) visit_floating(Dtype d, std::string_view op, F&& f) {
  check_computes_in(d, op);
  return detail::visit_from<0, computing_types>(d, f);
}

}  // namespace gradus
