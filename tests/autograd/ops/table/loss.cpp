#include <gradus/autograd/ops/loss.h>

#include "autograd/ops/op_table.h"

namespace gradus::loss_table {

const Rows family{
    {.name = "cross_entropy", .f = of([](auto& x, auto& label) { return cross_entropy(x, label); }),
     .inputs = {{.shape = {4, 3}}, {.shape = {4}, .low = 0, .high = 3, .dtype = i64}},
     .mistake = [] { cross_entropy(zeros({2, 3}), Tensor(Array::from<std::int64_t>({0, 3}, {2}))); },
     .says = {"cross_entropy", "label 3", "row 1", "3"}, .shapes = "1x3 1"},
    {.name = "cross_entropy",
     .f = of([](auto& x, auto& label) {
       return cross_entropy(x, label, {.reduction = Reduction::none, .ignore_index = 1, .label_smoothing = 0.1});
     }),
     .inputs = {{.shape = {5, 3}}, {.shape = {5}, .low = 0, .high = 3, .dtype = i64}},
     .mistake = [] { cross_entropy(zeros({2, 3}), zeros({3}, i64)); },
     .says = {"cross_entropy", "[2, 3]", "[3]"}, .shapes = "0x3 0; 1x3 1"},
    {.name = "mse_loss", .f = of([](auto& x, auto& t) { return mse_loss(x, t); }), .inputs = {{.shape = {2, 3}}, {.shape = {2, 3}}},
     .mistake = [] { mse_loss(zeros({2, 3}), zeros({3})); }, .says = {"mse_loss", "[2, 3]", "[3]"}, .shapes = "() (); 1 1"},
    {.name = "bce_with_logits", .f = of([](auto& x, auto& t) { return bce_with_logits(x, t, {.reduction = Reduction::sum}); }),
     .inputs = {{.shape = {2, 3}}, {.shape = {2, 3}, .low = 0, .high = 1}}, .mistake = [] { bce_with_logits(zeros({2, 3}), zeros({3})); },
     .says = {"bce_with_logits", "[2, 3]", "[3]"}, .shapes = "0x3 0x3; 1 1"},
};

}  // namespace gradus::loss_table
