// x [n, c, h, w] (or [n, c, d, h, w]) at the places of a grid: sums of the pixels around, and the two gradients. f32 or f64; places are
// counted in f64.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

struct GridShape {
  enum Mode { linear, nearest, cubic };
  enum Padding { zeros, border, reflection };
  std::int64_t n, c, places;   // places: of the grid of one sample
  std::int64_t size[3];        // of x: slices (1 of images), rows, columns; fewer than 2^31 pixels
  int dims;
  Mode mode;
  Padding padding;
  bool align_corners, channels_last;   // channels_last: x, g and y lie so
  std::int64_t pixels() const { return size[0] * size[1] * size[2]; }
  int taps() const { return mode == nearest ? 1 : mode == linear ? 2 : 4; }   // along an axis
};

// What a coordinate picks along one axis: the result is Σ weight·x[index], and its slope by the coordinate Σ slope·x[index]. Weight and
// slope of a tap that falls into zeros are 0, and so is its index.
struct GridTaps {
  std::int32_t index[4];
  double weight[4], slope[4];
  bool inside[4];
  double fraction, rate;   // where between two pixels, and how fast that moves with the coordinate
};
GridTaps grid_taps(const GridShape& shape, int axis, double coordinate);   // axis 0, 1, 2 for slices, rows, columns

// grid [n, places, dims], contiguous, (x, y[, z]) → y [n, c, places], in x's layout.
Array grid_sample(const GridShape& shape, const Array& x, const Array& grid, const Shape& result);
Array grid_sample_input_gradient(const GridShape& shape, const Array& g, const Array& grid, const Shape& x);
Array grid_sample_grid_gradient(const GridShape& shape, const Array& g, const Array& x, const Array& grid);

// The pixels around some places: all combinations of the taps of the axes.
template <class T>
struct GridBlock {
  static constexpr int most = 32;
  int corners;                        // 1, 4, 8 or 16
  std::int32_t offset[16][most];
  T weight[16][most], slope[3][16][most];   // slope by x, y and z
};

// Channels of pixels: how far apart the former and the latter lie.
template <class T>
struct GridPixels {
  T* data;
  std::int64_t pixel, channel;
};

// The loops inside, compiled for each SIMD level, for n <= GridBlock::most places.
template <class T>
struct GridRows {
  GridTaps (*taps)(const GridShape& shape, int axis, double coordinate);
  void (*around)(const GridShape& shape, const T* grid, std::int64_t n, bool slopes, GridBlock<T>& block);
  // y[c, p] = Σ weight·x[c, offset].
  void (*take)(const GridBlock<T>& block, std::int64_t n, std::int64_t channels, GridPixels<const T> x, GridPixels<T> y);
  // sums[corner][p] = Σ over channels of g[c, p]·x[c, offset].
  void (*products)(const GridBlock<T>& block, std::int64_t n, std::int64_t channels, GridPixels<const T> g, GridPixels<const T> x,
                   T (*sums)[GridBlock<T>::most]);
};
using GridLoops = PerFloat<GridRows>;
const GridLoops& grid_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
