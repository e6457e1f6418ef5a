// Images in other sizes and places, f32 or f64 (shuffles: any dtype): resampled, sampled along a grid, and channels that become pixels.
//   interpolate(x, {.size = {224, 224}, .mode = Interpolation::bilinear});   interpolate(x, {.scale_factor = 2});
//   grid_sample(x, affine_grid(theta, x.shape()));   pixel_shuffle(x, 2);
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>

#include <gradus/autograd/array/shape.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// Of sequences [N, C, L]: nearest, nearest_exact, linear, area; of images [N, C, H, W] bilinear and bicubic, of volumes [N, C, D, H, W]
// trilinear in the place of linear.
enum class Interpolation {
  nearest,         // the pixel at ⌊o·scale⌋
  nearest_exact,   // the pixel at ⌊(o + ½)·scale⌋, the true nearest
  linear, bilinear, trilinear,
  bicubic,         // Keys's cubic convolution, a = −¾; may leave the range of x
  area,            // means of windows: adaptive_avg_pool
};

// One factor for all directions, or one each; {}: not given.
struct Scales {
  std::array<double, 3> of{};
  std::size_t count = 0;
  Scales() = default;
  Scales(double all) : of{all}, count(1) {}
  Scales(std::initializer_list<double> each);   // ValueError for more than three
};

struct InterpolateOptions {
  Shape size = {};                // the new size, one number for all directions or one each
  Scales scale_factor = {};       // ... or so many times the old one, rounded down
  Interpolation mode = Interpolation::nearest;
  bool align_corners = false;     // whether the centres of the corner pixels stay, or the outer edges do; not of nearest and area
  bool antialias = false;         // smaller: over so many more pixels as they are more, as Pillow's; of bilinear and bicubic (a = −½ then)
  bool recompute_scale_factor = false;   // places by the ratio of the sizes, and not by the scale_factor, which rounding left behind
};
// [N, C, …] → [N, C, size]. ShapeError, ValueError.
Tensor interpolate(const Tensor& x, const InterpolateOptions& options);

enum class GridMode { bilinear, nearest, bicubic };             // bilinear of volumes is trilinear
enum class GridPadding { zeros, border, reflection };           // what is outside of x
struct GridOptions {
  GridMode mode = GridMode::bilinear;
  GridPadding padding = GridPadding::zeros;
  bool align_corners = false;     // whether −1 and 1 are the centres of the outer pixels, or their edges
};
// x [N, C, H, W], grid [N, OH, OW, 2] of places (x, y) in [−1, 1] → [N, C, OH, OW]; of volumes [N, C, D, H, W] and grids [N, OD, OH, OW, 3]
// of (x, y, z). NaN in a grid is −1.
Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridOptions& options = {});
// The grid that theta [N, 2, 3] makes of the places of images of `size`, {N, C, H, W}: theta·(x, y, 1); of volumes [N, 3, 4].
Tensor affine_grid(const Tensor& theta, const Shape& size, bool align_corners = false);

// Channels as blocks of factor × factor pixels: [..., C·factor², H, W] → [..., C, H·factor, W·factor] (Shi et al., 2016), and the way back.
Tensor pixel_shuffle(const Tensor& x, std::int64_t factor);
Tensor pixel_unshuffle(const Tensor& x, std::int64_t factor);
// The channels of so many groups in turns: [N, C, ...], where channel i·(C / groups) + j becomes channel j·groups + i.
Tensor channel_shuffle(const Tensor& x, std::int64_t groups);

}  // namespace gradus
