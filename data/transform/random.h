// Transforms of pictures [..., C, H, W], u8 or f32, that leave something to chance, and those that do not, as values to put together
// (apply.h): f(picture, random), random a Generator&, or f(picture). What they do is in pictures.h.
//   data::RandomResizedCrop crop{.height = 224};   Tensor view = crop(picture, random);
// Options are checked at each call: ValueError. Each call draws as many numbers whatever comes of them, but where a loop is said.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include <gradus/data/transform/pictures.h>

namespace gradus {
class Describe;
class Generator;
}  // namespace gradus

namespace gradus::data {

// ---- without chance

struct ToFloat {
  Tensor operator()(const Tensor& picture) const;
};

// (x − mean) / deviation, x from 0 to 1, one pass for bytes: for each channel, or one number for all.
struct Normalize {
  std::vector<double> mean{0.5}, deviation{0.5};
  Tensor operator()(const Tensor& picture) const;
};

// Classes, i64 of any shape, become f32 with one dimension more, of 0 and a 1. ValueError for a class out of range.
struct OneHot {
  std::int64_t classes = 0;
  Tensor operator()(const Tensor& label) const;
  Tensor operator()(std::int64_t label) const;
};

// To height x width (0: as the height), or so that the shorter side becomes `shorter` and the other one keeps the proportion.
struct Resize {
  std::int64_t height = 0, width = 0, shorter = 0;
  Interpolation mode = Interpolation::bilinear;
  bool antialias = true;
  Tensor operator()(const Tensor& picture) const;
};

struct CenterCrop {
  std::int64_t height = 0, width = 0;  // width 0: as the height
  Tensor operator()(const Tensor& picture) const;
};

// ---- places

// A part of height x width (0: as the height) anywhere in the picture, which has `padding` pixels more on each side. ValueError if that is
// larger than the picture.
struct RandomCrop {
  std::int64_t height = 0, width = 0, padding = 0;
  PaddingMode padding_mode = PaddingMode::constant;
  double fill = 0;
  void describe(Describe& is) const;
  Tensor operator()(const Tensor& picture, Generator& random) const;
};

// A part of `scale` of the area whose proportion (width to height) is of `ratio`, evenly in its logarithm, in another size (Inception's).
// Ten parts are drawn until one fits, then it is the largest one in the centre.
struct RandomResizedCrop {
  std::int64_t height = 0, width = 0;  // width 0: as the height
  std::array<double, 2> scale{0.08, 1}, ratio{3.0 / 4, 4.0 / 3};
  Interpolation mode = Interpolation::bilinear;
  bool antialias = true;
  void describe(Describe& is) const;
  Tensor operator()(const Tensor& picture, Generator& random) const;
};

struct RandomHorizontalFlip {
  double p = 0.5;
  void describe(Describe& is) const;
  Tensor operator()(const Tensor& picture, Generator& random) const;
};
struct RandomVerticalFlip {
  double p = 0.5;
  void describe(Describe& is) const;
  Tensor operator()(const Tensor& picture, Generator& random) const;
};

// By an angle between two, in degrees against the clock.
struct RandomRotation {
  std::array<double, 2> degrees{-15, 15};
  GridMode mode = GridMode::nearest;
  double fill = 0;
  bool expand = false;
  void describe(Describe& is) const;
  Tensor operator()(const Tensor& picture, Generator& random) const;
};

// Turned by `degrees`, moved by at most `translate` of the width and of the height (whole pixels), scaled, sheared by degrees along x and
// along y; each between the two numbers.
struct RandomAffine {
  std::array<double, 2> degrees{0, 0}, translate{0, 0}, scale{1, 1}, shear_x{0, 0}, shear_y{0, 0};
  GridMode mode = GridMode::nearest;
  double fill = 0;
  void describe(Describe& is) const;
  Tensor operator()(const Tensor& picture, Generator& random) const;
};

// With probability p a rectangle of `scale` of the area and of `ratio` (height to width) becomes `value`, or normal noise (Zhong et al.,
// 2017, arXiv:1708.04896). Ten are drawn until one fits, else nothing is erased.
struct RandomErasing {
  double p = 0.5;
  std::array<double, 2> scale{0.02, 0.33}, ratio{0.3, 3.3};
  double value = 0;
  bool noise = false;  // of f32 alone
  void describe(Describe& is) const;
  Tensor operator()(const Tensor& picture, Generator& random) const;
};

// ---- colours

// Factors between 1 − x and 1 + x (at least 0), and a hue turned by at most `hue`, one after the other in an order that is drawn; what
// is 0 is left out.
struct ColorJitter {
  double brightness = 0, contrast = 0, saturation = 0, hue = 0;
  void describe(Describe& is) const;
  Tensor operator()(const Tensor& picture, Generator& random) const;
};

// Grey with probability p, with as many channels as before.
struct RandomGrayscale {
  double p = 0.1;
  void describe(Describe& is) const;
  Tensor operator()(const Tensor& picture, Generator& random) const;
};

// Normal numbers are added, in units in which white is 1; with `clip` the result stays between black and white.
struct GaussianNoise {
  double mean = 0, deviation = 0.1;
  bool clip = true;
  void describe(Describe& is) const;
  Tensor operator()(const Tensor& picture, Generator& random) const;
};

struct GaussianBlur {
  std::int64_t size = 3;
  std::array<double, 2> sigma{0.1, 2};  // in pixels, between the two
  void describe(Describe& is) const;
  Tensor operator()(const Tensor& picture, Generator& random) const;
};

}  // namespace gradus::data
