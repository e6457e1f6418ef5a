// Padding, resampling and rearranging: nn/layers/pad.h, nn/layers/resample.h.
#include <gradus/nn/layers/pad.h>
#include <gradus/nn/layers/resample.h>

#include "nn/layers/table.h"

namespace gradus::resample_layers {

const LayerRows family{
    {.layer = "ConstantPad1d", .golden = "constant_pad1d", .make = layer([] { return nn::ConstantPad1d{{2, 1}, 1.5}; })},
    {.layer = "ConstantPad2d", .golden = "constant_pad2d", .make = layer([] { return nn::ConstantPad2d{{1, 2, 0, 1}, 1.5}; })},
    {.layer = "ConstantPad2d", .golden = "constant_pad2d_one_sample", .make = layer([] { return nn::ConstantPad2d{1, 1.5}; }),
     .batch = -1},
    {.layer = "ConstantPad2d", .golden = "constant_pad2d_cut", .make = layer([] { return nn::ConstantPad2d{{-1, 2, 1, -1}, 0.5}; })},
    {.layer = "ConstantPad3d", .golden = "constant_pad3d", .make = layer([] { return nn::ConstantPad3d{1, 1.5}; })},
    {.layer = "ZeroPad1d", .golden = "zero_pad1d", .make = layer([] { return nn::ZeroPad1d{{2, 1}}; })},
    {.layer = "ZeroPad2d", .golden = "zero_pad2d", .make = layer([] { return nn::ZeroPad2d{{1, 2, 0, 1}}; })},
    {.layer = "ZeroPad2d", .golden = "zero_pad2d_one_sample", .make = layer([] { return nn::ZeroPad2d{1}; }), .batch = -1},
    {.layer = "ZeroPad3d", .golden = "zero_pad3d", .make = layer([] { return nn::ZeroPad3d{1}; })},
    {.layer = "ReflectionPad1d", .golden = "reflection_pad1d", .make = layer([] { return nn::ReflectionPad1d{{2, 1}}; })},
    {.layer = "ReflectionPad2d", .golden = "reflection_pad2d", .make = layer([] { return nn::ReflectionPad2d({1, 2, 0, 1}); })},
    {.layer = "ReflectionPad2d", .golden = "reflection_pad2d_one_sample", .make = layer([] { return nn::ReflectionPad2d{1}; }),
     .batch = -1},
    {.layer = "ReflectionPad3d", .golden = "reflection_pad3d", .make = layer([] { return nn::ReflectionPad3d{1}; })},
    {.layer = "ReplicationPad1d", .golden = "replication_pad1d", .make = layer([] { return nn::ReplicationPad1d{{2, 1}}; })},
    {.layer = "ReplicationPad2d", .golden = "replication_pad2d", .make = layer([] { return nn::ReplicationPad2d({1, 2, 0, 1}); })},
    {.layer = "ReplicationPad2d", .golden = "replication_pad2d_one_sample", .make = layer([] { return nn::ReplicationPad2d{1}; }),
     .batch = -1},
    {.layer = "ReplicationPad3d", .golden = "replication_pad3d", .make = layer([] { return nn::ReplicationPad3d{1}; })},
    {.layer = "CircularPad1d", .golden = "circular_pad1d", .make = layer([] { return nn::CircularPad1d{{2, 1}}; })},
    {.layer = "CircularPad2d", .golden = "circular_pad2d", .make = layer([] { return nn::CircularPad2d({1, 2, 0, 1}); })},
    {.layer = "CircularPad2d", .golden = "circular_pad2d_one_sample", .make = layer([] { return nn::CircularPad2d{1}; }), .batch = -1},
    {.layer = "CircularPad3d", .golden = "circular_pad3d", .make = layer([] { return nn::CircularPad3d{1}; })},

    {.layer = "Upsample", .golden = "upsample_nearest", .make = layer([] { return nn::Upsample{{.scale_factor = 2}}; })},
    {.layer = "Upsample", .golden = "upsample_linear",
     .make = layer([] { return nn::Upsample{{.size = {5}, .mode = Interpolation::linear}}; })},
    {.layer = "Upsample", .golden = "upsample_bilinear",
     .make = layer([] { return nn::Upsample{{.scale_factor = {1.7, 2}, .mode = Interpolation::bilinear}}; })},
    {.layer = "Upsample", .golden = "upsample_recomputed",
     .make = layer([] {
       return nn::Upsample{{.scale_factor = 1.7, .mode = Interpolation::bilinear, .recompute_scale_factor = true}};
     })},
    {.layer = "Upsample", .golden = "upsample_bicubic",
     .make = layer([] { return nn::Upsample{{.size = {4, 5}, .mode = Interpolation::bicubic, .align_corners = true}}; })},
    {.layer = "Upsample", .golden = "upsample_trilinear",
     .make = layer([] { return nn::Upsample{{.size = {3}, .mode = Interpolation::trilinear, .align_corners = true}}; })},
    {.layer = "UpsamplingNearest2d", .golden = "upsampling_nearest2d",
     .make = layer([] { return nn::UpsamplingNearest2d{{.size = {3, 5}}}; })},
    {.layer = "UpsamplingBilinear2d", .golden = "upsampling_bilinear2d",
     .make = layer([] { return nn::UpsamplingBilinear2d{{.scale_factor = 2}}; })},
    {.layer = "PixelShuffle", .golden = "pixel_shuffle", .make = layer([] { return nn::PixelShuffle{2}; })},
    {.layer = "PixelShuffle", .golden = "pixel_shuffle_one_sample", .make = layer([] { return nn::PixelShuffle{2}; }), .batch = -1},
    {.layer = "PixelUnshuffle", .golden = "pixel_unshuffle", .make = layer([] { return nn::PixelUnshuffle{2}; })},
    {.layer = "ChannelShuffle", .golden = "channel_shuffle", .make = layer([] { return nn::ChannelShuffle{2}; })},
    {.layer = "Unfold", .golden = "unfold",
     .make = layer([] { return nn::Unfold{{2, 3}, {.dilation = {1, 2}, .padding = {0, 1}, .stride = 2}}; })},
    {.layer = "Unfold", .golden = "unfold_one_sample", .make = layer([] { return nn::Unfold{2}; }), .batch = -1},
    {.layer = "Fold", .golden = "fold",
     .make = layer([] { return nn::Fold{{4, 5}, {2, 3}, {.padding = {0, 1}, .stride = {2, 1}}}; })},
    {.layer = "Fold", .golden = "fold_one_sample", .make = layer([] { return nn::Fold{{3, 2}, 2}; }), .batch = -1},
    {.layer = "Unflatten", .golden = "unflatten", .make = layer([] { return nn::Unflatten{1, {2, -1}}; })},
    {.layer = "Unflatten", .golden = "unflatten_last", .make = layer([] { return nn::Unflatten{-1, {1, 3}}; }), .batch = -1},
};

}  // namespace gradus::resample_layers
