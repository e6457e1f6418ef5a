#include <gradus/data/read/idx_images.h>

#include <cmath>

namespace gradus::data {

IdxImages::IdxImages(const Array& images, const Array& labels, Normalisation normalisation) {
  check<DtypeError>(images.dtype() == u8, "IdxImages: images must be u8, not ", images.dtype());
  check<DtypeError>(labels.dtype() == u8 || labels.dtype() == i64, "IdxImages: labels must be u8 or i64, not ", labels.dtype());
  check<ShapeError>(images.rank() == 3 || images.rank() == 4,
                    "IdxImages: images must be [n, height, width] or [n, channels, height, width], not ", images.shape());
  check<ShapeError>(images.rank() == 3 || images.dim(1) <= 4 || images.dim(3) > 4,
                    "IdxImages: images must be [n, channels, height, width], not ", images.shape(),
                    "; channels that come last: images.permute({0, 3, 1, 2})");
  check<ShapeError>(labels.rank() == 1 && labels.dim(0) == images.dim(0), "IdxImages: one label an image: images ", images.shape(),
                    ", labels ", labels.shape());
  check<ValueError>(std::isfinite(normalisation.mean) && std::isfinite(normalisation.deviation) && normalisation.deviation != 0,
                    "IdxImages: cannot normalise by mean ", normalisation.mean, " and deviation ", normalisation.deviation);
  images_ = images.as_contiguous();
  image_ = images.rank() == 3 ? Shape{1, images.dim(1), images.dim(2)} : Shape{images.dim(1), images.dim(2), images.dim(3)};
  labels_ = labels.to(i64).as_contiguous();
  scale_ = static_cast<float>(1 / (255 * normalisation.deviation));
  shift_ = static_cast<float>(-normalisation.mean / normalisation.deviation);
}

void IdxImages::normalise(std::int64_t i, float* to) const {
  const std::int64_t pixels = image_.elements();
  const std::uint8_t* from = images_.data<std::uint8_t>() + i * pixels;
  const float scale = scale_, shift = shift_;   // in registers: `to` might point at the members, for all the compiler knows
  for (std::int64_t p = 0; p < pixels; ++p) to[p] = static_cast<float>(from[p]) * scale + shift;
}

std::tuple<Tensor, std::int64_t> IdxImages::get(std::int64_t i) const {
  check_index(i, size(), "IdxImages");
  Array image(image_, f32);
  normalise(i, image.mutable_data<float>());
  return {std::move(image), labels_.data<std::int64_t>()[i]};
}

std::tuple<Tensor, Tensor> IdxImages::get_batch(std::span<const std::int64_t> indices) const {
  const auto n = static_cast<std::int64_t>(indices.size());
  Array images({n, image_[0], image_[1], image_[2]}, f32), labels({n}, i64);
  float* image = images.mutable_data<float>();
  auto* label = labels.mutable_data<std::int64_t>();
  const auto* all_labels = labels_.data<std::int64_t>();
  for (const std::int64_t i : indices) {
    check_index(i, size(), "IdxImages");
    normalise(i, image);
    image += image_.elements();
    *label++ = all_labels[i];
  }
  return {std::move(images), std::move(labels)};
}

}  // namespace gradus::data
