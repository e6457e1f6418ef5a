#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/packed_sequence.h>
#include <gradus/autograd/ops/recurrent.h>

#include "autograd/ops/op_table.h"

namespace gradus::recurrent_table {

// x [T, N, I] or packed, weight_ih, weight_hh, and what may be left out, h0 and both biases, for so many gates: I = 2, H = P = 2.
std::vector<Input> inputs(std::int64_t gates, const Shape& x) {
  const std::int64_t n = gates * 2;
  return {{.shape = x}, {.shape = {n, 2}}, {.shape = {n, 2}}, {.shape = {2, 2}}, {.shape = {n}}, {.shape = {n}}};
}
RecurrentWeights weights(const Tensors& x) { return {x[1], x[2], x[4], x[5]}; }

template <class R>
Tensors all(const R& r) {
  if constexpr (requires { r.c_n; })
    return {r.output, r.h_n, r.c_n};
  else
    return {r.output, r.h_n};
}

const Rows family{
    {.name = "rnn_tanh",
     .f = [](const Tensors& x) { return all(rnn_tanh(x[0], weights(x), {.h0 = x[3]})); },
     .inputs = inputs(1, {3, 2, 2}),
     .mistake =
         [] {
           rnn_tanh(zeros({3, 2, 2}), {zeros({2, 3}), zeros({2, 2})});
         },
     .says = {"rnn_tanh", "of 3 numbers", "[3, 2, 2]", "[2, 3]"},
     .optional_from = 3},
    {.name = "rnn_relu",
     .f = [](const Tensors& x) { return all(rnn_relu(x[0], weights(x), {.h0 = x[3], .reverse = true})); },
     .inputs = inputs(1, {3, 2, 2}),
     .mistake =
         [] {
           rnn_relu(zeros({3, 2}), {zeros({2, 2}), zeros({2, 2})});
         },
     .says = {"rnn_relu", "must be [T, N, I], not [3, 2]"},
     .optional_from = 3},
    {.name = "gru",
     .f = [](const Tensors& x) { return all(gru(x[0], weights(x), {.h0 = x[3]})); },
     .inputs = inputs(3, {3, 2, 2}),
     .mistake =
         [] {
           gru(zeros({3, 2, 2}), {zeros({8, 2}), zeros({8, 2})});
         },
     .says = {"gru", "[3·H, I]", "[8, 2]"},
     .optional_from = 3},
    {.name = "gru",
     .f =
         [](const Tensors& x) {
           return all(gru(x[0], weights(x), {.h0 = x[3], .batch_sizes = {2, 2, 1}, .reverse = true}));
         },
     .inputs = inputs(3, {5, 2}),
     .mistake =
         [] {
           gru(zeros({3, 2}), {zeros({6, 2}), zeros({6, 2})}, {.batch_sizes = {1, 2}});
         },
     .says = {"gru", "must not become more", "2 at step 1"},
     .optional_from = 3},
    {.name = "lstm",
     .f = [](const Tensors& x) { return all(lstm(x[0], weights(x), {.h0 = x[3], .c0 = x[6]})); },
     .inputs =
         {{.shape = {3, 2, 2}}, {.shape = {8, 2}}, {.shape = {8, 2}}, {.shape = {2, 2}}, {.shape = {8}}, {.shape = {8}}, {.shape = {2, 2}}},
     .mistake =
         [] {
           lstm(zeros({3, 2, 2}), {zeros({8, 2}), zeros({8, 2})}, {.c0 = zeros({1, 2})});
         },
     .says = {"lstm", "c0 must be [2, 2], not [1, 2]"},
     .optional_from = 3},
    {.name = "lstm",
     .f =
         [](const Tensors& x) {
           return all(lstm(x[0], {x[1], x[2], x[5], x[6], x[3]}, {.h0 = x[4], .batch_sizes = {2, 1}, .reverse = true}));
         },
     .inputs =
         {{.shape = {3, 2}}, {.shape = {8, 2}}, {.shape = {8, 2}}, {.shape = {2, 2}}, {.shape = {2, 2}}, {.shape = {8}}, {.shape = {8}}},
     .mistake =
         [] {
           lstm(zeros({3, 2, 2}), {.weight_ih = zeros({8, 2}), .weight_hh = zeros({8, 1}), .weight_hr = zeros({2, 2})});
         },
     .says = {"lstm", "[8, 1]", "states of 1 numbers", "weight_hr [2, 2]"},
     .optional_from = 3},
    {.name = "rnn_tanh_cell",
     .f = of_all([](const Tensors& x) { return rnn_tanh_cell(x[0], x[3], weights(x)); }),
     .inputs = inputs(1, {2, 2}),
     .mistake =
         [] {
           rnn_tanh_cell(zeros({2, 2}), zeros({3, 2}), {zeros({2, 2}), zeros({2, 2})});
         },
     .says = {"rnn_tanh_cell", "h must be [2, 2], not [3, 2]"},
     .optional_from = 3},
    {.name = "rnn_relu_cell",
     .f = of_all([](const Tensors& x) { return rnn_relu_cell(x[0], x[3], weights(x)); }),
     .inputs = inputs(1, {2, 2}),
     .mistake =
         [] {
           rnn_relu_cell(zeros({2, 2}), {}, {zeros({2, 2}), zeros({2, 2}), zeros({3})});
         },
     .says = {"rnn_relu_cell", "bias_ih must be [2], not [3]"},
     .optional_from = 3},
    {.name = "gru_cell",
     .f = of_all([](const Tensors& x) { return gru_cell(x[0], x[3], weights(x)); }),
     .inputs = inputs(3, {2, 2}),
     .mistake =
         [] {
           gru_cell(zeros({1, 2, 2}), {}, {zeros({6, 2}), zeros({6, 2})});
         },
     .says = {"gru_cell", "[N, I] or [I]", "[1, 2, 2]"},
     .optional_from = 3},
    {.name = "lstm_cell",
     .f =
         [](const Tensors& x) {
           const auto [h, c] = lstm_cell(x[0], x[3], x[3].defined() ? x[3] * 0.5 : x[3], weights(x));
           return Tensors{h, c};
         },
     .inputs = inputs(4, {2, 2}),
     .mistake =
         [] {
           lstm_cell(zeros({2}), zeros({2}), zeros({2}, f64), {zeros({8, 2}), zeros({8, 2})});
         },
     .says = {"lstm_cell", "f32", "f64"},
     .optional_from = 3},
    {.name = "pack_padded_sequence",
     .f = of_all([](const Tensors& x) { return pack_padded_sequence(x[0], {2, 3}, true).data; }),
     .inputs = {{.shape = {2, 3, 2}}},
     .mistake = [] { pack_padded_sequence(zeros({3, 2}), {2, 4}); },
     .says = {"pack_padded_sequence", "length 4 of sample 1", "[3, 2]"}},
    {.name = "pad_packed_sequence",
     .f = of_all([](const Tensors& x) {
       const PackedSequence packed{x[0], {2, 2, 1}, {1, 0}};
       return pad_packed_sequence(packed, {.batch_first = true, .padding_value = 7, .total_length = 4});
     }),
     .inputs = {{.shape = {5, 2}}},
     .mistake =
         [] {
           pad_packed_sequence(pack_padded_sequence(zeros({3, 2, 2}), {2, 3}), {.total_length = 2});
         },
     .says = {"pad_packed_sequence", "total_length 2", "3"}},
};

}  // namespace gradus::recurrent_table
