#include <gradus/autograd/ops/attention.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/ctc.h>

#include "autograd/ops/op_table.h"

namespace gradus::attention_table {

Tensor attend(const Tensors& x, const DotProductAttentionOptions& options = {}) {
  return scaled_dot_product_attention(x[0], x[1], x[2], options);
}

std::vector<Input> with_lengths(std::int64_t rows, std::int64_t columns) {
  return {{.shape = {2, rows, 3}}, {.shape = {2, columns, 3}}, {.shape = {2, columns, 2}}};
}

// The same numbers whenever it is called.
Tensor attend_dropping(const Tensors& x) {
  Generator noise(3);
  return attend(x, {.dropout_p = 0.4, .generator = &noise});
}

Tensor some_rows() { return tensor({{1, 0, 1, 1}, {0, 0, 0, 0}, {0, 1, 0, 0}}, boolean); }

const Rows family{
    {.name = "scaled_dot_product_attention",
     .f = of_all([](const Tensors& x) { return attend(x); }),
     .inputs = with_lengths(3, 4),
     .mistake =
         [] {
           scaled_dot_product_attention(zeros({2, 3}), zeros({2, 4}), zeros({2, 4}));
         },
     .says = {"scaled_dot_product_attention", "[2, 3]", "[2, 4]"},
     .shapes = "0x3x3 0x4x3 0x4x2; 2x0x3 2x4x3 2x4x2; 2x3x3 2x0x3 2x0x2; 1x1x1 1x1x1 1x1x1"},
    {.name = "scaled_dot_product_attention",
     .f = of_all([](const Tensors& x) { return attend(x, {.is_causal = true, .scale = 0.7}); }),
     .inputs = with_lengths(4, 3),
     .mistake =
         [] {
           scaled_dot_product_attention(zeros({2, 3}), zeros({2, 3}), zeros({2, 3}, f64));
         },
     .says = {"scaled_dot_product_attention", "f32", "f64"}, .shapes = "1x1x1 1x1x1 1x1x1; 2x2x3 2x0x3 2x0x2"},
    {.name = "scaled_dot_product_attention",
     .f = of_all([](const Tensors& x) { return attend(x, {.attn_mask = some_rows(), .is_causal = true}); }),
     .inputs = with_lengths(3, 4),
     .mistake =
         [] {
           scaled_dot_product_attention(zeros({2, 3}), zeros({4, 3}), zeros({4, 3}), {.attn_mask = zeros({3, 4})});
         },
     .says = {"scaled_dot_product_attention", "attn_mask [3, 4]", "[2, 4]"}},
    {.name = "scaled_dot_product_attention",
     .f = of_all([](const Tensors& x) { return attend(x, {.attn_mask = x[3]}); }),
     .inputs = {{.shape = {2, 3, 3}}, {.shape = {2, 4, 3}}, {.shape = {2, 4, 2}}, {.shape = {3, 1}}},
     .optional_from = 3},
    {.name = "scaled_dot_product_attention", .f = of_all(attend_dropping), .inputs = with_lengths(3, 5),
     .shapes = "1x2x3 1x1x3 1x1x1; 0x3x3 0x4x3 0x4x2"},
    {.name = "scaled_dot_product_attention",
     .f = of_all([](const Tensors& x) { return attend(x, {.enable_gqa = true}); }),
     .inputs = {{.shape = {4, 2, 3}}, {.shape = {2, 3, 3}}, {.shape = {2, 3, 2}}},
     .mistake =
         [] {
           scaled_dot_product_attention(zeros({3, 2, 3}), zeros({2, 4, 3}), zeros({2, 4, 3}), {.enable_gqa = true});
         },
     .says = {"scaled_dot_product_attention", "enable_gqa", "[3, 2, 3]", "[2, 4, 3]"}, .shapes = "4x1x1 1x1x1 1x1x1; 4x0x3 2x3x3 2x3x2"},
    {.name = "scaled_dot_product_attention",
     .f = of_all([](const Tensors& x) { return attend(x); }),
     .inputs = {{.shape = {2, 1, 3, 2}}, {.shape = {3, 2, 2}}, {.shape = {2, 2}}}},
    {.name = "rotary_embedding",
     .f = of([](auto& x) { return rotary_embedding(x); }),
     .inputs = {{.shape = {2, 3, 4}}},
     .mistake =
         [] {
           rotary_embedding(zeros({2, 3}));
         },
     .says = {"rotary_embedding", "3 of the 3", "[2, 3]"}, .shapes = "0x3x4; 2x0x4; 1x1x2"},
    {.name = "rotary_embedding",
     .f = of([](auto& x) {
       return rotary_embedding(x, {.base = 100, .interleaved = true, .offset = 2, .positions = tensor({{0}, {5}}, i64), .dimensions = 2});
     }),
     .inputs = {{.shape = {2, 3, 4}}},
     .mistake =
         [] {
           rotary_embedding(zeros({2, 4}), {.positions = zeros({3}, i64)});
         },
     .says = {"rotary_embedding", "positions [3]", "[2, 4]"}},
    {.name = "ctc_loss",
     .f = of([](auto& x) {
       return ctc_loss(x, tensor({{1, 1}, {2, 0}}, i64), tensor({4, 3}, i64), tensor({2, 1}, i64));
     }),
     .inputs = {{.shape = {4, 2, 3}}},
     .mistake =
         [] {
           ctc_loss(zeros({4, 3}), tensor({1, 3}, i64), tensor(4, i64), tensor(2, i64));
         },
     .says = {"ctc_loss", "label 1", "is 3", "3 classes"}},
    {.name = "ctc_loss",
     .f = of([](auto& x) {
       return ctc_loss(x, tensor({0, 0, 2}, i32), tensor(5, i32), tensor(3, i32), {.blank = 1, .reduction = Reduction::none});
     }),
     .inputs = {{.shape = {5, 3}}}},
    {.name = "ctc_loss",   // no way leads to the first one
     .f = of([](auto& x) {
       return ctc_loss(x, tensor({{1, 1}, {2, 0}}, i64), tensor({2, 2}, i64), tensor({2, 1}, i64), {.zero_infinity = true});
     }),
     .inputs = {{.shape = {2, 2, 3}}}},
};

}  // namespace gradus::attention_table
