// Pictures into PNG files, one or a grid of them.
//   data::save_image(generator(noise), "samples.png", {.nrow = 16});   // floats in [0, 1]: [64, 1, 28, 28], four rows of sixteen
//   data::write_png(bytes, "picture.png");                             // u8 [H, W], or [C, H, W]
// A file is written as all others are: in one step, and what cannot be a picture leaves the old one alone.
#pragma once
#include <cstdint>
#include <string>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/file_name.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus::data {

// u8 [H, W] or [C, H, W]: grey for 1 channel, grey and opacity for 2, red, green, blue for 3, and opacity for 4. DtypeError; ShapeError for
// other channels or a side of 0; FileError.
void write_png(const Tensor& pixels, const FileName& file);
// What would stand in the file; f32 and f64 too, 0 is black and 1 is white.
std::string encode_png(const Tensor& pixels);

struct ImageGridOptions {
  std::int64_t nrow = 8;       // pictures in a row
  std::int64_t padding = 2;    // pixels between them and around
  double pad_value = 0;        // of those pixels

  void describe(Describe& is) const {
    is(range::at_least_one, nrow);
    is(range::at_least_zero, padding);
  }
};
// Pictures [N, C, H, W], or [N, H, W] of one channel, as one [C, H', W']; a single one stays as it is. Any dtype. ShapeError, ValueError.
Tensor make_grid(const Tensor& images, const ImageGridOptions& options = {});
// That grid, or one picture [C, H, W] or [H, W], as a file: f32 or f64, 0 is black and 1 is white, what is beyond is cut off and NaN is
// black; u8 as it is. DtypeError for others.
void save_image(const Tensor& images, const FileName& file, const ImageGridOptions& options = {});

}  // namespace gradus::data
