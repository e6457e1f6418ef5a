// Pixels in other places: every result is rows and columns chosen from the picture.
#include <cstring>
#include <numeric>

#include <gradus/data/transform/internal/pixels.h>
#include <gradus/data/transform/internal/window.h>
#include <gradus/data/transform/pictures.h>

namespace gradus::data {
namespace detail {
namespace {

constexpr std::int64_t longest_side = 1 << 24;  // of a result: so that sizes can be multiplied

template <class T>
void choose(const Pixels& p, const std::vector<std::int64_t>& rows, const std::vector<std::int64_t>& columns, T fill, T* out) {
  const std::size_t width = columns.size();
  std::size_t begin = 0, end = 0;  // a stretch of columns that lie side by side in the picture: most of the time, all that are inside
  while (begin < width && columns[begin] < 0) ++begin;
  end = begin;
  while (end < width && columns[end] >= 0 && columns[end] == columns[begin] + static_cast<std::int64_t>(end - begin)) ++end;
  bool plain = true;
  for (std::size_t i = end; i < width; ++i) plain = plain && columns[i] < 0;
  for (std::int64_t plane = 0; plane < p.n * p.c; ++plane) {
    const T* const from = p.array.data<T>() + plane * p.plane();
    for (const std::int64_t row : rows) {
      const T* const line = from + row * p.w;
      if (row < 0) {
        std::fill_n(out, width, fill);
      } else if (plain) {
        std::fill_n(out, begin, fill);
        if (end > begin) std::memcpy(out + begin, line + columns[begin], (end - begin) * sizeof(T));
        std::fill_n(out + end, width - end, fill);
      } else {
        for (std::size_t i = 0; i < width; ++i) out[i] = columns[i] < 0 ? fill : line[columns[i]];
      }
      out += width;
    }
  }
}

}  // namespace

std::vector<std::int64_t> Line::places() const {
  std::vector<std::int64_t> out(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t at = first + i;
    if (flip) at = size - 1 - at;
    if (at < 0 || at >= size) {
      if (mode == PaddingMode::constant)
        at = -1;
      else if (mode == PaddingMode::edge)
        at = std::clamp<std::int64_t>(at, 0, size - 1);
      else if (mode == PaddingMode::reflect)
        at = at < 0 ? -at : 2 * (size - 1) - at;
      else
        at = at < 0 ? -1 - at : 2 * size - 1 - at;
    }
    out[static_cast<std::size_t>(i)] = at;
  }
  return out;
}

void Line::check(const char* op) const {
  gradus::check<ValueError>(0 <= count && count <= longest_side, op, ": a side of ", count, " pixels");
  gradus::check<ValueError>(first >= -longest_side && first <= longest_side, op, ": a place ", first, " pixels away");
  if (mode == PaddingMode::constant || count == 0) return;
  const std::int64_t beyond = std::max(-first, first + count - size);
  const std::int64_t most = mode == PaddingMode::edge ? (size > 0 ? longest_side : 0) : mode == PaddingMode::reflect ? size - 1 : size;
  gradus::check<ValueError>(beyond <= most, op, ": a side of ", size, " pixels cannot be mirrored or repeated ", beyond,
                            " pixels beyond its edge");
}

Tensor window(const char* op, const Tensor& picture, const Line& rows, const Line& columns, double fill) {
  const Pixels p = pixels_of(op, picture);
  Line r = rows, c = columns;
  r.size = p.h, c.size = p.w;
  r.check(op), c.check(op);
  Array out(p.shape(p.c, r.count, c.count), p.array.dtype());
  if (out.size() == 0) return out;
  visit_pixels(out, [&]<class T>(T) { choose<T>(p, r.places(), c.places(), static_cast<T>(fill), out.mutable_data<T>()); });
  return out;
}

void check_fill(const char* op, Dtype dtype, double fill) {
  check<ValueError>(dtype != u8 || (fill >= 0 && fill <= 255), op, ": bytes cannot be filled with ", fill);
}

}  // namespace detail

namespace pictures {

using detail::Line, detail::Pixels, detail::pixels_of, detail::window;

Tensor pad(const Tensor& picture, const Padding& p, PaddingMode mode, double fill) {
  const Pixels was = pixels_of("pad", picture);
  detail::check_fill("pad", picture.dtype(), fill);
  for (const std::int64_t side : {p.left, p.top, p.right, p.bottom})
    check<ValueError>(side >= -detail::most_padding && side <= detail::most_padding, "pad: ", side, " pixels");
  check<ValueError>(p.top + p.bottom + was.h >= 0 && p.left + p.right + was.w >= 0, "pad: sides of ", was.h, " and ", was.w,
                    " pixels cannot lose more than they have");
  return window("pad", picture, {.first = -p.top, .count = was.h + p.top + p.bottom, .mode = mode},
                {.first = -p.left, .count = was.w + p.left + p.right, .mode = mode}, fill);
}

Tensor crop(const Tensor& picture, std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width) {
  return window("crop", picture, {.first = top, .count = height}, {.first = left, .count = width}, 0);
}

Tensor center_crop(const Tensor& picture, std::int64_t height, std::int64_t width) {
  const Pixels p = pixels_of("center_crop", picture);
  // what is too short gets its odd pixel below, what is too long loses it by Python's rounding of halves
  const auto first = [](std::int64_t has, std::int64_t wants) {
    return wants >= has ? -((wants - has) / 2) : std::llrint(static_cast<double>(has - wants) / 2);
  };
  return window("center_crop", picture, {.first = first(p.h, height), .count = height}, {.first = first(p.w, width), .count = width}, 0);
}

Tensor horizontal_flip(const Tensor& picture) {
  const Pixels p = pixels_of("horizontal_flip", picture);
  Array out(picture.shape(), picture.dtype());
  detail::visit_pixels(out, [&]<class T>(T) {
    const T* from = p.array.data<T>();
    T* to = out.mutable_data<T>();
    if (p.w > 0)
      for (std::int64_t line = 0; line < p.n * p.c * p.h; ++line, from += p.w, to += p.w) std::reverse_copy(from, from + p.w, to);
  });
  return out;
}

Tensor vertical_flip(const Tensor& picture) {
  const Pixels p = pixels_of("vertical_flip", picture);
  return window("vertical_flip", picture, {.count = p.h, .flip = true}, {.count = p.w}, 0);
}

Tensor erase(const Tensor& picture, std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width, double value) {
  const Pixels p = pixels_of("erase", picture);
  detail::check_fill("erase", picture.dtype(), value);
  check<ValueError>(height >= 0 && width >= 0, "erase: a rectangle of ", height, " x ", width, " pixels");
  for (const std::int64_t place : {top, left, height, width})
    check<ValueError>(place >= -detail::most_padding && place <= detail::most_padding, "erase: ", place, " pixels");
  const auto inside = [](std::int64_t first, std::int64_t count, std::int64_t size) {
    return std::pair(std::clamp<std::int64_t>(first, 0, size), std::clamp<std::int64_t>(first + count, 0, size));
  };
  const auto [y0, y1] = inside(top, height, p.h);
  const auto [x0, x1] = inside(left, width, p.w);
  Array out = p.array;
  detail::visit_pixels(out, [&, y0 = y0, y1 = y1, x0 = x0, x1 = x1]<class T>(T) {
    T* const to = out.mutable_data<T>();
    for (std::int64_t plane = 0; plane < p.n * p.c; ++plane)
      for (std::int64_t y = y0; y < y1; ++y) {
        T* const line = to + plane * p.plane() + y * p.w;
        std::fill(line + x0, line + x1, static_cast<T>(value));
      }
  });
  return out;
}

}  // namespace pictures
}  // namespace gradus::data
