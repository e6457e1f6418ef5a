// Of index.h and scatter.h.
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/math.h>

#include "autograd/ops/op_table.h"

namespace gradus::index_table {

Tensor numbers(const std::vector<std::int64_t>& values, const Shape& shape) { return Array::from(values, shape); }
const Input upto4{.shape = {2, 3}, .low = 0, .high = 4, .dtype = i64}, upto3{.shape = {5}, .low = 0, .high = 3, .dtype = i64};

const Rows family{
    {.name = "index",
     .f = of_all([](const Tensors& x) {
       return square(index(x[0], {-1, Slice(1, None, 2), None, Ellipsis}));
     }),
     .inputs = {{.shape = {2, 5, 2}}},
     .mistake =
         [] {
           index(zeros({2, 3}), {0, 3});
         },
     .says = {"index", "index 3 at place 1", "axis 1", "[2, 3]", "size 3"}, .shapes = "1x0x2; 2x1x1"},
    {.name = "index",
     .f = of_all([](const Tensors& x) {
       return square(index(x[0], {Slice(None, None, -2), Slice(-1, 0, -1)}));
     }),
     .inputs = {{.shape = {4, 3}}}, .shapes = "0x1; 1x1"},
    {.name = "index",
     .f = of_all([](const Tensors& x) {
       return square(index(x[0], {Slice(), x[1], x[2]}));
     }),
     .inputs = {{.shape = {2, 4, 3, 2}}, upto4, {.shape = {3}, .low = -3, .high = 3, .dtype = i64}},
     .mistake =
         [] {
           index(zeros({2, 3}), {Slice(), numbers({0, 1, 3, 0}, {2, 2})});
         },
     .says = {"index: index 3 at [1, 0] of the indices at place 1 [2, 2] is out of range for axis 1 of shape [2, 3], which has size 3"},
     .shapes = "0x4x3x2 1 3; 2x4x3x2 0 0; 1x4x3x1 1x1 1"},
    {.name = "index",
     .f = of_all([](const Tensors& x) {
       return square(index(x[0], {x[1], None, Slice(0, 2), x[2]}));
     }),
     .inputs = {{.shape = {4, 3, 3}}, upto4, {.shape = {2, 1}, .low = -3, .high = 3, .dtype = i64}}},
    {.name = "index",
     .f = of_all([](const Tensors& x) {
       return square(index(x[0], {Slice(1, None), x[1]}));
     }),
     .inputs = {{.shape = {2, 3, 2}}, {.shape = {3, 2}, .low = 0, .high = 2, .dtype = boolean}},
     .mistake =
         [] {
           index(zeros({2, 3}), {zeros({2, 2}, boolean)});
         },
     .says = {"index: the mask [2, 2] at place 0", "axis 0", "[2, 3]"}, .shapes = "2x0x2 0x2; 0x3x2 3x2; 1x1x1 1x1"},
    {.name = "index_put",
     .f = of_all([](const Tensors& x) {
       return square(index_put(x[0], {Slice(None, None, -2), 1}, x[1]));
     }),
     .inputs = {{.shape = {5, 3, 2}}, {.shape = {3, 1}}},
     .mistake =
         [] {
           index_put(zeros({2, 3}), {0}, zeros({2}));
         },
     .says = {"index_put: values of shape [2]", "which is [3]"}, .shapes = "5x3x0 3x1; 1x2x1 1x1"},
    {.name = "index_put",
     .f = of_all([](const Tensors& x) {
       return square(index_put(x[0], {x[2], Slice(0, 2)}, x[1]));
     }),
     // places named twice
     .inputs = {{.shape = {3, 3}}, {.shape = {5, 2}}, upto3}},
    {.name = "index_put",
     .f = of_all([](const Tensors& x) {
       return square(index_put(x[0], {x[2], None, Slice(0, 2)}, x[1], true));
     }),
     .inputs = {{.shape = {3, 3}}, {.shape = {5, 1, 1}}, upto3},
     .mistake = [] { index_put(zeros({2}), {0}, zeros({}, f64)); },
     .says = {"index_put", "f32", "f64", "b.to(f32)"}},
    {.name = "index_put",
     .f = of_all([](const Tensors& x) { return square(index_put(x[0], {Slice(1, None)}, x[1], true)); }),
     .inputs = {{.shape = {3, 2}}, {.shape = {2}}}, .shapes = "1x2 2; 3x0 1"},
    {.name = "index_select",
     .f = of_all([](const Tensors& x) { return square(index_select(x[0], 1, x[1])); }),
     .inputs = {{.shape = {2, 3, 2}}, upto3},
     .mistake =
         [] {
           index_select(zeros({2, 3}), 1, numbers({0, 3}, {2}));
         },
     .says = {"index_select: index 3 at [1] of the index [2]", "axis 1", "[2, 3]"}, .shapes = "0x3x2 4; 2x3x2 0; 1x3x1 1"},
    {.name = "index_select",
     .f = of_all([](const Tensors& x) { return square(index_select(x[0], -1, x[1])); }),
     .inputs = {{.shape = {2, 3}}, upto3},
     .mistake =
         [] {
           index_select(zeros({2, 3}), 1, numbers({0, 1}, {2, 1}));
         },
     .says = {"index_select: the index must be a vector", "[2, 1]"}},
    {.name = "index_add",
     .f = of_all([](const Tensors& x) { return square(index_add(x[0], 0, x[1], x[2], -2)); }),
     .inputs = {{.shape = {3, 2}}, upto3, {.shape = {5, 2}}},
     .mistake =
         [] {
           index_add(zeros({3, 2}), 0, numbers({0, 1}, {2}), zeros({3, 2}));
         },
     .says = {"index_add: source [3, 2]", "axis 0", "2 elements", "[2, 2]"}, .shapes = "3x0 5 5x0; 3x2 0 0x2; 3x1 1 1x1"},
    {.name = "index_copy",
     .f = of_all([](const Tensors& x) { return square(index_copy(x[0], 1, x[1], x[2])); }),  // places named twice
     .inputs = {{.shape = {2, 3}}, upto3, {.shape = {2, 5}}},
     .mistake = [] { index_copy(zeros({3}), 0, numbers({0}, {1}), zeros({1}, f64)); },
     .says = {"index_copy", "f32", "f64"}, .shapes = "2x3 0 2x0; 0x3 2 0x2"},
    {.name = "index_fill",
     .f = of_all([](const Tensors& x) { return square(index_fill(x[0], 1, x[1], 1.5)); }),
     .inputs = {{.shape = {2, 4}}, {.shape = {2}, .low = 0, .high = 4, .dtype = i64}},
     .mistake = [] { index_fill(zeros({3}), 0, numbers({3}, {1}), 1); },
     .says = {"index_fill: index 3", "[3]"}, .shapes = "0x4 2; 2x4 0"},
    {.name = "index_fill",
     .f = of_all([](const Tensors& x) { return square(index_fill(x[0], 0, x[1], x[2])); }),
     .inputs = {{.shape = {4, 2}}, {.shape = {2}, .low = 0, .high = 4, .dtype = i64}, {.shape = {}}}, .shapes = "4x0 2 (); 4x2 0 ()"},
    {.name = "index_reduce",
     .f = of_all([](const Tensors& x) { return square(index_reduce(x[0], 1, x[1], x[2], Reduce::prod)); }),
     .inputs = {{.shape = {2, 3}}, upto3, {.shape = {2, 5}}},
     .mistake = [] { index_reduce(zeros({3}), 0, numbers({-1}, {1}), zeros({1}), Reduce::amax); },
     .says = {"index_reduce: index -1", "[3]"}, .shapes = "2x3 0 2x0; 0x3 2 0x2; 1x3 1 1x1"},
    {.name = "index_reduce",
     .f = of_all([](const Tensors& x) { return square(index_reduce(x[0], 0, x[1], x[2], Reduce::mean, false)); }),
     .inputs = {{.shape = {4, 2}}, upto3, {.shape = {5, 2}}}, .shapes = "4x2 0 0x2; 4x0 5 5x0"},
    {.name = "take",
     .f = of_all([](const Tensors& x) { return square(take(x[0], x[1])); }),
     .inputs = {{.shape = {2, 3}}, {.shape = {2, 4}, .low = -6, .high = 6, .dtype = i64}},
     .mistake =
         [] {
           take(zeros({2, 3}), numbers({0, 6}, {1, 2}));
         },
     .says = {"take: index 6 at [0, 1] of the index [1, 2]", "size 6"}, .shapes = "2x3 0; 6x1 1"},

    {.name = "gather",
     .f = of_all([](const Tensors& x) { return square(gather(x[0], 1, x[1])); }),
     .inputs = {{.shape = {3, 4}}, {.shape = {3, 6}, .low = 0, .high = 4, .dtype = i64}},
     .mistake =
         [] {
           gather(zeros({2, 3}), 1, Tensor(Array::full({2, 1}, 3, i64)));
         },
     .says = {"gather: index 3 at [0, 0] of the index [2, 1] is out of range for axis 1 of shape [2, 3], which has size 3"},
     .shapes = "3x4 3x0; 3x4 0x6; 1x4 1x1"},
    {.name = "gather",
     .f = of_all([](const Tensors& x) { return square(gather(x[0], 1, x[1])); }),  // smaller, i32
     .inputs = {{.shape = {3, 4, 2}}, {.shape = {2, 5, 1}, .low = 0, .high = 4, .dtype = i32}},
     .mistake =
         [] {
           gather(zeros({2, 3}), 1, Tensor(Array::zeros({3, 1}, i64)));
         },
     .says = {"gather: the index [3, 1]", "[2, 3]", "axis 1"}},
    {.name = "gather",
     .f = of_all([](const Tensors& x) { return square(gather(x[0], -1, x[1])); }),
     .inputs = {{.shape = {}}, {.shape = {}, .low = 0, .high = 1, .dtype = i64}}},
    {.name = "take_along_axis",
     .f = of_all([](const Tensors& x) { return square(take_along_axis(x[0], x[1], 1)); }),
     .inputs = {{.shape = {3, 4, 1}}, {.shape = {1, 5, 2}, .low = -4, .high = 4, .dtype = i64}},
     .mistake =
         [] {
           take_along_axis(zeros({2, 3}), numbers({0}, {1}), 1);
         },
     .says = {"take_along_axis", "[2, 3]", "[1]", "one rank"}, .shapes = "3x4x0 1x5x1; 3x4x1 1x0x2"},
    {.name = "take_along_axis",
     .f = of_all([](const Tensors& x) { return square(take_along_axis(x[0], x[1])); }),
     .inputs = {{.shape = {2, 3}}, upto4}},
    {.name = "scatter",
     .f = of_all([](const Tensors& x) { return square(scatter(x[0], 1, x[1], x[2])); }),  // twice one place
     .inputs = {{.shape = {3, 4}}, {.shape = {2, 6}, .low = 0, .high = 4, .dtype = i64}, {.shape = {3, 7}}},
     .mistake =
         [] {
           scatter(zeros({2, 3}), 1, numbers({0, 1}, {1, 2}), zeros({1, 1}));
         },
     .says = {"scatter: src [1, 1]", "index [1, 2]"}, .shapes = "3x4 2x0 3x0; 3x4 0x6 3x7; 1x4 1x1 1x1"},
    {.name = "scatter",
     .f = of_all([](const Tensors& x) { return square(scatter(x[0], 0, x[1], 0.5)); }),
     .inputs = {{.shape = {4, 3}}, upto4}, .shapes = "4x0 2x0; 4x3 0x3"},
    {.name = "scatter_add",
     .f = of_all([](const Tensors& x) {
       return square(scatter_add(x[0], 1, x[1], {3, 4}));
     }),
     .inputs = {{.shape = {3, 6}}, {.shape = {3, 6}, .low = 0, .high = 4, .dtype = i64}},
     .mistake =
         [] {
           scatter_add(zeros({2, 1}), 1, Tensor(Array::full({2, 1}, 7, i64)), {2, 3});
         },
     .says = {"scatter_add", "index 7"}, .shapes = "3x0 3x0"},
    {.name = "scatter_add",
     .f = of_all([](const Tensors& x) { return square(scatter_add(x[0], 0, x[1], x[2])); }),
     .inputs = {{.shape = {4, 3, 2}}, {.shape = {5, 2, 1}, .low = 0, .high = 4, .dtype = u8}, {.shape = {6, 2, 2}}},
     .mistake = [] { scatter_add(zeros({2}), 0, numbers({0}, {1}), zeros({1}, i64)); },
     .says = {"scatter_add", "f32", "src", "i64"}, .shapes = "4x3x2 0x2x1 6x2x2; 4x0x2 5x0x1 6x0x2"},
    {.name = "scatter_reduce",
     .f = of_all([](const Tensors& x) { return square(scatter_reduce(x[0], 1, x[1], x[2], Reduce::prod)); }),
     .inputs = {{.shape = {3, 4}}, {.shape = {2, 6}, .low = 0, .high = 4, .dtype = i64}, {.shape = {3, 6}}},
     .mistake = [] { scatter_reduce(zeros({2}), 0, numbers({2}, {1}), zeros({1}), Reduce::sum); },
     .says = {"scatter_reduce: index 2", "[2]"}, .shapes = "3x4 0x6 3x6; 1x4 1x1 1x1; 0x4 0x2 0x2"},
    {.name = "scatter_reduce",
     .f = of_all([](const Tensors& x) { return square(scatter_reduce(x[0], 1, x[1], x[2], Reduce::prod, false)); }),
     .inputs = {{.shape = {3, 4}}, {.shape = {2, 6}, .low = 0, .high = 4, .dtype = i64}, {.shape = {3, 6}}},
     .shapes = "3x4 0x6 3x6; 1x4 1x1 1x1"},
    {.name = "scatter_reduce",
     .f = of_all([](const Tensors& x) { return square(scatter_reduce(x[0], 0, x[1], x[2], Reduce::mean)); }),
     .inputs = {{.shape = {4, 3}}, upto4, {.shape = {2, 3}}}, .shapes = "4x0 2x0 2x0; 4x3 0x3 2x3"},
    {.name = "scatter_reduce",
     .f = of_all([](const Tensors& x) { return square(scatter_reduce(x[0], 0, x[1], x[2], Reduce::sum, false)); }),
     .inputs = {{.shape = {4, 3}}, upto4, {.shape = {2, 3}}}, .shapes = "4x0 2x0 2x0; 4x3 0x3 2x3"},
    {.name = "scatter_reduce",
     .f = of_all([](const Tensors& x) { return square(scatter_reduce(x[0], 0, x[1], x[2], Reduce::amax)); }),
     .inputs = {{.shape = {4, 3}}, upto4, {.shape = {2, 3}}}, .shapes = "4x3 0x3 2x3; 4x1 1x1 1x1"},
    {.name = "scatter_reduce",
     .f = of_all([](const Tensors& x) { return square(scatter_reduce(x[0], 0, x[1], x[2], Reduce::amin, false)); }),
     .inputs = {{.shape = {4, 3}}, upto4, {.shape = {2, 3}}}, .shapes = "4x3 0x3 2x3; 4x0 2x0 2x0"},
};

}  // namespace gradus::index_table
