// Augmentation that needs no tuning: one or several changes drawn from a list of fourteen, with a strength.
//   auto train = data::map(pictures, data::on<0>(data::TrivialAugmentWide{}));
//   Tensor sharper = pictures::augment(picture, Augmentation::sharpness, 0.5);   // the change alone
// Pictures are u8 or f32 of 1 or 3 channels; torchvision's names, list and strengths.
#pragma once
#include <gradus/data/transform/pictures.h>

namespace gradus {
class Describe;
class Generator;
}  // namespace gradus

namespace gradus::data {

enum class Augmentation {
  identity, shear_x, shear_y, translate_x, translate_y, rotate, brightness, color, contrast, sharpness, posterize, solarize, auto_contrast,
  equalize
};

namespace pictures {
// Strength: of shears their tangent, of translations pixels, of rotations degrees, of the four after it the factor less 1, of posterize the
// bits that stay, of solarize the threshold from 0 to 1; the others have none.
Tensor augment(const Tensor& picture, Augmentation what, double strength = 0, const WarpOptions& options = {});
}  // namespace pictures

// One change, as likely as any other, of a strength of `bins` equal steps, this way or that (Müller and Hutter, 2021, arXiv:2103.10158).
struct TrivialAugmentWide {
  std::int64_t bins = 31;
  GridMode mode = GridMode::nearest;
  double fill = 0;
  void describe(Describe& is) const;
  Tensor operator()(const Tensor& picture, Generator& random) const;
};

// `operations` changes one after the other, all of the strength of step `magnitude` of `bins` (Cubuk et al., 2020, arXiv:1909.13719).
struct RandAugment {
  std::int64_t operations = 2, magnitude = 9, bins = 31;
  GridMode mode = GridMode::nearest;
  double fill = 0;
  void describe(Describe& is) const;
  Tensor operator()(const Tensor& picture, Generator& random) const;
};

}  // namespace gradus::data
