// What the sources of transforms share: a picture as planes of rows, u8 or f32.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gradus/autograd/base/error.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::data::detail {

struct Pixels {
  Array array;              // contiguous
  std::int64_t n, c, h, w;  // n pictures
  std::int64_t plane() const { return h * w; }
  Shape shape(std::int64_t channels, std::int64_t height, std::int64_t width) const {
    Shape s = array.shape();
    s[s.rank() - 3] = channels, s[s.rank() - 2] = height, s[s.rank() - 1] = width;
    return s;
  }
};

// DtypeError, ShapeError.
inline Pixels pixels_of(const char* op, const Tensor& picture) {
  check_defined(op, picture, "the picture");
  const Array& a = picture.value();
  check<DtypeError>(a.dtype() == u8 || a.dtype() == f32, op, ": a picture has u8 or f32, not ", a.dtype());
  check<ShapeError>(a.rank() >= 3, op, ": a picture is [C, H, W], or a batch of such; not ", a.shape());
  Pixels p{a.as_contiguous(), 1, a.dim(-3), a.dim(-2), a.dim(-1)};
  for (int i = 0; i < a.rank() - 3; ++i) p.n *= a.shape()[i];
  return p;
}

inline void check_colours(const char* op, const Pixels& p) {
  check<ShapeError>(p.c == 1 || p.c == 3, op, ": a picture with colours has 1 or 3 channels, not ", p.c);
}

// f(T{}) for the picture's type.
template <class F>
void visit_pixels(const Array& a, F f) {
  if (a.dtype() == u8)
    f(std::uint8_t{});
  else
    f(0.0f);
}

template <class T>
inline constexpr float brightest = 1;
template <>
inline constexpr float brightest<std::uint8_t> = 255;

// In range (NaN is 0), the fraction cut off, as torchvision's blends.
template <class T>
T clamped(float x) {
  return static_cast<T>(std::min(std::max(0.0f, x), brightest<T>));
}
// Bytes to nearest even; f32 as it is, in any range.
template <class T>
T rounded(float x) {
  if constexpr (std::is_same_v<T, float>)
    return x;
  else
    return static_cast<T>(std::min(std::max(0.0f, std::nearbyint(x)), 255.0f));
}

}  // namespace gradus::data::detail
