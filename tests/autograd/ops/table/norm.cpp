#include <gradus/autograd/ops/norm.h>

#include "autograd/ops/op_table.h"

namespace gradus::norm_table {

const Rows family{
    {.name = "batch_norm",
     .f = of([](auto& x, auto& weight, auto& bias) {
       Array mean, var;
       return batch_norm(x, weight, bias, mean, var);
     }),
     .inputs = {{.shape = {4, 3, 2}}, {.shape = {3}, .low = 0.5, .high = 2}, {.shape = {3}}},
     .mistake =
         [] {
           Array mean, var;
           batch_norm(zeros({1, 3}), {}, {}, mean, var);
         },
     .says = {"batch_norm", "[1, 3]"}, .optional_from = 1},
    {.name = "batch_norm_eval",
     .f = of([](auto& x, auto& weight, auto& bias) {
       return batch_norm_eval(x, weight, bias, Array::full({3}, 0.5, f64), Array::full({3}, 2.0, f64));
     }),
     .inputs = {{.shape = {4, 3}}, {.shape = {3}, .low = 0.5, .high = 2}, {.shape = {3}}},
     .mistake = [] { batch_norm_eval(zeros({2, 3}), {}, {}, Array::zeros({2}), Array::zeros({2})); },
     .says = {"batch_norm", "[2, 3]", "[2]"},
     .optional_from = 1},
};

}  // namespace gradus::norm_table
