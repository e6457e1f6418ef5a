// x [n, c, h, w] (or [n, c, d, h, w]) at the places of a grid: sums of the pixels around, and the two gradients. f32 or f64; counted in f64.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

struct GridShape {
  enum Mode { linear, nearest, cubic };
  enum Padding { zeros, border, reflection };
  std::int64_t n, c, places;   // places: of the grid of one sample
  std::int64_t size[3];        // of x: slices (1 of images), rows, columns
  int dims;
  Mode mode;
  Padding padding;
  bool align_corners, channels_last;   // channels_last: x, g and y lie so
  std::int64_t pixels() const { return size[0] * size[1] * size[2]; }
};

// What a coordinate picks along one axis: the result is Σ weight·x[index], and its slope by the coordinate Σ slope·x[index]. Taps that fall
// into zeros are left out.
struct GridTaps {
  int count = 0;
  std::int64_t index[4];
  double weight[4], slope[4];
  int number[4];           // which of the mode's taps it is
  double fraction, rate;   // where between two pixels, and how fast that moves with the coordinate
};
GridTaps grid_taps(const GridShape& shape, int axis, double coordinate);   // axis 0, 1, 2 for slices, rows, columns

// grid [n, places, dims], contiguous, (x, y[, z]) → y [n, c, places], in x's layout.
Array grid_sample(const GridShape& shape, const Array& x, const Array& grid, const Shape& result);
Array grid_sample_input_gradient(const GridShape& shape, const Array& g, const Array& grid, const Shape& x);
Array grid_sample_grid_gradient(const GridShape& shape, const Array& g, const Array& x, const Array& grid);

}  // namespace gradus::kernels
