#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>

#include "autograd/ops/op_table.h"

namespace gradus {
namespace {

const Rows family{
    {.name = "sum", .f = of([](auto& x) { return square(sum(x)); }), .inputs = {{.shape = {2, 3, 2}}},
     .mistake = [] { sum(zeros({2, 3}), {1, -1}); },
     .says = {"sum", "twice"}},
    {.name = "sum", .f = of([](auto& x) { return square(sum(x, {0, 2})); }), .inputs = {{.shape = {2, 3, 2}}},
     .mistake = [] { sum(zeros({2, 3}), 2); }, .says = {"sum", "axis 2"}},
    {.name = "sum", .f = of([](auto& x) { return square(sum(x, -1, true)); }), .inputs = {{.shape = {2, 3, 2}}}},
    {.name = "sum", .f = of([](auto& x) { return square(sum(x, std::vector<std::size_t>{0, 2})); }), .inputs = {{.shape = {3, 4, 2}}}},
    {.name = "mean", .f = of([](auto& x) { return square(mean(x)); }), .inputs = {{.shape = {2, 3}}},
     .mistake = [] { mean(zeros({2}, i64)); },
     .says = {"mean", "i64"}},
    {.name = "mean", .f = of([](auto& x) { return square(mean(x, 0)); }), .inputs = {{.shape = {2, 3}}},
     .mistake = [] { mean(zeros({2, 3}), -3); },
     .says = {"mean", "axis -3"}},
    {.name = "max", .f = of([](auto& x) { return square(max(x)); }), .inputs = {{.shape = {2, 3}}}, .mistake = [] { max(zeros({0})); },
     .says = {"max", "[0]"}},
    {.name = "max", .f = of([](auto& x) { return square(max(x, 1)); }), .inputs = {{.shape = {3, 4}}},
     .mistake = [] { max(zeros({2, 0}), 1); },
     .says = {"max", "[2, 0]"}},
    {.name = "max", .f = of([](auto& x) { return square(max(x, {0, -1}, true)); }), .inputs = {{.shape = {3, 4, 2}}}},
    {.name = "all", .f = of([](auto& x) { return all(x, 1); }), .inputs = {{.shape = {3, 4}, .low = 0, .high = 2, .dtype = boolean}},
     .differentiable = false, .mistake = [] { all(zeros({2}), 1); }, .says = {"all", "axis 1"}},
    {.name = "any", .f = of([](auto& x) { return any(x, 1); }), .inputs = {{.shape = {3, 4}, .low = 0, .high = 2, .dtype = boolean}},
     .differentiable = false, .mistake = [] { any(zeros({2}), {0, 0}); }, .says = {"any", "twice"}},
    {.name = "argmax", .f = of([](auto& x) { return argmax(x, 1); }), .inputs = {{.shape = {3, 4}}}, .differentiable = false,
     .mistake = [] { argmax(zeros({2, 0}), 1); }, .says = {"argmax", "[2, 0]"}},
    {.name = "sum_to", .f = of([](auto& x) { return square(sum_to(x, {1, 3})); }), .inputs = {{.shape = {4, 2, 3}}},
     .mistake = [] { sum_to(zeros({2, 3}), {4}); }, .says = {"sum_to", "[2, 3]", "[4]"}},
    {.name = "expand", .f = of([](auto& x) { return square(expand(x, {4, 2, 3})); }), .inputs = {{.shape = {2, 1}}},
     .mistake = [] { expand(zeros({2}), {3}); }, .says = {"expand", "[2]", "[3]"}},
};

}  // namespace
}  // namespace gradus
