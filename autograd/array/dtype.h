// The element types: one list, from which all else follows. Nothing is promoted silently; x.to(f64) converts.
//   visit(x.dtype(), [&]<class T>(T) { … x.data<T>() … });      size_of(bf16);   name_of(i16);   dtype_of<float>
// Loops compute in f32 and f64. f16 and bf16 (base/small_float.h) are storage: x.to(f32) widens them, .to(bf16) rounds to nearest even.
// A type more is its name, its entry in the list, its line in array/formats/internal/safetensors_dtype.cpp, which does not compile without,
// and, if registers are to load it, simd/internal/small_floats.h.
#pragma once
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <type_traits>
#include <utility>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/base/small_float.h>

namespace gradus {

enum class Dtype : std::uint8_t { f32, f64, f16, bf16, i64, i32, i16, i8, u8, boolean };
using enum Dtype;
// As PyTorch calls them.
inline constexpr Dtype float32 = f32, float64 = f64, float16 = f16, bfloat16 = bf16;
inline constexpr Dtype int64 = i64, int32 = i32, int16 = i16, int8 = i8, uint8 = u8;

namespace detail {

// An entry: the type in C++, the one in which sums of it are kept, its name, and its name in safetensors files.
using Text = std::string_view;
template <class T, class Sum>
struct ElementTypes {
  using Type = T;
  using SumType = Sum;
};
template <Dtype d> struct Element;
template <> struct Element<f32> : ElementTypes<float, double> { static constexpr Text name = "f32", in_files = "F32"; };
template <> struct Element<f64> : ElementTypes<double, double> { static constexpr Text name = "f64", in_files = "F64"; };
template <> struct Element<f16> : ElementTypes<Half, float> { static constexpr Text name = "f16", in_files = "F16"; };
template <> struct Element<bf16> : ElementTypes<BFloat16, float> { static constexpr Text name = "bf16", in_files = "BF16"; };
template <> struct Element<i64> : ElementTypes<std::int64_t, std::int64_t> { static constexpr Text name = "i64", in_files = "I64"; };
template <> struct Element<i32> : ElementTypes<std::int32_t, std::int64_t> { static constexpr Text name = "i32", in_files = "I32"; };
template <> struct Element<i16> : ElementTypes<std::int16_t, std::int64_t> { static constexpr Text name = "i16", in_files = "I16"; };
template <> struct Element<i8> : ElementTypes<std::int8_t, std::int64_t> { static constexpr Text name = "i8", in_files = "I8"; };
template <> struct Element<u8> : ElementTypes<std::uint8_t, std::int64_t> { static constexpr Text name = "u8", in_files = "U8"; };
template <> struct Element<boolean> : ElementTypes<bool, std::int64_t> { static constexpr Text name = "bool", in_files = "BOOL"; };
inline constexpr std::size_t element_count = static_cast<std::size_t>(boolean) + 1;   // boolean is the last one

template <std::size_t i> using ElementAt = Element<static_cast<Dtype>(i)>;
template <std::size_t i> using TypeAt = typename ElementAt<i>::Type;
enum class Kind : std::uint8_t { computing, small, whole, truth };

// The entries' facts, in the order of Dtype. (clang 14 wants to be told how many they are.)
template <class Indices> struct Facts;
template <std::size_t... i>
struct Facts<std::index_sequence<i...>> {
  static constexpr std::string_view names[sizeof...(i)] = {ElementAt<i>::name...}, file_names[sizeof...(i)] = {ElementAt<i>::in_files...};
  static constexpr std::size_t sizes[sizeof...(i)] = {sizeof(TypeAt<i>)...};
  static constexpr bool signs[sizeof...(i)] = {!std::is_unsigned_v<TypeAt<i>>...};
  static constexpr Kind kinds[sizeof...(i)] = {std::is_floating_point_v<TypeAt<i>> ? Kind::computing
                                               : !std::is_integral_v<TypeAt<i>>    ? Kind::small
                                               : std::is_same_v<TypeAt<i>, bool>   ? Kind::truth
                                                                                   : Kind::whole...};
  // Which entry has this type; element_count if none has.
  template <class T>
  static constexpr std::size_t place_of() {
    constexpr bool same[] = {std::is_same_v<T, TypeAt<i>>...};
    std::size_t at = 0;
    while (at < element_count && !same[at]) ++at;
    return at;
  }
  static constexpr Dtype sums[sizeof...(i)] = {static_cast<Dtype>(place_of<typename ElementAt<i>::SumType>())...};
};
using Elements = Facts<std::make_index_sequence<element_count>>;
inline constexpr auto &element_names = Elements::names, &element_file_names = Elements::file_names;
inline constexpr auto& element_kinds = Elements::kinds;
template <class T> inline constexpr std::size_t place_of = Elements::place_of<T>();

constexpr std::size_t count_of(Kind kind) {
  std::size_t count = 0;
  for (const Kind k : element_kinds) count += k == kind;
  return count;
}
static_assert([] {
  bool right = true;
  for (std::size_t i = 0; i < count_of(Kind::computing); ++i) right = right && element_kinds[i] == Kind::computing;
  return right;
}(), "the list begins with the types in which loops compute");

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

// As an option (base/describe/option.h) by its name, "bf16". One that is not among the first ones, where a range says so, is a DtypeError.
struct OptionType;
template <class T> struct OptionTraits;
template <> struct OptionTraits<Dtype> { static const OptionType type; };

constexpr std::size_t size_of(Dtype d) { return detail::Elements::sizes[static_cast<std::size_t>(d)]; }
constexpr std::string_view name_of(Dtype d) { return detail::element_names[static_cast<std::size_t>(d)]; }
std::ostream& operator<<(std::ostream& out, Dtype d);

// How many types loops compute in: the first ones of the list.
inline constexpr std::size_t computing_types = detail::count_of(detail::Kind::computing);
constexpr detail::Kind kind_of(Dtype d) { return detail::element_kinds[static_cast<std::size_t>(d)]; }
constexpr bool computes_in(Dtype d) { return static_cast<std::size_t>(d) < computing_types; }        // f32, f64: loops compute in it
constexpr bool is_small_float(Dtype d) { return kind_of(d) == detail::Kind::small; }          // f16, bf16: storage
constexpr bool is_floating(Dtype d) { return computes_in(d) || is_small_float(d); }           // gradients may have it
constexpr bool is_integer(Dtype d) { return kind_of(d) == detail::Kind::whole; }              // i64, i32, i16, i8, u8, not bool
constexpr bool is_signed(Dtype d) { return detail::Elements::signs[static_cast<std::size_t>(d)]; }      // all but u8 and bool
bool holds(Dtype d, double number);   // whether an element can be this number:
                                      // any number for floating types, whole ones in range for the others

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

constexpr Dtype summed_in(Dtype d) { return detail::Elements::sums[static_cast<std::size_t>(d)]; }   // dtype_of<SumOf<T>>

// Calls f with a value of the C++ type of `d`: visit(d, [&](auto zero) { using T = decltype(zero); … }).
template <class F>
constexpr decltype(auto) visit(Dtype d, F&& f) {
  return detail::visit_from<0, detail::element_count>(d, f);
}

// In tables of what is compiled for each of the types that loops compute in, the place of one of them.
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
