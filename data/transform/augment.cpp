#include <gradus/data/transform/augment.h>

#include <cmath>
#include <numbers>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/random.h>
#include <gradus/data/transform/internal/pixels.h>

namespace gradus::data {
namespace {

constexpr int augmentations = 14;
static_assert(static_cast<int>(Augmentation::equalize) == augmentations - 1);

// The strongest of each kind, in steps from 0.
struct Strengths {
  double shear, translate_x, translate_y, rotate, colour;
  int bits;                                      // that posterize takes away
};

// Step `bin` of `bins` from `begin` to `end`, counted from the nearer end in f32, as torch.linspace does.
double step_of(double begin, double end, std::int64_t bin, std::int64_t bins) {
  const auto from = static_cast<float>(begin), to = static_cast<float>(end), step = (to - from) / static_cast<float>(bins - 1);
  return bin < bins / 2 ? from + step * static_cast<float>(bin) : to - step * static_cast<float>(bins - 1 - bin);
}

Tensor augment_by(const Tensor& picture, const Strengths& most, std::int64_t bin, std::int64_t bins,
                  const pictures::WarpOptions& options, Generator& random) {
  const auto what = static_cast<Augmentation>(random.below(augmentations));
  const double sign = random.uniform() < 0.5 ? -1 : 1;   // drawn whether it is used or not
  double strength = 0;
  switch (what) {
    case Augmentation::shear_x: case Augmentation::shear_y: strength = sign * step_of(0, most.shear, bin, bins); break;
    case Augmentation::translate_x: strength = sign * step_of(0, most.translate_x, bin, bins); break;
    case Augmentation::translate_y: strength = sign * step_of(0, most.translate_y, bin, bins); break;
    case Augmentation::rotate: strength = sign * step_of(0, most.rotate, bin, bins); break;
    case Augmentation::brightness: case Augmentation::color: case Augmentation::contrast: case Augmentation::sharpness:
      strength = sign * step_of(0, most.colour, bin, bins);
      break;
    case Augmentation::posterize:
      strength = std::nearbyint(8 - static_cast<double>(bin) / (static_cast<double>(bins - 1) / most.bits));
      break;
    case Augmentation::solarize: strength = step_of(1, 0, bin, bins); break;
    default: break;
  }
  return pictures::augment(picture, what, strength, options);
}

}  // namespace

namespace pictures {

Tensor augment(const Tensor& picture, Augmentation what, double strength, const WarpOptions& options) {
  const auto sheared = [&](double x, double y) {
    constexpr double degrees = 180 / std::numbers::pi;
    return affine(picture, {.shear = {std::atan(x) * degrees, std::atan(y) * degrees}, .centre = {{0, 0}}}, options);
  };
  switch (what) {
    case Augmentation::identity: return picture.detach();
    case Augmentation::shear_x: return sheared(strength, 0);
    case Augmentation::shear_y: return sheared(0, strength);
    case Augmentation::translate_x: return affine(picture, {.translate = {std::trunc(strength), 0}}, options);
    case Augmentation::translate_y: return affine(picture, {.translate = {0, std::trunc(strength)}}, options);
    case Augmentation::rotate: return rotate(picture, strength, options);
    case Augmentation::brightness: return adjust_brightness(picture, 1 + strength);
    case Augmentation::color: return adjust_saturation(picture, 1 + strength);
    case Augmentation::contrast: return adjust_contrast(picture, 1 + strength);
    case Augmentation::sharpness: return adjust_sharpness(picture, 1 + strength);
    case Augmentation::posterize:
      check<ValueError>(strength >= 0 && strength <= 8, "augment: posterize keeps 0 to 8 bits, not ", strength);
      return posterize(picture, static_cast<int>(strength));
    case Augmentation::solarize: return solarize(picture, (picture.dtype() == u8 ? 255 : 1) * strength);
    case Augmentation::auto_contrast: return autocontrast(picture);
    case Augmentation::equalize: return equalize(picture);
  }
  fail<ValueError>("augment: there is no augmentation number ", static_cast<int>(what));
}

}  // namespace pictures

void TrivialAugmentWide::describe(Describe& is) const {
  is(range::at_least(2), bins);
  is(range::finite, fill);
}
Tensor TrivialAugmentWide::operator()(const Tensor& picture, Generator& random) const {
  check_options("TrivialAugmentWide", *this);
  check_colours("TrivialAugmentWide", detail::pixels_of("TrivialAugmentWide", picture));
  const auto bin = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(bins)));
  return augment_by(picture, {0.99, 32, 32, 135, 0.99, 6}, bin, bins, {.mode = mode, .fill = fill}, random);
}

void RandAugment::describe(Describe& is) const {
  is(range::at_least_zero, operations, magnitude);
  is(range::at_least(2), bins);
  is(range::finite, fill);
}
Tensor RandAugment::operator()(const Tensor& picture, Generator& random) const {
  check_options("RandAugment", *this);
  check<ValueError>(magnitude < bins, "RandAugment: magnitude must lie in [0, bins), not be ", magnitude, " of ", bins);
  const detail::Pixels p = detail::pixels_of("RandAugment", picture);
  check_colours("RandAugment", p);
  Strengths most{0.3, 150.0 / 331 * static_cast<double>(p.w), 150.0 / 331 * static_cast<double>(p.h), 30, 0.9, 4};
  Tensor out = picture.detach();
  for (std::int64_t i = 0; i < operations; ++i) out = augment_by(out, most, magnitude, bins, {.mode = mode, .fill = fill}, random);
  return out;
}

}  // namespace gradus::data
