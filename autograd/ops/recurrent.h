// Recurrent layers, one direction of one layer over whole sequences, and single steps of them (cells). nn::RNN, nn::LSTM and nn::GRU stack
// them.
//   const auto [y, h, c] = lstm(x, {weight_ih, weight_hh, bias_ih, bias_hh}, {.h0 = h0, .c0 = c0});   // x [T, N, I] → y [T, N, H]
//   const Tensor next = gru_cell(x, h, {weight_ih, weight_hh});                                       // x [N, I], h [N, H] → [N, H]
// With a = W_ih·x + b_ih + W_hh·h + b_hh, a part of it for each gate, and σ = sigmoid:
//   rnn_tanh, rnn_relu   h' = tanh(a), relu(a)
//   lstm                 i, f, o = σ(a_i), σ(a_f), σ(a_o), g = tanh(a_g);  c' = f·c + i·g;  h' = o·tanh(c'), then W_hr·h' if projected
//   gru                  r, z = σ(a_r), σ(a_z), n = tanh(W_in·x + b_in + r·(W_hn·h + b_hn));  h' = (1 − z)·n + z·h
// f32 or f64, all alike. GraphError for an undefined tensor, ShapeError, DtypeError, ValueError.
#pragma once
#include <cstdint>
#include <vector>

#include <gradus/autograd/tape/tensor.h>

namespace gradus {

// G = 1, of LSTM 4 (i, f, g, o), of GRU 3 (r, z, n).
struct RecurrentWeights {
  Tensor weight_ih, weight_hh;                // [G·H, I], [G·H, H]
  Tensor bias_ih = {}, bias_hh = {};          // [G·H], or undefined
  Tensor weight_hr = {};                      // [P, H] of a projected LSTM, whose weight_hh is [4·H, P] and whose h and y are P wide
};
struct RecurrentOptions {
  Tensor h0 = {}, c0 = {};                    // [N, H]; undefined: zeros
  std::vector<std::int64_t> batch_sizes = {}; // of packed sequences, x [rows, I]: how many have each step; see packed_sequence.h
  bool reverse = false;                       // from each sequence's last step to its first
};
struct RecurrentResult {
  Tensor output, h_n;                         // every step's h, like x; [N, H] after the last step
};
struct LSTMResult {
  Tensor output, h_n, c_n;
};
RecurrentResult rnn_tanh(const Tensor& x, const RecurrentWeights& weights, const RecurrentOptions& options = {});
RecurrentResult rnn_relu(const Tensor& x, const RecurrentWeights& weights, const RecurrentOptions& options = {});
RecurrentResult gru(const Tensor& x, const RecurrentWeights& weights, const RecurrentOptions& options = {});
LSTMResult lstm(const Tensor& x, const RecurrentWeights& weights, const RecurrentOptions& options = {});

// One step: x [N, I] or [I], the states [N, H] or [H], or undefined: zeros.
struct LSTMCellResult {
  Tensor h, c;
};
Tensor rnn_tanh_cell(const Tensor& x, const Tensor& h, const RecurrentWeights& weights);
Tensor rnn_relu_cell(const Tensor& x, const Tensor& h, const RecurrentWeights& weights);
Tensor gru_cell(const Tensor& x, const Tensor& h, const RecurrentWeights& weights);
LSTMCellResult lstm_cell(const Tensor& x, const Tensor& h, const Tensor& c, const RecurrentWeights& weights);

}  // namespace gradus
