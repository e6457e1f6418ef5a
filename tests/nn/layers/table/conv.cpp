#include <gradus/nn/layers/conv.h>

#include "nn/layers/table.h"

namespace gradus::conv_layers {

using nn::PaddingMode;

const LayerRows family{
    {.layer = "Conv1d", .golden = "conv1d_plain", .make = layer([] { return nn::Conv1d{2, 3}; })},
    {.layer = "Conv1d", .golden = "conv1d_options",
     .make = layer([] { return nn::Conv1d{4, 2, {.kernel = 3, .stride = 2, .padding = 3, .dilation = 2, .groups = 2}}; })},
    {.layer = "Conv1d", .golden = "conv1d_same",
     .make = layer([] { return nn::Conv1d{2, 2, {.kernel = 4, .padding = "same", .dilation = 2}}; })},
    {.layer = "Conv1d", .golden = "conv1d_valid",
     .make = layer([] { return nn::Conv1d{2, 2, {.kernel = 2, .padding = "valid", .bias = false}}; }), .batch = -1},
    {.layer = "Conv1d", .golden = "conv1d_reflect",
     .make = layer([] { return nn::Conv1d{2, 2, {.padding = 2, .padding_mode = PaddingMode::reflect}}; })},
    {.layer = "Conv1d", .golden = "conv1d_replicate",
     .make = layer([] { return nn::Conv1d{2, 2, {.stride = 2, .padding = 2, .padding_mode = PaddingMode::replicate}}; })},
    {.layer = "Conv1d", .golden = "conv1d_circular",
     .make = layer([] { return nn::Conv1d{2, 2, {.kernel = 4, .padding = "same", .padding_mode = PaddingMode::circular}}; })},
    {.layer = "Conv2d", .golden = "conv2d_plain", .make = layer([] { return nn::Conv2d{2, 3, {.padding = 1}}; })},
    {.layer = "Conv2d", .golden = "conv2d_options",
     .make = layer([] {
       return nn::Conv2d{4, 2, {.kernel = {3, 2}, .stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2, .bias = false}};
     })},
    {.layer = "Conv2d", .golden = "conv2d_same",
     .make = layer([] { return nn::Conv2d{2, 2, {.kernel = {3, 2}, .padding = "same", .dilation = {1, 3}}}; })},
    {.layer = "Conv2d", .golden = "conv2d_one_sample", .make = layer([] { return nn::Conv2d{2, 2, {.kernel = 2, .padding = "valid"}}; }),
     .batch = -1},
    {.layer = "Conv2d", .golden = "conv2d_reflect",
     .make = layer([] { return nn::Conv2d{2, 2, {.padding = {1, 2}, .padding_mode = PaddingMode::reflect}}; })},
    {.layer = "Conv2d", .golden = "conv2d_replicate",
     .make = layer([] {
       return nn::Conv2d{2, 2, {.kernel = {2, 3}, .padding = "same", .dilation = {1, 2}, .padding_mode = PaddingMode::replicate}};
     })},
    {.layer = "Conv2d", .golden = "conv2d_circular",
     .make = layer([] { return nn::Conv2d{2, 2, {.stride = 2, .padding = {2, 1}, .padding_mode = PaddingMode::circular}}; }), .batch = -1},
    {.layer = "Conv3d", .golden = "conv3d_plain", .make = layer([] { return nn::Conv3d{2, 2, {.kernel = 2}}; })},
    {.layer = "Conv3d", .golden = "conv3d_options",
     .make = layer([] {
       return nn::Conv3d{2, 4, {.kernel = {2, 1, 2}, .stride = {1, 2, 1}, .padding = {1, 0, 1}, .dilation = {1, 1, 2}, .groups = 2,
                                .bias = false}};
     })},
    {.layer = "Conv3d", .golden = "conv3d_same", .make = layer([] { return nn::Conv3d{1, 2, {.kernel = {2, 3, 2}, .padding = "same"}}; })},
    {.layer = "Conv3d", .golden = "conv3d_reflect",
     .make = layer([] { return nn::Conv3d{1, 2, {.kernel = 2, .padding = {1, 0, 1}, .padding_mode = PaddingMode::reflect}}; })},
    {.layer = "Conv3d", .golden = "conv3d_replicate",
     .make = layer([] { return nn::Conv3d{1, 2, {.kernel = 2, .padding = {2, 1, 0}, .padding_mode = PaddingMode::replicate}}; })},
    {.layer = "Conv3d", .golden = "conv3d_circular",
     .make = layer([] { return nn::Conv3d{1, 2, {.kernel = 2, .padding = "same", .padding_mode = PaddingMode::circular}}; }), .batch = -1},

    {.layer = "ConvTranspose1d", .golden = "conv_transpose1d_plain", .make = layer([] { return nn::ConvTranspose1d{2, 3}; })},
    {.layer = "ConvTranspose1d", .golden = "conv_transpose1d_options",
     .make = layer([] {
       return nn::ConvTranspose1d{2, 4, {.stride = 3, .padding = 1, .output_padding = 2, .groups = 2, .bias = false, .dilation = 2}};
     })},
    {.layer = "ConvTranspose1d", .golden = "conv_transpose1d_sized",
     .make = layer([] { return nn::ConvTranspose1d{2, 2, {.kernel = 2, .stride = 3}}; },
                   [](const auto& f, const Tensors& x) -> Tensors { return {f(x[0], {9})}; })},
    {.layer = "ConvTranspose2d", .golden = "conv_transpose2d_plain",
     .make = layer([] { return nn::ConvTranspose2d{2, 3, {.kernel = 2, .stride = 2}}; })},
    {.layer = "ConvTranspose2d", .golden = "conv_transpose2d_options",
     .make = layer([] {
       return nn::ConvTranspose2d{2, 2, {.kernel = {2, 3}, .stride = {1, 2}, .padding = {0, 1}, .output_padding = {1, 0}, .groups = 2,
                                         .dilation = {2, 1}}};
     })},
    {.layer = "ConvTranspose2d", .golden = "conv_transpose2d_sized",
     .make = layer([] { return nn::ConvTranspose2d{2, 1, {.stride = 2, .padding = 1}}; },
                   [](const auto& f, const Tensors& x) -> Tensors { return {f(x[0], {x[0].dim(0), 1, 4, 5})}; })},
    {.layer = "ConvTranspose2d", .golden = "conv_transpose2d_one_sample",
     .make = layer([] { return nn::ConvTranspose2d{2, 2, {.kernel = 2, .bias = false}}; }), .batch = -1},
    {.layer = "ConvTranspose3d", .golden = "conv_transpose3d_plain",
     .make = layer([] { return nn::ConvTranspose3d{2, 1, {.kernel = 2, .stride = 2}}; })},
    {.layer = "ConvTranspose3d", .golden = "conv_transpose3d_options",
     .make = layer([] {
       return nn::ConvTranspose3d{2, 2, {.kernel = {2, 1, 2}, .stride = {1, 2, 1}, .padding = {1, 0, 0}, .output_padding = {0, 1, 1},
                                         .groups = 2, .dilation = {1, 1, 2}}};
     })},
    {.layer = "ConvTranspose3d", .golden = "conv_transpose3d_sized",
     .make = layer([] { return nn::ConvTranspose3d{1, 2, {.kernel = 2, .stride = {1, 2, 3}}}; },
                   [](const auto& f, const Tensors& x) -> Tensors { return {f(x[0], {3, 5, 6})}; }), .batch = -1},
};

}  // namespace gradus::conv_layers
