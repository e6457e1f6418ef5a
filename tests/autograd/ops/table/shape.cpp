#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/shape.h>

#include "autograd/ops/op_table.h"

namespace gradus {
namespace {

const Rows family{
    {.name = "reshape", .f = of([](auto& x) { return square(reshape(x, {3, -1})); }), .inputs = {{.shape = {2, 3}}},
     .mistake = [] { reshape(zeros({2, 3}), {4}); }, .says = {"reshape", "[2, 3]", "[4]"}},
    {.name = "flatten", .f = of([](auto& x) { return square(flatten(x, 1)); }), .inputs = {{.shape = {2, 3, 2}}},
     .mistake = [] { flatten(zeros({2, 3}), 2); }, .says = {"flatten"}},
    {.name = "transpose", .f = of([](auto& x) { return square(transpose(x)); }), .inputs = {{.shape = {2, 3}}},
     .mistake = [] { transpose(zeros({2, 3}), 0, 2); }, .says = {"transpose", "axis 2"}},
    {.name = "permute", .f = of([](auto& x) { return square(permute(x, {2, 0, 1})); }), .inputs = {{.shape = {2, 3, 4}}},
     .mistake = [] { permute(zeros({2, 3}), {0, 0}); }, .says = {"permute", "twice"}},
    {.name = "unsqueeze", .f = of([](auto& x) { return square(unsqueeze(x, 1)); }), .inputs = {{.shape = {2, 3}}},
     .mistake = [] { unsqueeze(zeros({2}), 3); }, .says = {"unsqueeze", "axis 3"}},
    {.name = "squeeze", .f = of([](auto& x) { return square(squeeze(x, 1)); }), .inputs = {{.shape = {2, 1, 3}}},
     .mistake = [] { squeeze(zeros({2}), 0); }, .says = {"squeeze", "size 2"}},
    {.name = "slice", .f = of([](auto& x) { return square(slice(x, 1, 1, 5, 2)); }), .inputs = {{.shape = {2, 5}}},
     .mistake = [] { slice(zeros({2, 3}), 1, 0, 9); }, .says = {"slice", "9", "[2, 3]"}},
    {.name = "select", .f = of([](auto& x) { return square(select(x, 1, -1)); }), .inputs = {{.shape = {2, 5}}},
     .mistake = [] { select(zeros({2, 3}), 1, 3); }, .says = {"select", "3", "[2, 3]"}},
    {.name = "cat", .f = of([](auto& a, auto& b) { return square(cat({a, b, a}, 1)); }), .inputs = {{.shape = {2, 3}}, {.shape = {2, 1}}},
     .mistake = [] { cat({zeros({2, 3}), zeros({3, 3})}, 1); }, .says = {"cat", "[2, 3]", "[3, 3]"}},
    {.name = "stack", .f = of([](auto& a, auto& b) { return square(stack({a, b}, 1)); }), .inputs = {{.shape = {2, 3}}, {.shape = {2, 3}}},
     .mistake = [] { stack({zeros({2}), zeros({3})}); }, .says = {"stack", "[2]", "[3]"}},
    {.name = "gather", .f = of([](auto& x, auto& index) { return square(gather(x, 1, index)); }),
     .inputs = {{.shape = {3, 4}}, {.shape = {3, 6}, .low = 0, .high = 4, .dtype = i64}},
     .mistake = [] { gather(zeros({2, 3}), 1, Tensor(Array::full({2, 1}, 3, i64))); }, .says = {"gather", "3"}},
    {.name = "scatter_add", .f = of([](auto& x, auto& index) { return square(scatter_add(x, 1, index, {3, 4})); }),
     .inputs = {{.shape = {3, 6}}, {.shape = {3, 6}, .low = 0, .high = 4, .dtype = i64}},
     .mistake = [] { scatter_add(zeros({2, 1}), 1, Tensor(Array::full({2, 1}, 7, i64)), {2, 3}); }, .says = {"scatter_add", "7"}},
};

}  // namespace
}  // namespace gradus
