#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>

#include "autograd/ops/table/elementwise.h"

namespace gradus::activation_table {

const Rows family{
    elementwise("sigmoid", of([](auto& x) { return sigmoid(x); })),
    elementwise("softplus", of([](auto& x) { return softplus(x); })),
    elementwise("relu", of([](auto& x) { return relu(x); })),
    elementwise("gelu", of([](auto& x) { return gelu(x); })),
    elementwise("gelu_tanh", of([](auto& x) { return gelu_tanh(x); })),
    elementwise("silu", of([](auto& x) { return silu(x); })),
    elementwise("mish", of([](auto& x) { return mish(x); })),
    elementwise("softplus", of([](auto& x) { return softplus(x, 2.5, 1.5); })),
    elementwise("logsigmoid", of([](auto& x) { return logsigmoid(x); }), {.low = -5, .high = 5}),
    elementwise("relu6", of([](auto& x) { return relu6(x); }), {.low = -3, .high = 9}),
    elementwise("leaky_relu", of([](auto& x) { return leaky_relu(x) * leaky_relu(x, -0.3); })),
    elementwise("elu", of([](auto& x) { return elu(x) + elu(x, 0.7); })),
    elementwise("celu", of([](auto& x) { return celu(x) + celu(x, 1.7); })),
    elementwise("selu", of([](auto& x) { return selu(x); })),
    elementwise("hardtanh", of([](auto& x) { return hardtanh(x) * hardtanh(x, -1.5, 0.5); })),
    elementwise("hardsigmoid", of([](auto& x) { return hardsigmoid(x); }), {.low = -5, .high = 5}),
    elementwise("hardswish", of([](auto& x) { return hardswish(x); }), {.low = -5, .high = 5}),
    elementwise("hardshrink", of([](auto& x) { return hardshrink(x) * hardshrink(x, 0.2); })),
    elementwise("softshrink", of([](auto& x) { return softshrink(x) * softshrink(x, 0.2); })),
    elementwise("tanhshrink", of([](auto& x) { return tanhshrink(x); })),
    elementwise("softsign", of([](auto& x) { return softsign(x); })),
    elementwise("threshold", of([](auto& x) { return threshold(x, 0.3, -2) * x; })),
    elementwise("rrelu", of([](auto& x) { return rrelu(x) * rrelu(x, 0.5, 0.7); })),
    elementwise("rrelu", of([](auto& x) {
      Generator noise(3);
      return rrelu(x, 0.1, 0.6, noise);
    })),
    {.name = "rrelu", .f = of([](auto& x) { return rrelu(x); }), .inputs = {{.shape = {2}}}, .mistake = [] { rrelu(zeros({2}), 1, 0); },
     .says = {"rrelu", "lower bound 1", "upper bound 0"}},
    {.name = "celu", .f = of([](auto& x) { return celu(x); }), .inputs = {{.shape = {2}}}, .mistake = [] { celu(zeros({2}), 0); },
     .says = {"celu", "alpha must not be 0"}},
    {.name = "softplus", .f = of([](auto& x) { return softplus(x, 1); }), .inputs = {{.shape = {2}}},
     .mistake = [] { softplus(zeros({2}), 0); }, .says = {"softplus", "beta must not be 0"}},
    {.name = "hardtanh", .f = of([](auto& x) { return hardtanh(x); }), .inputs = {{.shape = {2}}},
     .mistake = [] { hardtanh(zeros({2}), 1, 0); }, .says = {"hardtanh", "lower bound 1", "upper bound 0"}},
    {.name = "softshrink", .f = of([](auto& x) { return softshrink(x); }), .inputs = {{.shape = {2}}},
     .mistake = [] { softshrink(zeros({2}), -1); }, .says = {"softshrink", "lambda must not be negative", "-1"}},
    {.name = "prelu", .f = of([](auto& x, auto& w) { return prelu(x, w); }), .inputs = {{.shape = {2, 3, 4}}, {.shape = {3}}},
     .mistake = [] { prelu(zeros({2, 3}), zeros({2})); }, .says = {"prelu", "[2]", "one for each channel, dimension 1 of [2, 3]"},
     .shapes = "0x3 3; 2x1 1; 2x0 1"},
    {.name = "prelu", .f = of([](auto& x, auto& w) { return prelu(x, w); }), .inputs = {{.shape = {2, 3}}, {.shape = {1}}},
     .mistake = [] { prelu(zeros({2, 3}), zeros({2, 2})); }, .says = {"prelu", "[2, 3]", "[2, 2]"}},
    {.name = "prelu", .f = of([](auto& x, auto& w) { return prelu(x, w); }), .inputs = {{.shape = {2, 3}}, {.shape = {4, 1, 3}}}},
    {.name = "prelu", .f = of([](auto& x, auto& w) { return prelu(x, w); }), .inputs = {{.shape = {3}}, {.shape = {3}}},
     .mistake = [] { prelu(zeros({2, 3}), zeros({3}, f64)); }, .says = {"prelu", "f32", "f64"}},
    {.name = "prelu", .f = of([](auto& x, auto& w) { return prelu(x, w); }), .inputs = {{.shape = {}}, {.shape = {1}}}},
    {.name = "glu", .f = of([](auto& x) { return glu(x); }), .inputs = {{.shape = {2, 6}}}, .mistake = [] { glu(zeros({2, 3})); },
     .says = {"glu", "dimension 1 of [2, 3] has no halves"}, .shapes = "0x2; 2; 2x0"},
    {.name = "glu", .f = of([](auto& x) { return glu(x, 0); }), .inputs = {{.shape = {2, 3}}}, .mistake = [] { glu(zeros({})); },
     .says = {"glu", "scalar"}, .shapes = "0; 2x0"},
    {.name = "glu", .f = of([](auto& x) { return glu(x, -2); }), .inputs = {{.shape = {3, 0, 2}}},
     .mistake = [] { glu(zeros({4}, i64)); }, .says = {"glu", "f32 or f64", "i64"}},
};

}  // namespace gradus::activation_table
