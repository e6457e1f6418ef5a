// All their options: recurrent_test.cpp.
#include <gradus/nn/layers/recurrent.h>

#include "nn/layers/table.h"

namespace gradus::recurrent_layers {

constexpr auto two = [](const auto& f, const Tensors& x) -> Tensors {
  auto [y, h] = f(x[0]);
  return {y, h};
};
constexpr auto three = [](const nn::LSTM& f, const Tensors& x) -> Tensors {
  auto [y, h, c] = f(x[0]);
  return {y, h, c};
};
constexpr auto from = [](const auto& f, const Tensors& x) -> Tensors { return {f(x[0], x[1])}; };
constexpr auto next = [](const nn::LSTMCell& f, const Tensors& x) -> Tensors {
  auto [h, c] = f(x[0], {x[1], x[2]});
  return {h, c};
};

const LayerRows family{
    {.layer = "RNN", .golden = "rnn_plain", .make = layer([] { return nn::RNN{3, 4}; }, two), .batch = 1},
    {.layer = "GRU", .golden = "gru_plain", .make = layer([] { return nn::GRU{3, 4}; }, two), .batch = 1},
    {.layer = "LSTM", .golden = "lstm_plain", .make = layer([] { return nn::LSTM{3, 4}; }, three), .batch = 1},
    {.layer = "RNNCell", .golden = "rnn_cell", .make = layer([] { return nn::RNNCell{3, 4}; }, from)},
    {.layer = "GRUCell", .golden = "gru_cell", .make = layer([] { return nn::GRUCell{3, 4}; }, from)},
    {.layer = "LSTMCell", .golden = "lstm_cell", .make = layer([] { return nn::LSTMCell{3, 4}; }, next)},
};

}  // namespace gradus::recurrent_layers
