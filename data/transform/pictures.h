// What is done to a picture, without chance: functions of pictures [..., C, H, W] in u8 (0 to 255) or f32 (0 to 1 where a colour is
// meant), to pictures of the same type. A batch [N, C, H, W] is treated picture by picture. Numerics are those of torchvision's
// transforms.v2.functional, whose names these are. The result has no history.
//   Tensor small = pictures::resize(picture, 224, 224);   Tensor turned = pictures::rotate(small, 15, {.mode = GridMode::bilinear});
// ShapeError for less than three dimensions, DtypeError for other types, ValueError for what is out of range.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include <gradus/autograd/ops/resample.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::data {

// What stands beyond a picture's edge: a number, the pixel at the edge, the picture mirrored without its edge, or with it.
enum class PaddingMode { constant, edge, reflect, symmetric };

}  // namespace gradus::data

namespace gradus::data::pictures {

// Pixels, of which there may be fewer than 0: then that side is cut.
struct Padding {
  std::int64_t left = 0, top = 0, right = 0, bottom = 0;
};
// `fill` is in the picture's own units. ValueError: reflect needs less than a side on each edge, symmetric at most a side.
Tensor pad(const Tensor& picture, const Padding& padding, PaddingMode mode = PaddingMode::constant, double fill = 0);
// The pixels from (top, left); beyond the picture they are 0.
Tensor crop(const Tensor& picture, std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width);
Tensor center_crop(const Tensor& picture, std::int64_t height, std::int64_t width);
Tensor horizontal_flip(const Tensor& picture);  // left and right change places
Tensor vertical_flip(const Tensor& picture);
// A rectangle becomes `value`, in the picture's own units; what lies beyond the picture is ignored.
Tensor erase(const Tensor& picture, std::int64_t top, std::int64_t left, std::int64_t height, std::int64_t width, double value = 0);

// Means over the pixels that a new one covers, if antialias (Pillow's filters); of u8 in whole numbers, without a copy in f32. Modes are
// nearest, nearest_exact, bilinear and bicubic.
struct ResizeOptions {
  Interpolation mode = Interpolation::bilinear;
  bool antialias = true;  // of bilinear and bicubic
};
Tensor resize(const Tensor& picture, std::int64_t height, std::int64_t width, const ResizeOptions& options = {});

// Places between the pixels are nearest or bilinear; what comes from beyond the picture is `fill` (bilinear: in parts).
struct WarpOptions {
  GridMode mode = GridMode::nearest;
  double fill = 0;
  bool expand = false;  // of rotate: the result is as large as it must be to hold all of the picture
};
// Degrees, against the clock, around the centre.
Tensor rotate(const Tensor& picture, double degrees, const WarpOptions& options = {});
// Around the middle: sheared by degrees along x and y, scaled, turned by `degrees` with the clock, then moved by pixels.
struct Affine {
  double degrees = 0;
  std::array<double, 2> translate{0, 0};
  double scale = 1;
  std::array<double, 2> shear{0, 0};
  std::optional<std::array<double, 2>> centre = {};  // pixels right of and below the upper left corner, instead of the middle
};
Tensor affine(const Tensor& picture, const Affine& how, const WarpOptions& options = {});

// Colours: pictures of 1 or 3 channels. A factor of 1 changes nothing, 0 gives black, grey of one shade, and shades of grey; hue in turns
// from −0.5 to 0.5. Of pictures with one channel, saturation and hue change nothing.
Tensor adjust_brightness(const Tensor& picture, double factor);
Tensor adjust_contrast(const Tensor& picture, double factor);
Tensor adjust_saturation(const Tensor& picture, double factor);
Tensor adjust_hue(const Tensor& picture, double turns);
Tensor grayscale(const Tensor& picture, std::int64_t channels = 1);  // 0.2989 R + 0.587 G + 0.114 B, once or three times
Tensor invert(const Tensor& picture);
Tensor solarize(const Tensor& picture, double threshold);  // what is at least as bright is inverted
Tensor posterize(const Tensor& picture, int bits);         // the highest `bits` of 8
Tensor autocontrast(const Tensor& picture);                // of each channel, the darkest becomes black and the brightest white
Tensor equalize(const Tensor& picture);                    // of each channel, all shades become about equally frequent, in 256 steps
// Between a picture that is a little blurred (factor 0), itself (1) and one that is sharper; the pixels at the edge stay.
Tensor adjust_sharpness(const Tensor& picture, double factor);

// A Gaussian of `size` pixels (odd) and of deviation sigma in pixels, 0: 0.15·size + 0.35; edges are mirrored, so they must be longer
// than half of size.
Tensor gaussian_blur(const Tensor& picture, std::int64_t size, double sigma = 0);

// Bytes become f32 from 0 to 1; f32 stays as it is.
Tensor to_float(const Tensor& picture);
// f32 from 0 to 1 becomes bytes, each an equal share of that range; bytes stay as they are.
Tensor to_bytes(const Tensor& picture);
// (x − mean) / deviation in f32, x from 0 to 1; for each channel, or one for all. ValueError unless there are 1 or C of each, not 0.
Tensor normalize(const Tensor& picture, std::span<const double> mean, std::span<const double> deviation);

}  // namespace gradus::data::pictures
