#include <gradus/autograd/ops/norm.h>

#include "autograd/ops/op_table.h"

namespace gradus::norm_table {

const Rows family{
    {.name = "batch_norm",
     .f = of([](auto& x, auto& weight, auto& bias) {
       Array mean, var;
       return batch_norm(x, weight, bias, mean, var, 0.3, 1e-2);
     }),
     .inputs = {{.shape = {4, 3, 2}}, {.shape = {3}, .low = 0.5, .high = 2}, {.shape = {3}}},
     .mistake =
         [] {
           Array mean, var;
           batch_norm(zeros({1, 3}), {}, {}, mean, var);
         },
     .says = {"batch_norm", "[1, 3]"}, .optional_from = 1, .shapes = "4x1x1 1 1; 2x3 3 3"},
    {.name = "batch_norm_eval",
     .f = of([](auto& x, auto& weight, auto& bias) {
       return batch_norm_eval(x, weight, bias, Array::full({3}, 0.5, f64), Array::full({3}, 2.0, f64), 1e-2);
     }),
     .inputs = {{.shape = {4, 3}}, {.shape = {3}, .low = 0.5, .high = 2}, {.shape = {3}}},
     .mistake = [] { batch_norm_eval(zeros({2, 3}), {}, {}, Array::zeros({2}), Array::zeros({2})); },
     .says = {"batch_norm", "[2, 3]", "[2]"},
     .optional_from = 1},
    {.name = "batch_norm_relu",
     .f =
         [](const Tensors& x) {
           Array mean, var;
           return Tensors{batch_norm_relu(x[0], x[1], x[2], x[3], mean, var, 0.3, 1e-2)};
         },
     .inputs = {{.shape = {4, 3, 2}}, {.shape = {4, 3, 2}, .low = 0.2, .high = 3}, {.shape = {3}, .low = 0.5, .high = 2}, {.shape = {3}}},
     .mistake =
         [] {
           Array mean, var;
           batch_norm_relu(zeros({2, 3}), zeros({2, 1}), {}, {}, mean, var);
         },
     .says = {"batch_norm_relu", "[2, 3]", "[2, 1]"}, .optional_from = 1, .shapes = "4x1x1 4x1x1 1 1; 2x3 2x3 3 3"},
    {.name = "batch_norm_relu_eval",
     .f =
         [](const Tensors& x) {
           const Array mean = Array::full({3}, 0.5, x[0].dtype()), var = Array::full({3}, 2.0, x[0].dtype());
           return Tensors{batch_norm_relu_eval(x[0], x[1], x[2], x[3], mean, var, 1e-2)};
         },
     .inputs = {{.shape = {4, 3}}, {.shape = {4, 3}}, {.shape = {3}, .low = 0.5, .high = 2}, {.shape = {3}}},
     .mistake = [] { batch_norm_relu_eval(zeros({2, 3}), zeros({2, 3}, f64), {}, {}, Array::zeros({3}), Array::zeros({3})); },
     .says = {"batch_norm_relu", "f32", "f64"},
     .optional_from = 1},
};

const Input factor{.shape = {3}, .low = 0.5, .high = 2}, shift{.shape = {3}};
constexpr double eps = 0.1;

const Rows groups{
    {.name = "layer_norm",
     .f = of([](auto& x, auto& weight, auto& bias) {
       return layer_norm(x, {3}, weight, bias, eps);
     }),
     .inputs = {{.shape = {2, 2, 3}}, factor, shift},
     .mistake =
         [] {
           layer_norm(zeros({2, 4}), {3});
         },
     .says = {"layer_norm", "[3]", "x [2, 4]"},
     .optional_from = 1, .shapes = "0x3 3 3; 3 3 3"},
    {.name = "layer_norm",
     .f = of([](auto& x, auto& weight, auto& bias) {
       return layer_norm(x, {2, 3}, weight, bias, eps);
     }),
     .inputs = {{.shape = {2, 2, 3}}, {.shape = {2, 3}}, {.shape = {2, 3}}},
     .mistake =
         [] {
           layer_norm(zeros({2, 3}), {3}, zeros({2}));
         },
     .says = {"layer_norm", "weight must be [3]", "[2]"},
     .optional_from = 1},
    {.name = "rms_norm",
     .f = of([](auto& x, auto& weight) {
       return rms_norm(x, {3}, weight, eps);
     }),
     .inputs = {{.shape = {2, 2, 3}}, factor},
     .mistake =
         [] {
           rms_norm(zeros({3}), {3}, zeros({3}, f64));
         },
     .says = {"rms_norm", "f32", "f64"},
     .optional_from = 1, .shapes = "0x3 3; 3 3"},
    {.name = "group_norm",
     .f = of([](auto& x, auto& weight, auto& bias) { return group_norm(x, 2, weight, bias, eps); }),
     .inputs = {{.shape = {2, 4, 2}}, {.shape = {4}, .low = 0.5, .high = 2}, {.shape = {4}}},
     .mistake = [] { group_norm(zeros({2, 4}), 3); },
     .says = {"group_norm", "3 groups", "4 channels"},
     .optional_from = 1, .shapes = "0x4x2 4 4; 1x2x2 2 2"},
    {.name = "group_norm",
     .f = of([](auto& x, auto& weight, auto& bias) { return group_norm(x, 1, weight, bias, eps); }),
     .inputs = {{.shape = {2, 3}}, factor, shift},
     .optional_from = 1},
    {.name = "instance_norm",
     .f = of([](auto& x, auto& weight, auto& bias) { return instance_norm(x, weight, bias, eps); }),
     .inputs = {{.shape = {2, 3, 4}}, factor, shift},
     .mistake = [] { instance_norm(zeros({2, 3, 1})); },
     .says = {"instance_norm", "[2, 3, 1]"},
     .optional_from = 1, .shapes = "0x3x4 3 3; 1x1x2 1 1"},
    {.name = "instance_norm",
     .f = of([](auto& x, auto& weight, auto& bias) {
       Array mean = Array::zeros({3}, x.dtype()), var = mean;
       return instance_norm(x, weight, bias, mean, var, 0.2, eps);
     }),
     .inputs = {{.shape = {1, 3, 17}}, factor, shift},   // channels long enough to be stretches
     .optional_from = 1},
};

const Rows lengths{
    {.name = "local_response_norm",
     .f = of([](auto& x) { return local_response_norm(x, 2, 0.5, 0.75, 0.8); }),
     .inputs = {{.shape = {2, 4, 2}}},
     .mistake = [] { local_response_norm(zeros({3}), 2); },
     .says = {"local_response_norm", "[3]"}, .shapes = "0x4x2; 2x1x1"},
    {.name = "local_response_norm", .f = of([](auto& x) { return local_response_norm(x, 3); }), .inputs = {{.shape = {1, 2}}}},
    {.name = "normalize",
     .f = of([](auto& x) { return normalize(x); }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake = [] { normalize(zeros({3})); },
     .says = {"normalize", "axis 1"}, .shapes = "2x0x3; 0x3; 2x1"},
    {.name = "normalize", .f = of([](auto& x) { return normalize(x, 3, -1, 1.5); }), .inputs = {{.shape = {2, 3}}}},
};

}  // namespace gradus::norm_table
