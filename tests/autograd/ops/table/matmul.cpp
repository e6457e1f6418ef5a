// Products of matrices and vectors, and sums of products.
#include <cmath>

#include <gradus/autograd/ops/distance.h>
#include <gradus/autograd/ops/einsum.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>

#include "autograd/ops/op_table.h"

namespace gradus::matmul_table {

const Rows family{
    {.name = "matmul", .f = of([](auto& a, auto& b) { return matmul(a, b); }), .inputs = {{.shape = {2, 3}}, {.shape = {3, 4}}},
     .mistake = [] { matmul(zeros({2, 3}), zeros({2, 3})); }, .says = {"matmul", "inner dimensions differ", "[2, 3]"},
     .shapes = "0x3 3x4; 2x0 0x4; 2x3 3x0; 1x1 1x1"},
    {.name = "matmul", .f = of([](auto& a, auto& b) { return matmul(a, b); }), .inputs = {{.shape = {2, 1, 2, 3}}, {.shape = {4, 3, 1}}},
     .shapes = "2x0x2x3 1x3x1; 0x1x2x3 4x3x1"},
    {.name = "matmul", .f = of([](auto& a, auto& b) { return matmul(a, b); }), .inputs = {{.shape = {3}}, {.shape = {3}}},
     .shapes = "0 0; 1 1"},
    {.name = "matmul", .f = of([](auto& a, auto& b) { return matmul(a, b); }), .inputs = {{.shape = {3}}, {.shape = {2, 3, 4}}},
     .shapes = "0 2x0x4; 3 0x3x4"},
    {.name = "matmul", .f = of([](auto& a, auto& b) { return matmul(a, b); }), .inputs = {{.shape = {2, 2, 3}}, {.shape = {3}}},
     .mistake = [] { matmul(zeros({2}), zeros({})); }, .says = {"matmul", "at least 1 dimension", "a * b"},
     .shapes = "2x0x3 3; 2x2x0 0"},
    {.name = "mm", .f = of([](auto& a, auto& b) { return mm(a, b); }), .inputs = {{.shape = {2, 3}}, {.shape = {3, 1}}},
     .mistake = [] { mm(zeros({2, 3}), zeros({3})); }, .says = {"mm", "matrices [M, K] and [K, N]", "[2, 3]"},
     .shapes = "2x0 0x1; 0x3 3x1"},
    {.name = "mv", .f = of([](auto& a, auto& b) { return mv(a, b); }), .inputs = {{.shape = {2, 3}}, {.shape = {3}}},
     .mistake = [] { mv(zeros({2, 3}), zeros({2})); }, .says = {"mv", "inner dimensions differ", "[2, 3]", "[2]"},
     .shapes = "2x0 0; 0x3 3; 1x1 1"},
    {.name = "bmm", .f = of([](auto& a, auto& b) { return bmm(a, b); }), .inputs = {{.shape = {2, 2, 3}}, {.shape = {2, 3, 4}}},
     .mistake = [] { bmm(zeros({2, 2, 3}), zeros({1, 3, 4})); }, .says = {"bmm", "as many matrices", "matmul broadcasts"},
     .shapes = "0x2x3 0x3x4; 2x2x0 2x0x4; 1x1x1 1x1x1"},
    {.name = "dot", .f = of([](auto& a, auto& b) { return dot(a, b); }), .inputs = {{.shape = {4}}, {.shape = {4}}},
     .mistake = [] { dot(zeros({2}), zeros({2}, f64)); }, .says = {"dot", "dtypes differ", "f32", "f64"}, .shapes = "0 0; 1 1"},
    {.name = "addmm", .f = of([](auto& x, auto& a, auto& b) { return addmm(x, a, b); }),
     .inputs = {{.shape = {4}}, {.shape = {2, 3}}, {.shape = {3, 4}}},
     .mistake = [] { addmm(zeros({3}), zeros({2, 3}), zeros({3, 4})); }, .says = {"addmm", "[3]", "[2, 4]"},
     .shapes = "4 2x0 0x4; 1 0x3 3x4; () 1x1 1x1"},
    {.name = "addmm", .f = of([](auto& x, auto& a, auto& b) { return addmm(x, a, b, 0.5, -2); }),
     .inputs = {{.shape = {2, 1}}, {.shape = {2, 3}}, {.shape = {3, 4}}}, .shapes = "2x1 2x0 0x4"},
    {.name = "baddbmm", .f = of([](auto& x, auto& a, auto& b) { return baddbmm(x, a, b, 2, 0.5); }),
     .inputs = {{.shape = {2, 1}}, {.shape = {2, 2, 3}}, {.shape = {2, 3, 4}}},
     .mistake = [] { baddbmm(zeros({3, 2, 4}), zeros({1, 2, 3}), zeros({1, 3, 4})); },
     .says = {"baddbmm", "does not broadcast", "[3, 2, 4]"}, .shapes = "2x1 0x2x3 0x3x4; 1x1 2x2x0 2x0x4"},
    {.name = "outer", .f = of([](auto& a, auto& b) { return outer(a, b); }), .inputs = {{.shape = {3}}, {.shape = {2}}},
     .mistake = [] { outer(zeros({3}), zeros({2, 2})); }, .says = {"outer", "two vectors", "[2, 2]"}, .shapes = "0 2; 1 1"},
    {.name = "inner", .f = of([](auto& a, auto& b) { return inner(a, b); }), .inputs = {{.shape = {2, 1, 3}}, {.shape = {2, 3}}},
     .mistake = [] { inner(zeros({3}), zeros({2})); }, .says = {"inner", "last dimensions differ", "[3]", "[2]"},
     .shapes = "2x0 3x0; 0x3 2x3"},
    {.name = "inner", .f = of([](auto& a, auto& b) { return inner(a, b); }), .inputs = {{.shape = {}}, {.shape = {2}}}},
    {.name = "linear", .f = of([](auto& x, auto& weight, auto& bias) { return linear(x, weight, bias); }),
     .inputs = {{.shape = {3, 4}}, {.shape = {2, 4}}, {.shape = {2}}},
         .mistake = [] { linear(zeros({64, 800}), variable(zeros({128, 784}), "fc1.weight")); },
     .says = {"linear", "800 features", "fc1.weight", "784", "[64, 800]", "[128, 784]"}, .optional_from = 2,
     .shapes = "0x4 2x4 2; 3x0 2x0 2; 4 1x4 1"},
    {.name = "linear", .f = of([](auto& x, auto& w) { return linear(x, w); }), .inputs = {{.shape = {2, 2, 3}}, {.shape = {1, 3}}},
     .shapes = "2x0x3 1x3"},
    {.name = "bilinear",
     .f = [](const Tensors& x) -> Tensors { return {bilinear(x[0], x[1], x[2], x[3])}; },
     .inputs = {{.shape = {2, 3}}, {.shape = {2, 4}}, {.shape = {2, 3, 4}}, {.shape = {2}}},
     .mistake = [] { bilinear(zeros({2, 3}), zeros({2, 4}), zeros({5, 3, 3})); }, .says = {"bilinear", "[2, 3], [2, 4] and [5, 3, 3]"},
     .optional_from = 3, .shapes = "0x3 0x4 2x3x4 2; 3 4 1x3x4 1; 2x2x0 2x2x1 3x0x1 3"},
};

Row sums(const char* equation, std::vector<Input> inputs, std::function<void()> mistake = {}, std::vector<std::string> says = {}) {
  return {.name = "einsum", .f = [=](const Tensors& x) -> Tensors { return {einsum(equation, x)}; }, .inputs = inputs, .mistake = mistake,
          .says = says};
}

const Rows einsums{
    sums("ij,jk->ik", {{.shape = {2, 3}}, {.shape = {3, 4}}}, [] { einsum("ij,jk", {zeros({2, 3}), zeros({2, 3})}); },
         {"einsum", "sizes 3 and 2 of the letter j", "\"ij,jk\"", "[2, 3]"}),
    sums("ij,jk->ik", {{.shape = {2, 0}}, {.shape = {0, 4}}}),
    sums("ij,kj->", {{.shape = {1, 1}}, {.shape = {0, 1}}}),
    sums("ba,cb", {{.shape = {2, 3}}, {.shape = {4, 2}}}, [] { einsum("ij,j", {zeros({2, 3})}); }, {"2 terms for 1 operands"}),
    sums("iij->ji", {{.shape = {3, 3, 2}}}, [] { einsum("ij->ik", {zeros({2, 3})}); }, {"a letter that no operand has"}),
    sums("iii", {{.shape = {3, 3, 3}}}, [] { einsum("ii", {zeros({1, 3})}); }, {"sizes 1 and 3", "letter i"}),
    sums("b...i,b...ij->...j", {{.shape = {2, 1, 3}}, {.shape = {2, 4, 3, 2}}}, [] { einsum("i..j", {zeros({1, 3})}); },
         {"dots stand by threes"}),
    sums("...i,...j", {{.shape = {2, 3}}, {.shape = {3, 1, 2}}}, [] { einsum("i...j->ii", {zeros({1, 3})}); }, {"a letter twice"}),
    sums("bi,bj,bk,kl->bil", {{.shape = {2, 3}}, {.shape = {2, 2}}, {.shape = {2, 4}}, {.shape = {4, 2}}},
         [] { einsum("i2", {zeros({1, 3})}); }, {"'2' is no letter"}),
    sums("ij,ij,ij->", {{.shape = {2, 3}}, {.shape = {1, 3}}, {.shape = {2, 1}}}, [] { einsum("ijk", {zeros({1, 3})}); },
         {"term 0 names 3 dimensions of 2"}),
    sums("Ab,bA->bA", {{.shape = {2, 3}}, {.shape = {3, 2}}}),
    {.name = "tensordot", .f = of([](auto& a, auto& b) { return tensordot(a, b); }), .inputs = {{.shape = {2, 3, 4}}, {.shape = {3, 4, 2}}},
     .mistake = [] { tensordot(zeros({2, 3}), zeros({3, 2})); }, .says = {"tensordot", "axis 0 of a", "[2, 3]"},
     .shapes = "2x0x4 0x4x2; 0x3x4 3x4x2; 1x1x1 1x1x1"},
    {.name = "tensordot",
     .f = of([](auto& a, auto& b) {
       return tensordot(a, b, {2, 0}, {-1, 1});
     }),
     .inputs = {{.shape = {2, 3, 4}}, {.shape = {5, 2, 1}}},
     .mistake =
         [] {
           tensordot(zeros({2, 2}), zeros({2, 2}), {0, 0}, {0, 1});
         },
     .says = {"tensordot", "named twice"}},
    {.name = "tensordot", .f = of([](auto& a, auto& b) { return tensordot(a, b, 0); }), .inputs = {{.shape = {2}}, {.shape = {3}}},
     .shapes = "0 3; 1 1"},
    {.name = "kron", .f = of([](auto& a, auto& b) { return kron(a, b); }), .inputs = {{.shape = {2, 3}}, {.shape = {2, 2, 1}}},
     .mistake = [] { kron(zeros({1, 1, 1, 1, 1}), zeros({2})); }, .says = {"kron", "at most 4 dimensions"},
     .shapes = "0x3 2x2x1; 1 1; () 2"},
    {.name = "cdist", .f = of([](auto& a, auto& b) { return cdist(a, b); }), .inputs = {{.shape = {2, 3, 4}}, {.shape = {2, 4}}},
     .mistake = [] { cdist(zeros({2, 3}), zeros({3, 2})); }, .says = {"cdist", "rows of one length", "[2, 3]", "[3, 2]"},
     .shapes = "2x0x4 2x4; 3x0 2x0; 0x3x4 2x4; 1x1 1x1"},
    {.name = "cdist", .f = of([](auto& a, auto& b) { return square(cdist(a, b, 1)); }), .inputs = {{.shape = {3, 2}}, {.shape = {2, 1, 2}}},
     .mistake = [] { cdist(zeros({2, 3}), zeros({2, 3}), -1); }, .says = {"cdist", "-1"}, .shapes = "3x0 2x0; 0x2 2x1x2"},
    {.name = "cdist", .f = of([](auto& a, auto& b) { return cdist(a, b, 3); }), .inputs = {{.shape = {3, 4}}, {.shape = {2, 4}}}},
    {.name = "cdist", .f = of([](auto& a, auto& b) { return cdist(a, b, INFINITY); }), .inputs = {{.shape = {3, 4}}, {.shape = {2, 4}}},
     .shapes = "0x4 2x4; 2x1 1x1"},
    {.name = "cross", .f = of([](auto& a, auto& b) { return cross(a, b, 0); }), .inputs = {{.shape = {3, 2}}, {.shape = {3, 1}}},
     .mistake = [] { cross(zeros({3, 2}), zeros({3, 2})); }, .says = {"cross", "axis -1 must have size 3"}, .shapes = "3x0 3x1"},
    {.name = "cross", .f = of([](auto& a, auto& b) { return cross(a, b); }), .inputs = {{.shape = {3}}, {.shape = {2, 3}}},
     .shapes = "0x3 3"},
};

}  // namespace gradus::matmul_table
