// Models as plain structs that tests/clients/models.py has too, for models.cpp and onnx_cases.cpp.
#pragma once
#include <gradus/gradus.h>

namespace clients::plain_models {

using namespace gradus;

struct Mlp {
  nn::Linear fc1{6, 16}, fc2{16, 16}, fc3{16, 3};
  Tensor operator()(const Tensor& x) const { return fc3(tanh(fc2(relu(fc1(x))))); }
};

struct LeNet {
  nn::Conv2d conv1{1, 6, {.kernel = 5, .padding = 2}}, conv2{6, 16, {.kernel = 5}};
  nn::Linear fc1{16 * 5 * 5, 120}, fc2{120, 84}, fc3{84, 10};
  Tensor operator()(const Tensor& x) const {
    const Tensor h = avg_pool2d(tanh(conv2(avg_pool2d(tanh(conv1(x)), {.kernel = 2}))), {.kernel = 2});
    return fc3(tanh(fc2(tanh(fc1(flatten(h, 1))))));
  }
};

struct Lstm {
  nn::Embedding words{20, 8};
  nn::LSTM rnn{8, 12, {.num_layers = 2, .batch_first = true, .bidirectional = true}};
  nn::Linear output{24, 20};
  Tensor operator()(const Tensor& x) const { return output(rnn(words(x)).output); }
};

struct Projected {   // x [N, T, 8], h [N, 2, 5] of both directions
  nn::LSTM rnn{8, 12, {.batch_first = true, .bidirectional = true, .proj_size = 5}};
  Tensor operator()(const Tensor& x, const Tensor& h) const {
    const auto [y, h_n, c_n] = rnn(x, {.h_0 = transpose(h, 0, 1)});
    return cat({flatten(y, 1), flatten(transpose(h_n, 0, 1), 1), flatten(transpose(c_n, 0, 1), 1)}, 1);
  }
};

struct Seq2Seq {
  nn::Transformer net{16, 4, {.num_encoder_layers = 2, .num_decoder_layers = 2, .dim_feedforward = 24, .dropout = 0, .batch_first = true}};
  Tensor operator()(const Tensor& source, const Tensor& target) const { return net(source, target, {.tgt_is_causal = true}); }
};

}  // namespace clients::plain_models
