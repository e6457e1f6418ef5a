// The element types: f32 f64 i64 u8 bool. Nothing is promoted silently; x.to(f64) converts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <type_traits>

#include <gradus/autograd/base/error.h>

namespace gradus {

enum class Dtype : std::uint8_t { f32, f64, i64, u8, boolean };
inline constexpr Dtype f32 = Dtype::f32, f64 = Dtype::f64, i64 = Dtype::i64, u8 = Dtype::u8, boolean = Dtype::boolean;

constexpr std::size_t size_of(Dtype d) { return d == f64 || d == i64 ? 8 : d == f32 ? 4 : 1; }
constexpr bool is_floating(Dtype d) { return d == f32 || d == f64; }
constexpr std::string_view name_of(Dtype d) {
  constexpr std::string_view names[] = {"f32", "f64", "i64", "u8", "bool"};
  return names[static_cast<int>(d)];
}
std::ostream& operator<<(std::ostream& out, Dtype d);

// Whether T is an element type: float, double, std::int64_t, std::uint8_t, bool.
template <class T>
inline constexpr bool is_element =
    std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::uint8_t> || std::is_same_v<T, bool>;
template <class T> inline constexpr Dtype dtype_of = [] { static_assert(sizeof(T) == 0, "no such dtype"); return f32; }();
template <> inline constexpr Dtype dtype_of<float> = f32;
template <> inline constexpr Dtype dtype_of<double> = f64;
template <> inline constexpr Dtype dtype_of<std::int64_t> = i64;
template <> inline constexpr Dtype dtype_of<std::uint8_t> = u8;
template <> inline constexpr Dtype dtype_of<bool> = boolean;

// Calls f with a value of the C++ type of `d`: visit(d, [&](auto zero) { using T = decltype(zero); … }).
template <class F>
decltype(auto) visit(Dtype d, F&& f) {
  switch (d) {
    case Dtype::f32: return f(float{});
    case Dtype::f64: return f(double{});
    case Dtype::i64: return f(std::int64_t{});
    case Dtype::u8: return f(std::uint8_t{});
    default: return f(bool{});
  }
}
// The same for f32 and f64 alone; `op` names the operation in the error for the others.
template <class F>
decltype(auto) visit_floating(Dtype d, std::string_view op, F&& f) {
  if (d == f32) return f(float{});
  if (d == f64) return f(double{});
  fail<DtypeError>(op, ": needs f32 or f64, not ", name_of(d), "; convert with x.to(f32)");
}

}  // namespace gradus
