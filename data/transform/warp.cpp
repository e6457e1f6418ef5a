// Pictures turned, sheared and moved: every place of the result looks where it comes from.
#include <array>
#include <numbers>

#include <gradus/data/transform/internal/pixels.h>
#include <gradus/data/transform/internal/window.h>
#include <gradus/data/transform/pictures.h>

namespace gradus::data::detail {
namespace {

using Matrix = std::array<double, 6>;  // (x, y) → (m0·x + m1·y + m2, m3·x + m4·y + m5), from the centre

constexpr double radians(double degrees) { return degrees * std::numbers::pi / 180; }

// The inverse of: shear, scale, turn, move, around (cx, cy).
Matrix inverse(const pictures::Affine& how, double cx = 0, double cy = 0) {
  const double turn = radians(how.degrees), x = radians(how.shear[0]), y = radians(how.shear[1]);
  const double a = std::cos(turn - y) / std::cos(y), b = -(a * std::tan(x) + std::sin(turn));
  const double c = std::sin(turn - y) / std::cos(y), d = std::cos(turn) - c * std::tan(x);  // determinant 1
  Matrix m{d / how.scale, -b / how.scale, 0, -c / how.scale, a / how.scale, 0};
  m[2] = cx - m[0] * (how.translate[0] + cx) - m[1] * (how.translate[1] + cy);
  m[5] = cy - m[3] * (how.translate[0] + cx) - m[4] * (how.translate[1] + cy);
  return m;
}

template <class T>
void warp_all(const Pixels& p, std::int64_t height, std::int64_t width, const Matrix& m, bool bilinear, float fill, T* out) {
  const double half_w = static_cast<double>(width - 1) / 2, half_h = static_cast<double>(height - 1) / 2;
  const double from_w = static_cast<double>(p.w - 1) / 2, from_h = static_cast<double>(p.h - 1) / 2;
  const std::int64_t planes = p.n * p.c, from_plane = p.plane(), to_plane = height * width;
  const T* const from = p.array.data<T>();
  for (std::int64_t oy = 0; oy < height; ++oy)
    for (std::int64_t ox = 0; ox < width; ++ox) {
      const double dx = static_cast<double>(ox) - half_w, dy = static_cast<double>(oy) - half_h;
      // far away is outside, and fits into an integer
      const double x = std::clamp(m[0] * dx + m[1] * dy + m[2] + from_w, -2.0, static_cast<double>(p.w) + 1);
      const double y = std::clamp(m[3] * dx + m[4] * dy + m[5] + from_h, -2.0, static_cast<double>(p.h) + 1);
      T* const to = out + oy * width + ox;
      if (!bilinear) {
        const auto ix = static_cast<std::int64_t>(std::nearbyint(x)), iy = static_cast<std::int64_t>(std::nearbyint(y));
        const bool inside = ix >= 0 && ix < p.w && iy >= 0 && iy < p.h;
        for (std::int64_t plane = 0; plane < planes; ++plane)
          to[plane * to_plane] = inside ? from[plane * from_plane + iy * p.w + ix] : static_cast<T>(fill);
        continue;
      }
      const double left = std::floor(x), top = std::floor(y);
      const auto ix = static_cast<std::int64_t>(left), iy = static_cast<std::int64_t>(top);
      const auto fx = static_cast<float>(x - left), fy = static_cast<float>(y - top);
      std::array<float, 4> weight{(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy};
      std::array<std::int64_t, 4> at{};
      float outside = 0;
      for (std::size_t k = 0; k < 4; ++k) {
        const std::int64_t px = ix + static_cast<std::int64_t>(k % 2), py = iy + static_cast<std::int64_t>(k / 2);
        if (px >= 0 && px < p.w && py >= 0 && py < p.h)
          at[k] = py * p.w + px;
        else
          outside += std::exchange(weight[k], 0.0f);
      }
      if (outside >= 1) {  // all of it
        for (std::int64_t plane = 0; plane < planes; ++plane) to[plane * to_plane] = static_cast<T>(fill);
        continue;
      }
      for (std::int64_t plane = 0; plane < planes; ++plane) {
        float sum = outside > 0 ? outside * fill : 0;
        for (std::size_t k = 0; k < 4; ++k)
          if (weight[k] != 0) sum += weight[k] * static_cast<float>(from[plane * from_plane + at[k]]);
        to[plane * to_plane] = rounded<T>(sum);
      }
    }
}

Tensor warp(const char* op, const Pixels& p, const Matrix& m, std::int64_t height, std::int64_t width,
            const pictures::WarpOptions& options) {
  check<ValueError>(options.mode != GridMode::bicubic, op, ": places between pixels are nearest or bilinear");
  check_fill(op, p.array.dtype(), options.fill);
  for (const double x : m)
    check<ValueError>(std::isfinite(x), op, ": angles, scale and distances must be finite, and shears not 90 degrees");
  Array out(p.shape(p.c, height, width), p.array.dtype());
  if (out.size() == 0) return out;
  visit_pixels(out, [&]<class T>(T) {
    warp_all<T>(p, height, width, m, options.mode == GridMode::bilinear, static_cast<float>(options.fill), out.mutable_data<T>());
  });
  return out;
}

// Quarters of a turn against the clock, without any sum.
Tensor quarters(const Pixels& p, int count) {
  Array a = p.array;
  const int y = a.rank() - 2, x = a.rank() - 1;
  if (count % 2 == 1) a = a.transpose(y, x).contiguous_copy();
  if (count == 1) return pictures::vertical_flip(a);
  if (count == 3) return pictures::horizontal_flip(a);
  return count == 2 ? pictures::vertical_flip(pictures::horizontal_flip(a)) : Tensor(a);
}

}  // namespace
}  // namespace gradus::data::detail

namespace gradus::data::pictures {

Tensor rotate(const Tensor& picture, double degrees, const WarpOptions& options) {
  const detail::Pixels p = detail::pixels_of("rotate", picture);
  check<ValueError>(std::isfinite(degrees), "rotate: by ", degrees, " degrees");
  double turn = std::fmod(degrees, 360);
  if (turn < 0) turn += 360;
  if (turn == 0 || turn == 180 || ((turn == 90 || turn == 270) && (options.expand || p.h == p.w)))
    return detail::quarters(p, static_cast<int>(turn / 90));
  const detail::Matrix m = detail::inverse({.degrees = -turn});
  std::int64_t height = p.h, width = p.w;
  if (options.expand) {  // the box around the turned corners
    const auto side = [](double across, double along, double size) {
      const double half = std::abs(across) + std::abs(along);
      return static_cast<std::int64_t>(std::ceil(size / 2 + half) - std::floor(size / 2 - half));
    };
    const double w = static_cast<double>(p.w) / 2, h = static_cast<double>(p.h) / 2;
    width = side(m[0] * w, m[1] * h, static_cast<double>(p.w)), height = side(m[3] * w, m[4] * h, static_cast<double>(p.h));
  }
  return detail::warp("rotate", p, m, height, width, options);
}

Tensor affine(const Tensor& picture, const Affine& how, const WarpOptions& options) {
  const detail::Pixels p = detail::pixels_of("affine", picture);
  check<ValueError>(how.scale > 0 && std::isfinite(how.scale), "affine: scale must be above 0, not ", how.scale);
  check<ValueError>(!options.expand, "affine: only rotate can expand");
  double x = 0, y = 0;
  if (how.centre) x = (*how.centre)[0] - static_cast<double>(p.w) / 2, y = (*how.centre)[1] - static_cast<double>(p.h) / 2;
  return detail::warp("affine", p, detail::inverse(how, x, y), p.h, p.w, options);
}

}  // namespace gradus::data::pictures
