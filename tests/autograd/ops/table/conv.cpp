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
};

}  // namespace gradus::conv_table
