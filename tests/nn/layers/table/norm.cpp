#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/instance_norm.h>
#include <gradus/nn/layers/norm.h>

#include "nn/layers/table.h"

namespace gradus::norm_layers {

const LayerRows family{
    {.layer = "BatchNorm1d", .golden = "batch_norm_1d", .make = layer([] { return nn::BatchNorm1d{3}; })},
    {.layer = "BatchNorm1d", .golden = "batch_norm_1d_length",
     .make = layer([] { return nn::BatchNorm1d{3, {.eps = 1e-3, .momentum = 0.3}}; })},
    {.layer = "BatchNorm1d", .golden = "batch_norm_1d_without_bias", .make = layer([] { return nn::BatchNorm1d{3, {.bias = false}}; })},
    {.layer = "BatchNorm2d", .golden = "batch_norm_2d", .make = layer([] { return nn::BatchNorm2d{2}; })},
    {.layer = "BatchNorm2d", .golden = "batch_norm_2d_plain",
     .make = layer([] { return nn::BatchNorm2d{2, {.momentum = {}, .affine = false}}; })},
    {.layer = "BatchNorm2d", .golden = "batch_norm_2d_untracked",
     .make = layer([] { return nn::BatchNorm2d{2, {.track_running_stats = false}}; })},
    {.layer = "BatchNorm3d", .golden = "batch_norm_3d", .make = layer([] { return nn::BatchNorm3d{2}; })},
    {.layer = "BatchNorm3d", .golden = "batch_norm_3d_plain",
     .make = layer([] { return nn::BatchNorm3d{2, {.momentum = 0.5, .affine = false}}; })},
    {.layer = "LayerNorm", .golden = "layer_norm", .make = layer([] { return nn::LayerNorm{5}; })},
    {.layer = "LayerNorm", .golden = "layer_norm_two", .make = layer([] { return nn::LayerNorm{{2, 3}, {.eps = 1e-2}}; })},
    {.layer = "LayerNorm", .golden = "layer_norm_without_bias", .make = layer([] { return nn::LayerNorm{5, {.bias = false}}; })},
    {.layer = "LayerNorm", .golden = "layer_norm_plain", .make = layer([] { return nn::LayerNorm{5, {.elementwise_affine = false}}; })},
    {.layer = "LayerNorm", .golden = "layer_norm_one_sample", .make = layer([] { return nn::LayerNorm{5}; }), .batch = -1},
    {.layer = "RMSNorm", .golden = "rms_norm", .make = layer([] { return nn::RMSNorm{5}; })},
    {.layer = "RMSNorm", .golden = "rms_norm_two", .make = layer([] { return nn::RMSNorm{{2, 3}, {.eps = 1e-2}}; })},
    {.layer = "RMSNorm", .golden = "rms_norm_plain", .make = layer([] { return nn::RMSNorm{5, {.elementwise_affine = false}}; })},
    {.layer = "GroupNorm", .golden = "group_norm", .make = layer([] { return nn::GroupNorm{2, 4}; })},
    {.layer = "GroupNorm", .golden = "group_norm_without_bias",
     .make = layer([] { return nn::GroupNorm{2, 4, {.eps = 1e-2, .bias = false}}; })},
    {.layer = "GroupNorm", .golden = "group_norm_plain", .make = layer([] { return nn::GroupNorm{1, 4, {.affine = false}}; })},
    {.layer = "InstanceNorm1d", .golden = "instance_norm_1d", .make = layer([] { return nn::InstanceNorm1d{3}; })},
    {.layer = "InstanceNorm1d", .golden = "instance_norm_1d_one_sample",
     .make = layer([] { return nn::InstanceNorm1d{3, {.affine = true}}; }), .batch = -1},
    {.layer = "InstanceNorm1d", .golden = "instance_norm_1d_tracked",
     .make = layer([] { return nn::InstanceNorm1d{3, {.track_running_stats = true}}; })},
    {.layer = "InstanceNorm2d", .golden = "instance_norm_2d",
     .make = layer([] { return nn::InstanceNorm2d{2, {.eps = 1e-2, .affine = true}}; })},
    {.layer = "InstanceNorm2d", .golden = "instance_norm_2d_tracked",
     .make = layer([] { return nn::InstanceNorm2d{2, {.momentum = 0.3, .affine = true, .track_running_stats = true}}; })},
    {.layer = "InstanceNorm2d", .golden = "instance_norm_2d_tracked_sample",
     .make = layer([] { return nn::InstanceNorm2d{2, {.track_running_stats = true}}; }), .batch = -1},
    {.layer = "InstanceNorm3d", .golden = "instance_norm_3d",
     .make = layer([] { return nn::InstanceNorm3d{2, {.affine = true, .bias = false}}; })},
    {.layer = "InstanceNorm3d", .golden = "instance_norm_3d_tracked",
     .make = layer([] { return nn::InstanceNorm3d{2, {.track_running_stats = true}}; })},
    {.layer = "LocalResponseNorm", .golden = "local_response_norm", .make = layer([] { return nn::LocalResponseNorm{2}; })},
    {.layer = "LocalResponseNorm", .golden = "local_response_norm_options",
     .make = layer([] { return nn::LocalResponseNorm{3, 0.5, 0.6, 2}; })},
    {.layer = "CrossMapLRN2d", .golden = "cross_map_lrn", .make = layer([] { return nn::CrossMapLRN2d{3, 0.5}; })},
    {.layer = "CrossMapLRN2d", .golden = "cross_map_lrn_even", .make = layer([] { return nn::CrossMapLRN2d{4, 0.5, 0.6, 2}; })},
    {.layer = "CrossMapLRN2d", .golden = "cross_map_lrn_few", .make = layer([] { return nn::CrossMapLRN2d{4, 0.5, 0.6, 2}; })},
};

}  // namespace gradus::norm_layers
