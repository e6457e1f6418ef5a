#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/shape.h>

#include "autograd/ops/op_table.h"

namespace gradus::shape_table {

const Rows family{
    {.name = "reshape",
     .f = of([](auto& x) {
       return square(reshape(x, {3, -1}));
     }),
     .inputs = {{.shape = {2, 3}}},
     .mistake =
         [] {
           reshape(zeros({2, 3}), {4});
         },
     .says = {"reshape", "[2, 3]", "[4]"}, .shapes = "3x1; 0x3"},
    {.name = "flatten",
     .f = of([](auto& x) { return square(flatten(x, 0, 1)); }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake =
         [] {
           flatten(zeros({2, 3}), 2);
         },
     .says = {"flatten"}, .shapes = "0x3x2; 2x1; 2x0x2"},
    {.name = "transpose",
     .f = of([](auto& x) { return square(transpose(x)); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake =
         [] {
           transpose(zeros({2, 3}), 0, 2);
         },
     .says = {"transpose", "axis 2"}, .shapes = "0x3; 1x1"},
    {.name = "permute",
     .f = of([](auto& x) {
       return square(permute(x, {2, 0, 1}));
     }),
     .inputs = {{.shape = {2, 3, 4}}},
     .mistake =
         [] {
           permute(zeros({2, 3}), {0, 0});
         },
     .says = {"permute", "twice"}, .shapes = "2x0x4; 1x1x1"},
    {.name = "unsqueeze",
     .f = of([](auto& x) { return square(unsqueeze(x, 1)); }),
     .inputs = {{.shape = {2, 3}}},
     .mistake = [] { unsqueeze(zeros({2}), 3); },
     .says = {"unsqueeze", "axis 3"}, .shapes = "0; 1x1"},
    {.name = "squeeze",
     .f = of([](auto& x) { return square(squeeze(x, 1)); }),
     .inputs = {{.shape = {2, 1, 3}}},
     .mistake =
         [] {
           squeeze(zeros({2, 1}), {1, -1});
         },
     .says = {"squeeze", "axis 1", "twice", "[2, 1]"}, .shapes = "0x1; 0x3"},
    {.name = "squeeze", .f = of_all([](const Tensors& x) { return square(squeeze(x[0])); }), .inputs = {{.shape = {1, 2, 1, 3}}},
     .shapes = "(); 1x1; 0x1"},
    {.name = "squeeze",
     .f = of_all([](const Tensors& x) {
       return square(squeeze(x[0], {0, 1, -1}));
     }),
     .inputs = {{.shape = {1, 2, 1}}}},
    {.name = "unflatten",
     .f = of_all([](const Tensors& x) {
       return square(unflatten(x[0], 1, {3, -1}));
     }),
     .inputs = {{.shape = {2, 6}}},
     .mistake =
         [] {
           unflatten(zeros({2, 6}), 1, {4, -1});
         },
     .says = {"unflatten", "[4, -1]", "axis 1", "[2, 6]", "size 6"}, .shapes = "0x6; 1x3"},
    {.name = "swapaxes",
     .f = of_all([](const Tensors& x) { return square(swapaxes(x[0], 0, 2)); }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake = [] { swapaxes(zeros({2}), 0, 1); },
     .says = {"swapaxes", "axis 1"}, .shapes = "0x3x2"},
    {.name = "movedim",
     .f = of_all([](const Tensors& x) {
       return square(movedim(x[0], {0, 3}, {-1, 0}));
     }),
     .inputs = {{.shape = {2, 3, 1, 2}}},
     .mistake =
         [] {
           movedim(zeros({2, 3}), {0, 1}, {0, 0});
         },
     .says = {"movedim", "twice", "[2, 3]"}, .shapes = "0x1x1x2"},
    {.name = "broadcast_to",
     .f = of_all([](const Tensors& x) {
       return square(broadcast_to(x[0], {2, 4, 3}));
     }),
     .inputs = {{.shape = {4, 1}}},
     .mistake =
         [] {
           broadcast_to(zeros({2, 3}), {2, 4});
         },
     .says = {"broadcast_to", "[2, 3]", "[2, 4]"}, .shapes = "1; ()"},
    {.name = "broadcast_tensors",
     .f = [](const Tensors& x) { return broadcast_tensors(x); },
     .inputs = {{.shape = {4, 1}}, {.shape = {3}}},
     .mistake =
         [] {
           broadcast_tensors({zeros({2}), zeros({3})});
         },
     .says = {"broadcast_tensors", "[2]", "[3]"}, .shapes = "0x1 3; () 1"},
    {.name = "slice",
     .f = of([](auto& x) { return square(slice(x, 1, 1, 5, 2)); }),
     .inputs = {{.shape = {2, 5}}},
     .mistake =
         [] {
           slice(zeros({2, 3}), 1, 0, 9);
         },
     .says = {"slice", "9", "[2, 3]"}, .shapes = "0x5"},
    {.name = "select",
     .f = of([](auto& x) { return square(select(x, 1, -1)); }),
     .inputs = {{.shape = {2, 5}}},
     .mistake =
         [] {
           select(zeros({2, 3}), 1, 3);
         },
     .says = {"select", "3", "[2, 3]"}, .shapes = "0x5; 1x1"},
    {.name = "narrow",
     .f = of_all([](const Tensors& x) { return square(narrow(x[0], 1, -3, 2)); }),
     .inputs = {{.shape = {2, 5}}},
     .mistake =
         [] {
           narrow(zeros({2, 3}), 1, 2, 2);
         },
     .says = {"narrow", "2 elements from 2", "axis 1", "[2, 3]"}, .shapes = "0x3"},
    {.name = "unfold", .f = of_all([](const Tensors& x) { return square(unfold(x[0], 1, 3, 2)); }), .inputs = {{.shape = {2, 7, 2}}},
     .shapes = "0x7x2; 1x3"},
    {.name = "unfold", .f = of_all([](const Tensors& x) { return square(unfold(x[0], -1, 2, 3)); }), .inputs = {{.shape = {2, 8}}}},
    {.name = "unfold",
     .f = of_all([](const Tensors& x) { return square(unfold(x[0], 0, 1, 1)); }),
     .inputs = {{.shape = {}}},
     .mistake =
         [] {
           unfold(zeros({2, 3}), 1, 4, 1);
         },
     .says = {"unfold", "windows of 4", "axis 1", "[2, 3]"}},
    {.name = "split",
     .f = [](const Tensors& x) { return split(x[0], 2, 1); },
     .inputs = {{.shape = {2, 5}}},
     .mistake =
         [] {
           split(zeros({2, 5}), {2, 2}, 1);
         },
     .says = {"split", "axis 1", "[2, 5]", "1 are left over"}, .shapes = "0x5; 2x0; 1x1"},
    {.name = "split",
     .f = of_all([](const Tensors& x) {
       return square(split(x[0], {1, 0, 4}, -1)[2]);
     }),
     .inputs = {{.shape = {2, 5}}},
     .mistake =
         [] {
           split(zeros({2, 5}), -1);
         },
     .says = {"split", "at least 1", "-1"}, .shapes = "0x5"},
    {.name = "chunk",
     .f = [](const Tensors& x) { return chunk(x[0], 4, 0); },
     .inputs = {{.shape = {6, 2}}},
     .mistake = [] { chunk(zeros({2}), 0); },
     .says = {"chunk", "at least 1", "0"}, .shapes = "0x2; 1x1"},
    {.name = "unbind",
     .f = [](const Tensors& x) { return unbind(x[0], 1); },
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake = [] { unbind(zeros({}), 0); },
     .says = {"unbind", "axis 0"}, .shapes = "0x2; 2x1"},
    {.name = "unbind",
     .f = of_all([](const Tensors& x) { return square(unbind(x[0])[1]) * unbind(x[0])[0]; }),
     .inputs = {{.shape = {3, 2}}}},
    {.name = "cat",
     .f = of([](auto& a, auto& b) {
       return square(cat({a, b, a}, 1));
     }),
     .inputs = {{.shape = {2, 3}}, {.shape = {2, 1}}},
     .mistake =
         [] {
           cat({zeros({2, 3}), zeros({3, 3})}, 1);
         },
     .says = {"cat", "[2, 3]", "[3, 3]"}, .shapes = "2x0 2x1; 0x3 0x1"},
    {.name = "stack",
     .f = of([](auto& a, auto& b) {
       return square(stack({a, b}, 1));
     }),
     .inputs = {{.shape = {2, 3}}, {.shape = {2, 3}}},
     .mistake =
         [] {
           stack({zeros({2}), zeros({3})});
         },
     .says = {"stack", "[2]", "[3]"}, .shapes = "0x3 0x3; 1 1"},
    {.name = "hstack",
     .f = of_all([](const Tensors& x) {
       return square(hstack({x[0], x[1]}));
     }),
     .inputs = {{.shape = {2, 3}}, {.shape = {2, 1}}},
     .mistake =
         [] {
           hstack({zeros({2, 3}), zeros({3, 3})});
         },
     .says = {"hstack", "[2, 3]", "[3, 3]"}, .shapes = "0x3 0x1"},
    {.name = "hstack",
     .f = of_all([](const Tensors& x) {
       return square(hstack({x[0], x[1], x[0]}));
     }),
     .inputs = {{.shape = {}}, {.shape = {2}}}},
    {.name = "vstack",
     .f = of_all([](const Tensors& x) {
       return square(vstack({x[0], x[1]}));
     }),
     .inputs = {{.shape = {3}}, {.shape = {2, 3}}},
     .mistake =
         [] {
           vstack({zeros({2}), zeros({3})});
         },
     .says = {"vstack", "[1, 2]", "[1, 3]"}, .shapes = "0x3 2x3; () 1"},
    {.name = "dstack",
     .f = of_all([](const Tensors& x) {
       return square(dstack({x[0], x[1]}));
     }),
     .inputs = {{.shape = {2, 3}}, {.shape = {2, 3, 2}}},
     .mistake = [] { dstack({}); },
     .says = {"dstack", "at least one"}, .shapes = "2x0 2x0x2; () 1"},
    {.name = "meshgrid",
     .f = [](const Tensors& x) { return meshgrid(x, Indexing::xy); },
     .inputs = {{.shape = {3}}, {.shape = {2}}, {.shape = {}}},
     .mistake =
         [] {
           meshgrid({zeros({2}), zeros({2, 2})});
         },
     .says = {"meshgrid", "tensor 1", "[2, 2]"}},
    {.name = "meshgrid",
     .f = of_all([](const Tensors& x) {
       const Tensors m = meshgrid(x);
       return m[0] * square(m[1]);
     }),
     .inputs = {{.shape = {3}}, {.shape = {2}}}, .shapes = "0 2; 1 ()"},
};

}  // namespace gradus::shape_table
