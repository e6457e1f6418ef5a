#include <gradus/autograd/array/formats/internal/safetensors_dtype.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>

namespace gradus::detail {
namespace {

template <class T>
T read(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class From, class To>
std::int64_t widen(const std::byte* from, void* to, std::int64_t n) {
  To* out = static_cast<To*>(to);
  for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<To>(read<From>(from + i * static_cast<std::int64_t>(sizeof(From))));
  return n;
}

std::int64_t signed_if_it_fits(const std::byte* from, void* to, std::int64_t n) {
  auto* out = static_cast<std::int64_t*>(to);
  for (std::int64_t i = 0; i < n; ++i) {
    const auto value = read<std::uint64_t>(from + 8 * i);
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return i;
    out[i] = static_cast<std::int64_t>(value);
  }
  return n;
}

// Whatever is not 0 is true, as for NumPy.
std::int64_t truth(const std::byte* from, void* to, std::int64_t n) {
  bool* out = static_cast<bool*>(to);
  for (std::int64_t i = 0; i < n; ++i) out[i] = from[i] != std::byte{0};
  return n;
}

float float_of(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// The kinds of eight-bit floats: IEEE's (E5M2), without infinities (E4M3; NaN is all ones), and without a negative zero, whose bits are NaN
// (FNUZ). Open Compute Project, OFP8 rev. 1.0; FNUZ: arXiv:2206.02915.
enum class Special { ieee, finite, no_negative_zero };

template <int exponent_bits, int bias, Special special>
float of_eight_bits(unsigned code) {
  constexpr int mantissa_bits = 7 - exponent_bits;
  constexpr unsigned top = (1u << exponent_bits) - 1, ones = (1u << mantissa_bits) - 1;
  const unsigned exponent = code >> mantissa_bits & top, mantissa = code & ones;
  const bool negative = code & 0x80;
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  if (special == Special::no_negative_zero && code == 0x80) return nan;
  if (special == Special::finite && exponent == top && mantissa == ones) return nan;
  if (special == Special::ieee && exponent == top) return mantissa ? nan : negative ? -infinity : infinity;
  const double size = exponent == 0 ? std::ldexp(mantissa, 1 - bias - mantissa_bits)
                                    : std::ldexp((1u << mantissa_bits) + mantissa, static_cast<int>(exponent) - bias - mantissa_bits);
  return static_cast<float>(negative ? -size : size);
}

// A power of two alone: Open Compute Project, Microscaling Formats (MX) rev. 1.0.
float of_scale(unsigned code) { return float_of(code == 255 ? 0x7fc00000u : code == 0 ? 0x00400000u : code << 23); }

template <float (*of)(unsigned)>
std::int64_t eight_bits(const std::byte* from, void* to, std::int64_t n) {
  static const std::array<float, 256> values = [] {
    std::array<float, 256> all;
    for (unsigned code = 0; code < 256; ++code) all[code] = of(code);
    return all;
  }();
  float* out = static_cast<float*>(to);
  for (std::int64_t i = 0; i < n; ++i) out[i] = values[std::to_integer<std::size_t>(from[i])];
  return n;
}

// Those that are ours come first, in the order in which the reference writer puts them.
constexpr StoredDtype stored[] = {
    {"I64", 64, i64, nullptr},
    {"F64", 64, f64, nullptr},
    {"F32", 32, f32, nullptr},
    {"I32", 32, i32, nullptr},
    {"BF16", 16, bf16, nullptr},
    {"F16", 16, f16, nullptr},
    {"I16", 16, i16, nullptr},
    {"I8", 8, i8, nullptr},
    {"U8", 8, u8, nullptr},
    {"BOOL", 8, boolean, truth},
    {"U64", 64, i64, signed_if_it_fits},
    {"U32", 32, i64, widen<std::uint32_t, std::int64_t>},
    {"U16", 16, i64, widen<std::uint16_t, std::int64_t>},
    {"F8_E5M2", 8, f32, eight_bits<of_eight_bits<5, 15, Special::ieee>>},
    {"F8_E4M3", 8, f32, eight_bits<of_eight_bits<4, 7, Special::finite>>},
    {"F8_E5M2FNUZ", 8, f32, eight_bits<of_eight_bits<5, 16, Special::no_negative_zero>>},
    {"F8_E4M3FNUZ", 8, f32, eight_bits<of_eight_bits<4, 8, Special::no_negative_zero>>},
    {"F8_E8M0", 8, f32, eight_bits<of_scale>},
    {"C64", 64, std::nullopt, nullptr},
    {"F6_E3M2", 6, std::nullopt, nullptr},
    {"F6_E2M3", 6, std::nullopt, nullptr},
    {"F4", 4, std::nullopt, nullptr},
};

}  // namespace

const StoredDtype* stored_dtype(std::string_view name) {
  const auto* found = std::find_if(std::begin(stored), std::end(stored), [&](const StoredDtype& d) { return d.name == name; });
  return found == std::end(stored) ? nullptr : found;
}

int order_in_file(Dtype dtype) {
  return static_cast<int>(std::find_if(std::begin(stored), std::end(stored), [&](const StoredDtype& d) { return d.loads_as == dtype; }) -
                          stored);
}

const StoredDtype& stored_dtype(Dtype dtype) { return stored[order_in_file(dtype)]; }   // ours stand first
static_assert([] {
  bool right = true;
  for (std::size_t i = 0; i < gradus::detail::element_count; ++i) {
    const Dtype d = static_cast<Dtype>(i);
    const auto* entry = std::find_if(std::begin(stored), std::end(stored), [d](const StoredDtype& s) { return s.loads_as == d; });
    right = right && entry != std::end(stored) && entry->name == gradus::detail::element_file_names[i] &&
            entry->bits == static_cast<int>(8 * size_of(d)) && (entry->convert == nullptr || d == boolean);
  }
  return right;
}(), "every element type stands here under its name");

}  // namespace gradus::detail
