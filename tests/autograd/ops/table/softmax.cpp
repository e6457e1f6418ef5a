#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/softmax.h>

#include "autograd/ops/op_table.h"

namespace gradus::softmax_table {

const Rows family{
    {.name = "softmax", .f = of([](auto& x) { return softmax(x, 1); }), .inputs = {{.shape = {3, 4}}},
     .mistake = [] { softmax(zeros({2, 3}), 2); },
     .says = {"softmax", "axis 2"}, .shapes = "0x4; 3x0; 3x1"},
    {.name = "softmax", .f = of([](auto& x) { return softmax(x, 0); }), .inputs = {{.shape = {3, 4, 2}}}, .shapes = "0x4; ()"},
    {.name = "log_softmax", .f = of([](auto& x) { return log_softmax(x); }), .inputs = {{.shape = {3, 4}}},
     .mistake = [] { log_softmax(zeros({2}, i64)); }, .says = {"log_softmax", "i64"}, .shapes = "(); 0x4; 3x0"},
    {.name = "log_softmax", .f = of([](auto& x) { return log_softmax(x, 0); }), .inputs = {{.shape = {3, 4}}}, .shapes = "0x4; 1x2"},
    {.name = "softmin",
     .f = of([](auto& x) { return softmin(x, 0); }),
     .inputs = {{.shape = {3, 2}}},
     .mistake = [] { softmin(zeros({2, 3}), 2); },
     .says = {"softmin", "axis 2"}, .shapes = "3x0; 1"},
    {.name = "sparsemax",
     .f = of([](auto& x) { return square(sparsemax(x)); }),
     .inputs = {{.shape = {3, 4}}},
     .mistake = [] { sparsemax(zeros({2, 3}), 2); },
     .says = {"sparsemax", "axis 2"}, .shapes = "0x4; 3x1; ()"},
    {.name = "sparsemax", .f = of([](auto& x) { return square(sparsemax(x, 1)); }), .inputs = {{.shape = {2, 5, 2}}}, .shapes = "2x5x0"},
};

}  // namespace gradus::softmax_table
