// What is done to the colours of a picture.
#include <array>
#include <numeric>

#include <gradus/data/transform/internal/pixels.h>
#include <gradus/data/transform/pictures.h>

namespace gradus::data::detail {
namespace {

// f(from, to, n), plane after plane.
template <class F>
Tensor each_value(const char* op, const Tensor& picture, F f) {
  const Pixels p = pixels_of(op, picture);
  Array out(picture.shape(), picture.dtype());
  visit_pixels(out, [&]<class T>(T) { f(p.array.data<T>(), out.mutable_data<T>(), out.size()); });
  return out;
}

// f of each value: of bytes there are only 256.
template <class F>
Tensor map_values(const char* op, const Tensor& picture, F f) {
  return each_value(op, picture, [&]<class T>(const T* from, T* to, std::int64_t n) {
    if constexpr (std::is_same_v<T, std::uint8_t>) {
      std::array<std::uint8_t, 256> table;
      for (int i = 0; i < 256; ++i) table[static_cast<std::size_t>(i)] = f(static_cast<std::uint8_t>(i));
      for (std::int64_t i = 0; i < n; ++i) to[i] = table[from[i]];
    } else {
      for (std::int64_t i = 0; i < n; ++i) to[i] = f(from[i]);
    }
  });
}

template <class T>
float grey(const T* red, std::int64_t plane) {
  return 0.2989f * static_cast<float>(red[0]) + 0.587f * static_cast<float>(red[plane]) + 0.114f * static_cast<float>(red[2 * plane]);
}
template <class T>
float whole(float x) {
  return std::is_same_v<T, float> ? x : std::floor(x);
}

// Red, green, blue from 0 to 1, their hue turned.
std::array<float, 3> turn_hue(float r, float g, float b, float turns) {
  const float most = std::max({r, g, b}), least = std::min({r, g, b}), range = most - least;
  if (!(range > 0) || !std::isfinite(range)) return {r, g, b};
  const float s = range / most;
  float h = most == r ? (g - b) / range : most == g ? 2 + (b - r) / range : 4 + (r - g) / range;
  h = h / 6 + turns;
  h = (h - std::floor(h)) * 6;
  const float sector = std::floor(h), f = h - sector;
  const auto unit = [](float x) { return std::min(std::max(x, 0.0f), 1.0f); };
  const float p = unit(most * (1 - s)), q = unit(most * (1 - s * f)), t = unit(most * (1 - s * (1 - f)));
  switch (static_cast<int>(sector) % 6) {
    case 0:
      return {most, t, p};
    case 1:
      return {q, most, p};
    case 2:
      return {p, most, t};
    case 3:
      return {p, q, most};
    case 4:
      return {t, p, most};
    default:
      return {most, p, q};
  }
}

constexpr float as_byte = 255.999f;  // a number from 0 to 1 becomes the byte of its share

void check_factor(const char* op, double factor) {
  check<ValueError>(factor >= 0 && std::isfinite(factor), op, ": the factor must be finite and at least 0, not ", factor);
}

}  // namespace
}  // namespace gradus::data::detail

