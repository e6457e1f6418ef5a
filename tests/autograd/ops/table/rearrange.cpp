// Of rearrange.h, diagonal.h, mask.h and window.h.
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/mask.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/rearrange.h>
#include <gradus/autograd/ops/window.h>

#include "autograd/ops/op_table.h"

namespace gradus::rearrange_table {

const Input mask{.shape = {2, 3}, .low = 0, .high = 2, .dtype = boolean};

const Rows family{
    {.name = "flip",
     .f = of_all([](const Tensors& x) {
       return square(flip(x[0], {0, -1}));
     }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake =
         [] {
           flip(zeros({2, 3}), {1, -1});
         },
     .says = {"flip", "axis 1", "twice", "[2, 3]"}, .shapes = "2x0x2; 1x1x1"},
    {.name = "flip", .f = of_all([](const Tensors& x) { return square(flip(x[0], {})); }), .inputs = {{.shape = {2, 3}}},
     .shapes = "(); 0"},
    {.name = "fliplr",
     .f = of_all([](const Tensors& x) { return square(fliplr(x[0])); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake = [] { fliplr(zeros({2})); },
     .says = {"fliplr", "axis 1"}, .shapes = "2x0; 1x1"},
    {.name = "flipud",
     .f = of_all([](const Tensors& x) { return square(flipud(x[0])); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake = [] { flipud(zeros({})); },
     .says = {"flipud", "axis 0"}, .shapes = "0; 1x1"},
    {.name = "roll",
     .f = of_all([](const Tensors& x) {
       return square(roll(x[0], {-1, 4}, {0, 1}));
     }),
     .inputs = {{.shape = {2, 3}}},
     .mistake =
         [] {
           roll(zeros({2, 3}), {1, 2}, {0});
         },
     .says = {"roll", "[1, 2]", "2 axes", "1"}, .shapes = "0x3; 1x1"},
    {.name = "roll",
     .f = of_all([](const Tensors& x) { return square(roll(x[0], 2)); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake = [] { roll(zeros({2}), 1, 1); },
     .says = {"roll", "axis 1"}, .shapes = "0; (); 1"},
    {.name = "rot90",
     .f = of_all([](const Tensors& x) { return square(rot90(x[0])); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake =
         [] {
           rot90(zeros({2, 3}), 1, 0, 0);
         },
     .says = {"rot90", "0 twice", "[2, 3]"}, .shapes = "0x3; 1x1"},
    {.name = "rot90",
     .f = of_all([](const Tensors& x) { return square(rot90(x[0], -1, 1, 2)) * rot90(x[0], 3, 1, 2); }),
     .inputs = {{.shape = {2, 3, 2}}}},
    {.name = "repeat",
     .f = of_all([](const Tensors& x) {
       return square(repeat(x[0], {2, 1, 3}));
     }),
     .inputs = {{.shape = {2, 2}}},
     .mistake =
         [] {
           repeat(zeros({2, 3}), {2});
         },
     .says = {"repeat", "[2]", "[2, 3]"}, .shapes = "0x2; 1x1; ()"},
    {.name = "tile",
     .f = of_all([](const Tensors& x) { return square(tile(x[0], {3})); }),
     .inputs = {{.shape = {2, 2}}},
     .mistake = [] { tile(zeros({2}), {-1}); },
     .says = {"tile", "negative", "[-1]"}, .shapes = "2x0; ()"},
    {.name = "repeat_interleave",
     .f = of_all([](const Tensors& x) { return square(repeat_interleave(x[0], 2, 0)); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake = [] { repeat_interleave(zeros({2}), -1); },
     .says = {"repeat_interleave", "negative", "-1"}, .shapes = "0x3; 2x0; 1x1"},
    {.name = "repeat_interleave",
     .f = of_all([](const Tensors& x) { return square(repeat_interleave(x[0], x[1], 1)); }),
     .inputs = {{.shape = {2, 4}}, {.shape = {4}, .low = 0, .high = 4, .dtype = i64}},
     .mistake =
         [] {
           repeat_interleave(zeros({2, 3}), zeros({2}, i64), 1);
         },
     .says = {"repeat_interleave", "[2]", "axis 1", "[2, 3]"}, .shapes = "0x4 4; 2x0 0; 1x1 1"},
    {.name = "pad",
     .f = of_all([](const Tensors& x) {
       return square(pad(x[0], {1, 2, -1, 1}, PadMode::constant, 0.5));
     }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake = [] { pad(zeros({2}), {1}); },
     .says = {"pad", "1 numbers", "[2]"}, .shapes = "0x3x2; 1x1x1; 1x1x0"},
    {.name = "pad",
     .f = of_all([](const Tensors& x) {
       return square(pad(x[0], {2, 1, 1, 0}, PadMode::reflect));
     }),
     .inputs = {{.shape = {2, 3}}},
     .mistake =
         [] {
           pad(zeros({2, 3}), {3, 0}, PadMode::reflect);
         },
     .says = {"pad", "3 before and 0 after", "reflect", "axis 1", "[2, 3]"}, .shapes = "0x2x3"},
    {.name = "pad",
     .f = of_all([](const Tensors& x) {
       return square(pad(x[0], {2, -1, 1, 3}, PadMode::replicate));
     }),
     .inputs = {{.shape = {2, 3}}},
     .mistake =
         [] {
           pad(zeros({2, 3}), {1, 0}, PadMode::replicate, 1);
         },
     .says = {"pad", "a value, 1", "replicate"}, .shapes = "1x1; 0x2x3"},
    {.name = "pad",
     .f = of_all([](const Tensors& x) {
       return square(pad(x[0], {3, 2, 1, 1}, PadMode::circular));
     }),
     .inputs = {{.shape = {2, 3}}},
     .mistake =
         [] {
           pad(zeros({2, 0}), {1, 0}, PadMode::circular);
         },
     .says = {"pad", "circular", "axis 1", "[2, 0]"}, .shapes = "0x2x3"},

    {.name = "diagonal",
     .f = of_all([](const Tensors& x) { return square(diagonal(x[0], 1, 2, 0)); }),
     .inputs = {{.shape = {4, 2, 3}}},
     .mistake =
         [] {
           diagonal(zeros({2, 3}), 0, 1, -1);
         },
     .says = {"diagonal", "1 twice", "[2, 3]"}, .shapes = "4x0x3; 1x1x1"},
    {.name = "diag_embed",
     .f = of_all([](const Tensors& x) { return square(diag_embed(x[0], -1, 0, 2)); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake = [] { diag_embed(zeros({})); },
     .says = {"diag_embed", "scalar"}, .shapes = "0x3; 2x0; 1x1"},
    {.name = "diag",
     .f = of_all([](const Tensors& x) { return square(diag(x[0], 1)); }),
     .inputs = {{.shape = {3}}},
     .mistake =
         [] {
           diag(zeros({2, 2, 2}));
         },
     .says = {"diag", "[2, 2, 2]"}, .shapes = "0; 1"},
    {.name = "diag", .f = of_all([](const Tensors& x) { return square(diag(x[0], -1)); }), .inputs = {{.shape = {3, 2}}},
     .shapes = "0x2; 1x1"},
    {.name = "trace",
     .f = of_all([](const Tensors& x) { return square(trace(x[0])); }),
     .inputs = {{.shape = {3, 4}}},
     .mistake = [] { trace(zeros({2})); },
     .says = {"trace", "[2]"}, .shapes = "0x3; 1x1"},
    {.name = "tril",
     .f = of_all([](const Tensors& x) { return square(tril(x[0], -1)); }),
     .inputs = {{.shape = {2, 3, 4}}},
     .mistake = [] { tril(zeros({2})); },
     .says = {"tril", "[2]"}, .shapes = "2x0x4; 1x1"},
    {.name = "triu",
     .f = of_all([](const Tensors& x) { return square(triu(x[0], 1)); }),
     .inputs = {{.shape = {4, 3}}},
     .mistake = [] { triu(zeros({2})); },
     .says = {"triu", "[2]"}, .shapes = "0x3; 1x1"},

    {.name = "masked_fill",
     .f = of_all([](const Tensors& x) { return square(masked_fill(x[0], x[1], -1.5)); }),
     .inputs = {{.shape = {4, 2, 3}}, mask},
     .mistake = [] { masked_fill(zeros({2}), zeros({2}), 1); },
     .says = {"masked_fill: the mask must be bool", "x != 0"}, .shapes = "0x3 3; () ()"},
    {.name = "masked_fill",
     .f = of_all([](const Tensors& x) { return square(masked_fill(x[0], x[1], x[2])); }),
     .inputs = {{.shape = {2, 3}}, mask, {.shape = {}}}, .shapes = "2x0 1 ()"},
    {.name = "masked_select",
     .f = of_all([](const Tensors& x) { return square(masked_select(x[0], x[1])); }),
     .inputs = {{.shape = {4, 2, 1}}, mask},
     .mistake = [] { masked_select(zeros({2}), zeros({3}, boolean)); },
     .says = {"masked_select", "[2]", "[3]"}, .shapes = "0x1 1; () ()"},
    {.name = "masked_scatter",
     .f = of_all([](const Tensors& x) { return square(masked_scatter(x[0], x[1], x[2])); }),
     .inputs = {{.shape = {2, 2, 3}}, mask, {.shape = {2, 7}}},
     .mistake = [] { masked_scatter(zeros({3}), ones({3}, boolean), zeros({2})); },
     .says = {"masked_scatter", "[2]", "2 elements for 3 places", "[3]"}, .shapes = "0x2x3 2x3 0"},
    {.name = "nonzero",
     .f = of_all([](const Tensors& x) { return nonzero(x[0]); }),
     .inputs = {{.shape = {2, 3}}},
     .differentiable = false,
     .mistake = [] { nonzero(Tensor()); },
     .says = {"nonzero", "undefined"}},
    {.name = "argwhere",
     .f = of_all([](const Tensors& x) { return argwhere(x[0]); }),
     .inputs = {mask},
     .differentiable = false,
     .mistake = [] { argwhere(Tensor()); },
     .says = {"argwhere", "undefined"}},
    {.name = "one_hot",
     .f = of_all([](const Tensors& x) { return one_hot(x[0], 4); }),
     .inputs = {{.shape = {2, 3}, .low = 0, .high = 4, .dtype = i64}},
     .differentiable = false,
     .mistake =
         [] {
           one_hot(full({1, 2}, 3, i64), 3);
         },
     .says = {"one_hot: index 3 at [0, 0] of labels [1, 2]", "size 3"}},
    {.name = "isin",
     .f = of_all([](const Tensors& x) { return isin(x[0], x[1], true); }),
     .inputs = {{.shape = {2, 3}, .low = 0, .high = 4, .dtype = i64}, {.shape = {2}, .low = 0, .high = 4, .dtype = i64}},
     .differentiable = false,
     .mistake = [] { isin(zeros({2}), zeros({2}, i64)); },
     .says = {"isin", "f32", "i64"}},

    {.name = "unfold",
     .f = of_all([](const Tensors& x) {
       return square(unfold(x[0], {2, 3}, {.dilation = {2, 1}, .padding = {1, 2}, .stride = {1, 2}}));
     }),
     .inputs = {{.shape = {2, 2, 4, 3}}},
     .mistake =
         [] {
           unfold(zeros({1, 1, 2, 2}), 3);
         },
     .says = {"unfold", "3x3", "2x2", "[1, 1, 2, 2]"}, .shapes = "0x2x4x3; 1x1x1x1"},
    {.name = "unfold",
     .f = of_all([](const Tensors& x) { return square(unfold(x[0], 2)); }),
     .inputs = {{.shape = {2, 3, 3}}},
     .mistake =
         [] {
           unfold(zeros({2, 2}), 1);
         },
     .says = {"unfold", "[2, 2]"}, .shapes = "1x2x2"},
    {.name = "fold",
     .f = of_all([](const Tensors& x) {
       return square(fold(x[0], {4, 3}, {2, 3}, {.dilation = {2, 1}, .padding = {1, 2}, .stride = {1, 2}}));
     }),
     .inputs = {{.shape = {2, 12, 12}}},
     .mistake =
         [] {
           fold(zeros({1, 4, 3}), 3, 2);
         },
     .says = {"fold", "[1, 4, 3]", "4 rows", "4 columns"}, .shapes = "0x12x12"},
    {.name = "fold", .f = of_all([](const Tensors& x) { return square(fold(x[0], 3, 2)); }), .inputs = {{.shape = {8, 4}}},
     .shapes = "4x4"},
};

const Rows places{
    {.name = "tril_indices",
     .f = of_all([](const Tensors&) { return tril_indices(3, 4, 1); }),
     .inputs = {},
     .differentiable = false,
     .mistake = [] { tril_indices(-1, 2); },
     .says = {"tril_indices", "[-1, 2]"}},
    {.name = "triu_indices",
     .f = of_all([](const Tensors&) { return triu_indices(3, 4, 1); }),
     .inputs = {},
     .differentiable = false,
     .mistake = [] { triu_indices(1, -2); },
     .says = {"triu_indices", "[1, -2]"}},
};

}  // namespace gradus::rearrange_table
