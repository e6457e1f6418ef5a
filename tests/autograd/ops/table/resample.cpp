#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/resample.h>

#include "autograd/ops/op_table.h"

namespace gradus::resample_table {

const Rows family{
    {.name = "interpolate", .f = of([](auto& x) { return interpolate(x, {.size = {7, 3}, .mode = Interpolation::bilinear}); }),
     .inputs = {{.shape = {2, 2, 4, 5}}}, .mistake = [] { interpolate(zeros({1, 1, 4}), {.size = {2, 2}}); },
     .says = {"interpolate: 2 sizes for the 1 directions of x [1, 1, 4]"}, .shapes = "0x2x4x5; 1x1x1x1"},
    {.name = "interpolate",
     .f = of([](auto& x) { return square(interpolate(x, {.size = {2, 9}, .mode = Interpolation::bicubic, .align_corners = true})); }),
     .inputs = {{.shape = {1, 2, 3, 4}}}, .mistake = [] { interpolate(zeros({1, 1, 4}), {.size = {2}, .mode = Interpolation::bicubic}); },
     .says = {"interpolate: bicubic has 2 directions, x [1, 1, 4] has 1"}, .shapes = "1x1x1x1; 0x2x3x4"},
    {.name = "interpolate", .f = of([](auto& x) { return interpolate(x, {.scale_factor = 2, .mode = Interpolation::linear}); }),
     .inputs = {{.shape = {2, 3, 1}}}, .mistake = [] { interpolate(zeros({1, 1, 4}), {}); },
     .says = {"interpolate: needs a size or a scale_factor"}, .shapes = "0x3x2"},
    {.name = "interpolate", .f = of([](auto& x) { return square(interpolate(x, {.scale_factor = {0.6, 1.5}})); }),
     .inputs = {{.shape = {1, 1, 5, 4}}}, .mistake = [] { interpolate(zeros({1, 1, 4}), {.size = {2}, .align_corners = true}); },
     .says = {"align_corners means nothing to nearest"}, .shapes = "0x1x5x4; 1x1x2x1"},
    {.name = "interpolate", .f = of([](auto& x) { return interpolate(x, {.size = {3}, .mode = Interpolation::trilinear}); }),
     .inputs = {{.shape = {1, 2, 2, 4, 3}}}, .mistake = [] { interpolate(zeros({1, 1, 4}), {.scale_factor = 0.1}); },
     .says = {"would have 0 pixels in direction 0"}, .shapes = "1x1x1x1x1; 0x2x2x4x3"},
    {.name = "interpolate", .f = of([](auto& x) { return interpolate(x, {.size = {2, 6}, .mode = Interpolation::area}); }),
     .inputs = {{.shape = {1, 2, 3, 4}}}, .mistake = [] { interpolate(zeros({1, 4}), {.size = {2}}); },
     .says = {"interpolate: x must be [N, C, L], [N, C, H, W] or [N, C, D, H, W], not [1, 4]"}, .shapes = "1x1x1x1; 0x2x3x4"},
    {.name = "grid_sample", .f = of([](auto& x, auto& grid) { return grid_sample(x, grid); }),
     .inputs = {{.shape = {2, 2, 4, 3}}, {.shape = {2, 2, 3, 2}, .low = -1.4, .high = 1.4}},
     .mistake = [] { grid_sample(zeros({1, 1, 4, 4}), zeros({1, 2, 2, 3})); },
     .says = {"grid_sample: the grid must be [N, OH, OW, 2] for x [1, 1, 4, 4], not [1, 2, 2, 3]"},
     .shapes = "0x2x4x3 0x2x3x2; 1x1x1x1 1x1x1x2; 2x2x4x3 2x0x3x2"},
    {.name = "grid_sample",
     .f = of([](auto& x, auto& grid) {
       return grid_sample(x, grid, {.mode = GridMode::bicubic, .padding = GridPadding::reflection, .align_corners = true}); }),
     .inputs = {{.shape = {1, 2, 3, 4}}, {.shape = {1, 2, 2, 2}}},
     .mistake = [] { grid_sample(zeros({1, 1, 4, 4, 4}), zeros({1, 2, 2, 2, 3}), {.mode = GridMode::bicubic}); },
     .says = {"grid_sample: bicubic is for images, not x [1, 1, 4, 4, 4]"}, .shapes = "1x1x1x1 1x1x1x2"},
    {.name = "grid_sample", .f = of([](auto& x, auto& grid) { return grid_sample(x, grid, {.padding = GridPadding::border}); }),
     .inputs = {{.shape = {1, 2, 2, 3, 2}}, {.shape = {1, 2, 1, 2, 3}, .low = -1.3, .high = 1.3}},
     .mistake = [] { grid_sample(zeros({1, 1, 4, 4}), zeros({1, 2, 2, 2}, f64)); }, .says = {"one dtype: f32 and f64"},
     .shapes = "0x2x2x3x2 0x1x2x2x3; 1x1x1x1x1 1x1x1x1x3"},
    {.name = "grid_sample", .f = of([](auto& x, auto& grid) { return grid_sample(x, grid.detach(), {.mode = GridMode::nearest}); }),
     .inputs = {{.shape = {1, 2, 3, 2}}, {.shape = {1, 2, 2, 2}, .low = -1, .high = 1}},
     .mistake = [] { grid_sample(zeros({1, 1, 0, 4}), zeros({1, 2, 2, 2})); }, .says = {"no pixels to take"}},
    {.name = "affine_grid", .f = of([](auto& theta) { return square(affine_grid(theta, {2, 1, 2, 3})); }), .inputs = {{.shape = {2, 2, 3}}},
     .mistake = [] { affine_grid(zeros({1, 2, 2}), {1, 1, 2, 2}); },
     .says = {"affine_grid: theta must be [1, 2, 3] for images of [1, 1, 2, 2], not [1, 2, 2]"}},
    {.name = "affine_grid", .f = of([](auto& theta) { return affine_grid(theta, {1, 1, 2, 1, 3}, true); }),
     .inputs = {{.shape = {1, 3, 4}}}},
    {.name = "pixel_shuffle", .f = of([](auto& x) { return square(pixel_shuffle(x, 2)); }), .inputs = {{.shape = {2, 8, 2, 3}}},
     .mistake = [] { pixel_shuffle(zeros({1, 6, 2, 2}), 2); },
     .says = {"pixel_shuffle: the channels of x [1, 6, 2, 2] must be a multiple of 4"}, .shapes = "0x8x2x3; 4x1x1"},
    {.name = "pixel_unshuffle", .f = of([](auto& x) { return square(pixel_unshuffle(x, 3)); }), .inputs = {{.shape = {2, 3, 6}}},
     .mistake = [] { pixel_unshuffle(zeros({1, 6, 2, 3}), 2); },
     .says = {"pixel_unshuffle: the sizes of the images [1, 6, 2, 3] must be multiples of 2"}, .shapes = "0x3x6; 1x3x3"},
    {.name = "channel_shuffle", .f = of([](auto& x) { return square(channel_shuffle(x, 2)); }), .inputs = {{.shape = {2, 6, 2}}},
     .mistake = [] { channel_shuffle(zeros({1, 6}), 4); },
     .says = {"channel_shuffle: groups must divide the channels of x [1, 6], and 4 does not"}, .shapes = "0x6x2; 1x2x1"},
};

}  // namespace gradus::resample_table