namespace gradus::data::pictures {

using detail::brightest, detail::clamped, detail::Pixels, detail::pixels_of, detail::visit_pixels;

Tensor adjust_brightness(const Tensor& picture, double factor) {
  check_colours("adjust_brightness", pixels_of("adjust_brightness", picture));
  detail::check_factor("adjust_brightness", factor);
  return detail::map_values("adjust_brightness", picture,
                            [f = static_cast<float>(factor)]<class T>(T x) { return clamped<T>(static_cast<float>(x) * f); });
}

Tensor adjust_contrast(const Tensor& picture, double factor) {
  const Pixels p = pixels_of("adjust_contrast", picture);
  check_colours("adjust_contrast", p);
  detail::check_factor("adjust_contrast", factor);
  Array out(picture.shape(), picture.dtype());
  visit_pixels(out, [&]<class T>(T) {
    const std::int64_t plane = p.plane();
    const auto f = static_cast<float>(factor), other = static_cast<float>(1 - factor);
    for (std::int64_t i = 0; i < p.n; ++i) {
      const T* const from = p.array.data<T>() + i * p.c * plane;
      T* const to = out.mutable_data<T>() + i * p.c * plane;
      double sum = 0;
      for (std::int64_t k = 0; k < plane; ++k)
        sum += p.c == 3 ? detail::whole<T>(detail::grey(from + k, plane)) : static_cast<float>(from[k]);
      const float rest = static_cast<float>(sum / static_cast<double>(plane)) * other;
      for (std::int64_t k = 0; k < p.c * plane; ++k) to[k] = clamped<T>(static_cast<float>(from[k]) * f + rest);
    }
  });
  return out;
}

Tensor adjust_saturation(const Tensor& picture, double factor) {
  const Pixels p = pixels_of("adjust_saturation", picture);
  check_colours("adjust_saturation", p);
  detail::check_factor("adjust_saturation", factor);
  if (p.c == 1) return p.array;
  Array out(picture.shape(), picture.dtype());
  visit_pixels(out, [&]<class T>(T) {
    const std::int64_t plane = p.plane();
    const auto f = static_cast<float>(factor), other = static_cast<float>(1 - factor);
    for (std::int64_t i = 0; i < p.n; ++i) {
      const T* const from = p.array.data<T>() + i * 3 * plane;
      T* const to = out.mutable_data<T>() + i * 3 * plane;
      for (std::int64_t k = 0; k < plane; ++k) {
        const float rest = detail::whole<T>(detail::grey(from + k, plane)) * other;
        for (std::int64_t c = 0; c < 3; ++c) to[c * plane + k] = clamped<T>(static_cast<float>(from[c * plane + k]) * f + rest);
      }
    }
  });
  return out;
}

Tensor adjust_hue(const Tensor& picture, double turns) {
  const Pixels p = pixels_of("adjust_hue", picture);
  check_colours("adjust_hue", p);
  check<ValueError>(turns >= -0.5 && turns <= 0.5, "adjust_hue: turns must lie in [-0.5, 0.5], not ", turns);
  if (p.c == 1) return p.array;
  Array out(picture.shape(), picture.dtype());
  visit_pixels(out, [&]<class T>(T) {
    const std::int64_t plane = p.plane();
    for (std::int64_t i = 0; i < p.n; ++i) {
      const T* const from = p.array.data<T>() + i * 3 * plane;
      T* const to = out.mutable_data<T>() + i * 3 * plane;
      for (std::int64_t k = 0; k < plane; ++k) {
        const auto at = [&](std::int64_t c) { return static_cast<float>(from[c * plane + k]) / brightest<T>; };
        const std::array<float, 3> turned = detail::turn_hue(at(0), at(1), at(2), static_cast<float>(turns));
        for (std::int64_t c = 0; c < 3; ++c) {
          const float x = turned[static_cast<std::size_t>(c)];
          to[c * plane + k] = static_cast<T>(std::is_same_v<T, float> ? x : x * detail::as_byte);
        }
      }
    }
  });
  return out;
}

Tensor grayscale(const Tensor& picture, std::int64_t channels) {
  const Pixels p = pixels_of("grayscale", picture);
  check_colours("grayscale", p);
  check<ValueError>(channels == 1 || channels == 3, "grayscale: into 1 or 3 channels, not ", channels);
  if (p.c == channels && p.c == 1) return p.array;
  Array out(p.shape(channels, p.h, p.w), p.array.dtype());
  visit_pixels(out, [&]<class T>(T) {
    const std::int64_t plane = p.plane();
    for (std::int64_t i = 0; i < p.n; ++i) {
      const T* const from = p.array.data<T>() + i * p.c * plane;
      T* const to = out.mutable_data<T>() + i * channels * plane;
      for (std::int64_t k = 0; k < plane; ++k) to[k] = p.c == 3 ? static_cast<T>(detail::grey(from + k, plane)) : from[k];
      for (std::int64_t c = 1; c < channels; ++c) std::copy(to, to + plane, to + c * plane);
    }
  });
  return out;
}

Tensor invert(const Tensor& picture) {
  return detail::map_values("invert", picture, []<class T>(T x) { return static_cast<T>(brightest<T> - static_cast<float>(x)); });
}

Tensor solarize(const Tensor& picture, double threshold) {
  return detail::map_values("solarize", picture, [threshold]<class T>(T x) {
    return static_cast<double>(x) >= threshold ? static_cast<T>(brightest<T> - static_cast<float>(x)) : x;
  });
}

Tensor posterize(const Tensor& picture, int bits) {
  check<ValueError>(bits >= 0 && bits <= 8, "posterize: bits must lie in [0, 8], not ", bits);
  return detail::map_values("posterize", picture, [bits]<class T>(T x) {
    const float levels = static_cast<float>(1 << bits);
    if constexpr (std::is_same_v<T, float>)
      return std::clamp(std::floor(x * levels), 0.0f, levels - 1) / levels;
    else
      return static_cast<T>(x & (0xff00 >> bits));
  });
}

Tensor autocontrast(const Tensor& picture) {
  const Pixels p = pixels_of("autocontrast", picture);
  check_colours("autocontrast", p);
  Array out(picture.shape(), picture.dtype());
  if (out.size() == 0) return out;
  visit_pixels(out, [&]<class T>(T) {
    for (std::int64_t i = 0; i < p.n * p.c; ++i) {
      const T* const from = p.array.data<T>() + i * p.plane();
      T* const to = out.mutable_data<T>() + i * p.plane();
      const auto [least, most] = std::minmax_element(from, from + p.plane());
      const bool flat = *least == *most;
      const float low = flat ? 0 : static_cast<float>(*least);
      const float scale = flat ? 1 : (static_cast<float>(*most) - low) * (1 / brightest<T>);
      for (std::int64_t k = 0; k < p.plane(); ++k) to[k] = clamped<T>((static_cast<float>(from[k]) - low) / scale);
    }
  });
  return out;
}

// A shade becomes the share of the pixels that are darker, counted in steps so that the brightest shade that occurs counts not (Pillow's).
Tensor equalize(const Tensor& picture) {
  const Pixels p = pixels_of("equalize", picture);
  check_colours("equalize", p);
  if (p.array.dtype() == f32) return to_float(equalize(to_bytes(picture)));
  Array out(picture.shape(), u8);
  for (std::int64_t i = 0; i < p.n * p.c; ++i) {
    const std::uint8_t* const from = p.array.data<std::uint8_t>() + i * p.plane();
    std::uint8_t* const to = out.mutable_data<std::uint8_t>() + i * p.plane();
    std::array<std::int64_t, 256> count{};
    for (std::int64_t k = 0; k < p.plane(); ++k) ++count[from[k]];
    std::size_t brightest_there = 255;
    while (brightest_there > 0 && count[brightest_there] == 0) --brightest_there;
    const std::int64_t step = (p.plane() - count[brightest_there]) / 255;
    std::array<std::uint8_t, 256> becomes{};
    std::int64_t darker = step / 2;
    for (std::size_t shade = 0; shade < 256; darker += count[shade++])
      becomes[shade] = static_cast<std::uint8_t>(step == 0 ? static_cast<std::int64_t>(shade) : std::min<std::int64_t>(darker / step, 255));
    for (std::int64_t k = 0; k < p.plane(); ++k) to[k] = becomes[from[k]];
  }
  return out;
}

}  // namespace gradus::data::pictures
