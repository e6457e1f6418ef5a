#include <gradus/autograd/ops/matmul.h>

#include "autograd/ops/op_table.h"

namespace gradus::matmul_table {

const Rows family{
    {.name = "matmul", .f = of([](auto& a, auto& b) { return matmul(a, b); }), .inputs = {{.shape = {2, 3}}, {.shape = {3, 4}}},
     .mistake = [] { matmul(zeros({2, 3}), zeros({2, 3})); }, .says = {"matmul", "inner dimensions differ", "[2, 3]"}},
    {.name = "matmul", .f = of([](auto& a, auto& b) { return matmul(a, b); }), .inputs = {{.shape = {2, 1, 2, 3}}, {.shape = {4, 3, 1}}}},
    {.name = "linear", .f = of([](auto& x, auto& weight, auto& bias) { return linear(x, weight, bias); }),
     .inputs = {{.shape = {3, 4}}, {.shape = {2, 4}}, {.shape = {2}}},
         .mistake = [] { linear(zeros({64, 800}), variable(zeros({128, 784}), "fc1.weight")); },
     .says = {"linear", "800 features", "fc1.weight", "784", "[64, 800]", "[128, 784]"}, .optional_from = 2},
    {.name = "linear", .f = of([](auto& x, auto& w) { return linear(x, w); }), .inputs = {{.shape = {2, 2, 3}}, {.shape = {1, 3}}}},
};

}  // namespace gradus::matmul_table
