// Pictures blurred and sharpened, and bytes made numbers.
#include <gradus/data/transform/internal/pixels.h>
#include <gradus/data/transform/internal/window.h>
#include <gradus/data/transform/pictures.h>

namespace gradus::data::pictures {

using detail::Pixels, detail::pixels_of;

Tensor gaussian_blur(const Tensor& picture, std::int64_t size, double sigma) {
  const Pixels p = pixels_of("gaussian_blur", picture);
  check<ValueError>(size >= 1 && size % 2 == 1, "gaussian_blur: the size must be odd and at least 1, not ", size);
  check<ValueError>(sigma >= 0 && std::isfinite(sigma), "gaussian_blur: sigma must be above 0, or 0 for one that fits the size, not ",
                    sigma);
  check<ValueError>(p.h > size / 2 && p.w > size / 2, "gaussian_blur: edges are mirrored, so a size of ", size,
                    " needs sides of more than ", size / 2, " pixels; the picture is ", picture.shape());
  if (sigma == 0) sigma = 0.15 * static_cast<double>(size) + 0.35;
  std::vector<float> weight(static_cast<std::size_t>(size));
  double sum = 0;
  const auto bell = [&](std::int64_t k) {
    const double x = static_cast<double>(k - size / 2) / sigma;
    return std::exp(-x * x / 2);
  };
  for (std::int64_t k = 0; k < size; ++k) sum += bell(k);
  for (std::int64_t k = 0; k < size; ++k) weight[static_cast<std::size_t>(k)] = static_cast<float>(bell(k) / sum);
  const auto places = [&](std::int64_t side) {
    return detail::Line{.first = -(size / 2), .count = side + size - 1, .mode = PaddingMode::reflect, .size = side}.places();
  };
  const auto rows = places(p.h), columns = places(p.w);
  Array out(picture.shape(), picture.dtype());
  detail::visit_pixels(out, [&]<class T>(T) {
    const auto width = static_cast<std::size_t>(p.w), padded = width + static_cast<std::size_t>(size) - 1;
    std::vector<float> line(padded), blurred(static_cast<std::size_t>(p.h) * width), down(width);
    for (std::int64_t plane = 0; plane < p.n * p.c; ++plane) {
      const T* const from = p.array.data<T>() + plane * p.plane();
      T* to = out.mutable_data<T>() + plane * p.plane();
      for (std::int64_t y = 0; y < p.h; ++y) {
        for (std::size_t x = 0; x < padded; ++x) line[x] = static_cast<float>(from[y * p.w + columns[x]]);
        float* const along = blurred.data() + y * p.w;
        std::fill(along, along + width, 0.0f);
        for (std::size_t k = 0; k < weight.size(); ++k)
          for (std::size_t x = 0; x < width; ++x) along[x] += weight[k] * line[x + k];
      }
      for (std::size_t y = 0; y < static_cast<std::size_t>(p.h); ++y, to += width) {
        std::fill(down.begin(), down.end(), 0.0f);
        for (std::size_t k = 0; k < weight.size(); ++k) {
          const float* const above = blurred.data() + rows[y + k] * p.w;
          for (std::size_t x = 0; x < width; ++x) down[x] += weight[k] * above[x];
        }
        for (std::size_t x = 0; x < width; ++x) to[x] = detail::rounded<T>(down[x]);
      }
    }
  });
  return out;
}

Tensor adjust_sharpness(const Tensor& picture, double factor) {
  const Pixels p = pixels_of("adjust_sharpness", picture);
  detail::check_colours("adjust_sharpness", p);
  check<ValueError>(factor >= 0 && std::isfinite(factor), "adjust_sharpness: the factor must be finite and at least 0, not ", factor);
  if (p.h <= 2 || p.w <= 2) return p.array;
  Array out = p.array.contiguous_copy();
  detail::visit_pixels(out, [&]<class T>(T) {
    constexpr float around = 1.0f / 13, middle = 5.0f / 13;
    const auto less = static_cast<float>(1 - factor);
    for (std::int64_t plane = 0; plane < p.n * p.c; ++plane)
      for (std::int64_t y = 1; y + 1 < p.h; ++y) {
        const T* const from = p.array.data<T>() + plane * p.plane() + y * p.w;
        T* const to = out.mutable_data<T>() + plane * p.plane() + y * p.w;
        for (std::int64_t x = 1; x + 1 < p.w; ++x) {
          const auto at = [&](std::int64_t down, std::int64_t right) { return static_cast<float>(from[x + down * p.w + right]); };
          const float ring = at(-1, -1) + at(-1, 0) + at(-1, 1) + at(0, -1) + at(0, 1) + at(1, -1) + at(1, 0) + at(1, 1);
          const float sum = around * ring + middle * at(0, 0);
          const float blurred = std::is_same_v<T, float> ? sum : std::nearbyint(sum);
          to[x] = detail::clamped<T>(at(0, 0) + less * (blurred - at(0, 0)));
        }
      }
  });
  // The edge of f32 is brought into range, too, as all the rest.
  if (out.dtype() == f32)
    for (float& x : out.mutable_span<float>()) x = detail::clamped<float>(x);
  return out;
}

Tensor to_float(const Tensor& picture) {
  const Pixels p = pixels_of("to_float", picture);
  if (p.array.dtype() == f32) return p.array;
  Array out(picture.shape(), f32);
  const std::uint8_t* const from = p.array.data<std::uint8_t>();
  float* const to = out.mutable_data<float>();
  for (std::int64_t i = 0; i < out.size(); ++i) to[i] = static_cast<float>(from[i]) * (1.0f / 255);
  return out;
}

Tensor to_bytes(const Tensor& picture) {
  const Pixels p = pixels_of("to_bytes", picture);
  if (p.array.dtype() == u8) return p.array;
  Array out(picture.shape(), u8);
  const float* const from = p.array.data<float>();
  std::uint8_t* const to = out.mutable_data<std::uint8_t>();
  for (std::int64_t i = 0; i < out.size(); ++i) to[i] = static_cast<std::uint8_t>(std::min(std::max(0.0f, from[i] * 255.999f), 255.0f));
  return out;
}

Tensor normalize(const Tensor& picture, std::span<const double> mean, std::span<const double> deviation) {
  const Pixels p = pixels_of("normalize", picture);
  const auto count = [&](const char* what, std::span<const double> values) {
    check<ValueError>(values.size() == 1 || static_cast<std::int64_t>(values.size()) == p.c, "normalize: ", values.size(), " values of ",
                      what, " for ", p.c, " channels");
    for (const double x : values) check<ValueError>(std::isfinite(x), "normalize: ", what, " must be finite, not ", x);
  };
  count("mean", mean), count("deviation", deviation);
  for (const double x : deviation) check<ValueError>(x != 0, "normalize: deviation must not be 0");
  Array out(picture.shape(), f32);
  float* to = out.mutable_data<float>();
  detail::visit_pixels(p.array, [&]<class T>(T) {
    const T* from = p.array.data<T>();
    for (std::int64_t i = 0; i < p.n * p.c; ++i, from += p.plane(), to += p.plane()) {
      const auto channel = static_cast<std::size_t>(i % p.c);
      const double m = mean[mean.size() == 1 ? 0 : channel], d = deviation[deviation.size() == 1 ? 0 : channel];
      const auto scale = static_cast<float>(1 / (static_cast<double>(detail::brightest<T>) * d)), shift = static_cast<float>(-m / d);
      for (std::int64_t k = 0; k < p.plane(); ++k) to[k] = static_cast<float>(from[k]) * scale + shift;
    }
  });
  return out;
}

}  // namespace gradus::data::pictures
