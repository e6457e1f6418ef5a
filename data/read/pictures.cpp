#include <gradus/data/read/pictures.h>

#include <algorithm>
#include <cmath>

namespace gradus::data {

Pictures::Pictures(const Array& images, const Array& labels, const Normalisation& normalisation) {
  check<DtypeError>(images.dtype() == u8, "Pictures: images must be u8, not ", images.dtype());
  check<DtypeError>(labels.dtype() == u8 || labels.dtype() == i64, "Pictures: labels must be u8 or i64, not ", labels.dtype());
  check<ShapeError>(images.rank() == 3 || images.rank() == 4,
                    "Pictures: images must be [n, height, width] or [n, channels, height, width], not ", images.shape());
  check<ShapeError>(images.rank() == 3 || images.dim(1) <= 4 || images.dim(3) > 4,
                    "Pictures: images must be [n, channels, height, width], not ", images.shape(),
                    "; channels that come last: images.permute({0, 3, 1, 2})");
  check<ShapeError>(labels.rank() == 1 && labels.dim(0) == images.dim(0), "Pictures: one label an image: images ", images.shape(),
                    ", labels ", labels.shape());
  images_ = images.as_contiguous();
  image_ = images.rank() == 3 ? Shape{1, images.dim(1), images.dim(2)} : Shape{images.dim(1), images.dim(2), images.dim(3)};
  labels_ = labels.to(i64).as_contiguous();
  const PerChannel &mean = normalisation.mean, &deviation = normalisation.deviation;
  for (const std::int64_t given : {mean.size(), deviation.size()})
    check<ValueError>(given == 1 || (given == image_[0] && given > 0),
        "Pictures: a mean and a deviation for all channels or one for each of ", image_[0],
                      ", not ", given);
  for (std::int64_t channel = 0; channel < std::max(mean.size(), deviation.size()); ++channel) {
    const double m = mean[channel], d = deviation[channel];
    check<ValueError>(std::isfinite(m) && std::isfinite(d) && d != 0, "Pictures: cannot normalise by mean ", m, " and deviation ", d);
    scales_.push_back(static_cast<float>(1 / (255 * d)));
    shifts_.push_back(static_cast<float>(-m / d));
  }
}

void Pictures::normalise(std::int64_t i, float* to) const {
  const std::int64_t parts = static_cast<std::int64_t>(scales_.size()), pixels = image_.elements() / parts;
  const std::uint8_t* from = images_.data<std::uint8_t>() + i * image_.elements();
  for (std::size_t part = 0; part < scales_.size(); ++part, from += pixels, to += pixels) {
    const float scale = scales_[part], shift = shifts_[part];   // in registers: `to` might point at them, for all the compiler knows
    for (std::int64_t p = 0; p < pixels; ++p) to[p] = static_cast<float>(from[p]) * scale + shift;
  }
}

std::tuple<Tensor, std::int64_t> Pictures::get(std::int64_t i) const {
  check_index(i, size(), "Pictures");
  Array image(image_, f32);
  normalise(i, image.mutable_data<float>());
  return {std::move(image), labels_.data<std::int64_t>()[i]};
}

std::tuple<Tensor, Tensor> Pictures::get_batch(std::span<const std::int64_t> indices) const {
  const auto n = static_cast<std::int64_t>(indices.size());
  Array images({n, image_[0], image_[1], image_[2]}, f32), labels({n}, i64);
  float* image = images.mutable_data<float>();
  auto* label = labels.mutable_data<std::int64_t>();
  const auto* all_labels = labels_.data<std::int64_t>();
  for (const std::int64_t i : indices) {
    check_index(i, size(), "Pictures");
    normalise(i, image);
    image += image_.elements();
    *label++ = all_labels[i];
  }
  return {std::move(images), std::move(labels)};
}

}  // namespace gradus::data
