#include <gradus/autograd/ops/conv.h>

#include "autograd/ops/op_table.h"

namespace gradus::conv_table {

const Rows family{
    {.name = "conv2d", .f = of([](auto& x, auto& weight, auto& bias) { return conv2d(x, weight, bias, {.stride = 2, .padding = 1}); }),
     .inputs = {{.shape = {2, 2, 5, 4}}, {.shape = {3, 2, 3, 3}}, {.shape = {3}}},
         .mistake = [] { conv2d(zeros({1, 2, 5, 5}), zeros({3, 4, 3, 3})); },
     .says = {"conv2d", "[1, 2, 5, 5]", "[3, 4, 3, 3]"}, .optional_from = 2},
    {.name = "conv2d", .f = of([](auto& x, auto& w) { return conv2d(x, w, {}, {.padding = {0, 1}, .dilation = 2, .groups = 2}); }),
     .inputs = {{.shape = {1, 4, 5, 6}}, {.shape = {2, 2, 2, 3}}}},
    {.name = "conv1d", .f = of([](auto& x, auto& weight, auto& bias) { return conv1d(x, weight, bias, {.stride = 2, .dilation = 2}); }),
     .inputs = {{.shape = {2, 2, 7}}, {.shape = {3, 2, 3}}, {.shape = {3}}}, .mistake = [] { conv1d(zeros({5}), zeros({3, 4, 3})); },
     .says = {"conv1d: x must be [N, C, L] or [C, L]", "x [5]", "weight [3, 4, 3]"}, .optional_from = 2},
    {.name = "conv1d", .f = of([](auto& x, auto& weight, auto& bias) { return conv1d(x, weight, bias, {.groups = 2, .same = true}); }),
     .inputs = {{.shape = {2, 5}}, {.shape = {4, 1, 2}}, {.shape = {4}}}, .optional_from = 2},
    {.name = "conv1d", .f = of([](auto& x, auto& weight, auto& bias) { return conv1d(x, weight, bias); }),
     .inputs = {{.shape = {2, 1, 1}}, {.shape = {1, 1, 1}}, {.shape = {1}}}, .optional_from = 2},
    {.name = "conv3d", .f = of([](auto& x, auto& w, auto& b) { return conv3d(x, w, b, {.stride = {1, 2, 1}, .padding = 1}); }),
     .inputs = {{.shape = {1, 2, 3, 3, 2}}, {.shape = {2, 2, 2, 3, 2}}, {.shape = {2}}},
     .mistake = [] { conv3d(zeros({1, 2, 3, 3, 3}), zeros({3, 2, 3, 3, 4})); },
     .says = {"conv3d: the kernel, dilated by [1, 1, 1], is larger than the image, padded by [0, 0, 0]", "[3, 2, 3, 3, 4]"},
     .optional_from = 2},
    {.name = "conv3d", .f = of([](auto& x, auto& w) { return conv3d(x, w, {}, {.dilation = {1, 1, 2}, .groups = 2}); }),
     .inputs = {{.shape = {2, 2, 3, 4}}, {.shape = {2, 1, 2, 1, 2}}}},
    {.name = "conv_transpose1d",
     .f = of([](auto& x, auto& w, auto& b) { return conv_transpose1d(x, w, b, {.stride = 2, .padding = 1, .output_padding = 1}); }),
     .inputs = {{.shape = {2, 3, 4}}, {.shape = {3, 2, 3}}, {.shape = {2}}},
     .mistake = [] { conv_transpose1d(zeros({1, 2, 5}), zeros({3, 4, 3})); },
     .says = {"conv_transpose1d: input has 2 channels but weight expects 3", "[1, 2, 5]", "[3, 4, 3]"}, .optional_from = 2},
    {.name = "conv_transpose2d",
     .f = of([](auto& x, auto& w, auto& b) { return conv_transpose2d(x, w, b, {.stride = {2, 1}, .groups = 2, .dilation = {1, 2}}); }),
     .inputs = {{.shape = {2, 4, 2, 3}}, {.shape = {4, 1, 3, 2}}, {.shape = {2}}},
     .mistake = [] { conv_transpose2d(zeros({1, 2, 5, 5}), zeros({2, 4, 3, 3}), {}, {.output_padding = 1}); },
     .says = {"conv_transpose2d: output_padding [1, 1] must be less than stride [1, 1] or dilation [1, 1]"}, .optional_from = 2},
    {.name = "conv_transpose2d", .f = of([](auto& x, auto& w, auto& b) { return conv_transpose2d(x, w, b, {.padding = 1}); }),
     .inputs = {{.shape = {2, 3, 3}}, {.shape = {2, 2, 2, 3}}, {.shape = {2}}}, .optional_from = 2},
    {.name = "conv_transpose3d",
     .f = of([](auto& x, auto& w, auto& b) { return conv_transpose3d(x, w, b, {.stride = {1, 2, 1}, .output_padding = {0, 1, 0}}); }),
     .inputs = {{.shape = {1, 2, 2, 1, 2}}, {.shape = {2, 2, 1, 2, 2}}, {.shape = {2}}},
     .mistake = [] { conv_transpose3d(zeros({1, 2, 1, 1, 1}), zeros({2, 4, 3, 3, 3}), {}, {.padding = 2}); },
     .says = {"conv_transpose3d: nothing is left of the result, shortened by padding [2, 2, 2]"}, .optional_from = 2},
};

}  // namespace gradus::conv_table
