// RNN, LSTM and GRU over sequences, and their cells, which take one step. What they compute: ops/recurrent.h.
//   nn::LSTM rnn{64, 256, {.num_layers = 2, .dropout = 0.2}};
//   const auto [y, h, c] = rnn(x);                       // x [T, N, 64] → y [T, N, 256], h and c [2, N, 256]
//   const auto [next, h2, c2] = rnn(x2, {h, c});         // goes on from there
//   const auto [z, hz, cz] = rnn(x, {.lengths = {5, 3, 4}});   // a sample ends after its length: z is zero beyond, hz what it ended with
//   const auto [packed_y, hp, cp] = rnn(pack_padded_sequence(x, {5, 3, 4}));           // the same, as PyTorch has it
// x is [T, N, input], [N, T, input] with batch_first, or [T, input] for one sequence, whose states have no N either. States are those of
// layer 0, layer 0 reversed, layer 1, …. With lengths, y has as many steps as x has (PyTorch: pad_packed_sequence(…, total_length=T)).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/ops/packed_sequence.h>
#include <gradus/autograd/ops/recurrent.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/nn/model/fields.h>
#include <gradus/nn/model/stream.h>
#include <gradus/nn/model/visitor.h>

namespace gradus::nn {

enum class Nonlinearity { tanh, relu };

struct GRUOptions {
  std::int64_t num_layers = 1;
  bool bias = true, batch_first = false;
  double dropout = 0;                                        // of each layer's output but the last one's, in training
  bool bidirectional = false;                                // y has both directions' states side by side
  Dtype dtype = f32;
  Generator* generator = nullptr;                            // of the initial values; null: default_generator()
  void describe(Describe& is) const;
};
struct RNNOptions {
  std::int64_t num_layers = 1;
  Nonlinearity nonlinearity = Nonlinearity::tanh;
  bool bias = true, batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
  Dtype dtype = f32;
  Generator* generator = nullptr;
  void describe(Describe& is) const;
};
struct LSTMOptions {
  std::int64_t num_layers = 1;
  bool bias = true, batch_first = false;
  double dropout = 0;
  bool bidirectional = false;
  std::int64_t proj_size = 0;                                // h and y are so wide, and c as ever; 0: no projection
  Dtype dtype = f32;
  Generator* generator = nullptr;
  void describe(Describe& is) const;
};

struct RNNStart {
  Tensor h_0 = {};                                           // [layers · directions, N, hidden]; undefined: zeros
  Lengths lengths = {};                                      // of each sequence, 1 to T, in any order; none: all are T long
};
struct LSTMStart {
  Tensor h_0 = {}, c_0 = {};
  Lengths lengths = {};
};
struct RNNOutput {
  Tensor output, h_n;                                        // h_n like h_0
};
struct LSTMOutput {
  Tensor output, h_n, c_n;
};

// Of a packed sequence, which stays one.
struct PackedRNNOutput {
  PackedSequence output;
  Tensor h_n;
};
struct PackedLSTMOutput {
  PackedSequence output;
  Tensor h_n, c_n;
};

// What the three have in common. All weights are uniform in ±1/√hidden (PyTorch's default).
class Recurrent {
 public:
  // One layer's in one direction, called weight_ih_l0, weight_hh_l0_reverse, bias_ih_l1, weight_hr_l0, … in the model's state.
  struct Direction {
    Parameter weight_ih, weight_hh, bias_ih, bias_hh, weight_hr;
  };
  std::vector<Direction> weights;                            // layer 0, layer 0 reversed, layer 1, …
  bool training = true;
  Stream generator;                                          // of dropout
  void walk(const Path& path, Visitor& visitor);

 protected:
  struct Form {
    const char* name;
    std::int64_t gates, input, hidden, layers, projected;
    bool bias, batch_first, bidirectional;
    double dropout;
    Dtype dtype;
  };
  Recurrent(const Form& form, Generator* generator);
  static void check_projection(const Form& form);
  LSTMOutput run(int cell, const Tensor& x, const LSTMStart& start) const;
  RNNOutput run(int cell, const Tensor& x, const RNNStart& start) const;
  PackedLSTMOutput run(int cell, const PackedSequence& x, const LSTMStart& start) const;
  PackedRNNOutput run(int cell, const PackedSequence& x, const RNNStart& start) const;

 private:
  void check_states(const LSTMStart& start, const Shape& before_width, const Tensor& input) const;
  LSTMOutput through(int cell, const PackedSequence& packed, Tensor h_0, Tensor c_0) const;

  Form form_;
};

class RNN : public Recurrent {
 public:
  RNN(std::int64_t input_size, std::int64_t hidden_size, const RNNOptions& options = {});   // ValueError for an option out of its range
  RNNOutput operator()(const Tensor& x, const RNNStart& start = {}) const;
  PackedRNNOutput operator()(const PackedSequence& x, const RNNStart& start = {}) const;

 private:
  int cell() const;
  Nonlinearity nonlinearity_;

 public:
  void walk(const Path& path, Visitor& visitor) { Recurrent::walk(path, visitor); }
};

class GRU : public Recurrent {
 public:
  GRU(std::int64_t input_size, std::int64_t hidden_size, const GRUOptions& options = {});
  RNNOutput operator()(const Tensor& x, const RNNStart& start = {}) const;
  PackedRNNOutput operator()(const PackedSequence& x, const RNNStart& start = {}) const;
};

class LSTM : public Recurrent {
 public:
  LSTM(std::int64_t input_size, std::int64_t hidden_size, const LSTMOptions& options = {});
  LSTMOutput operator()(const Tensor& x, const LSTMStart& start = {}) const;
  PackedLSTMOutput operator()(const PackedSequence& x, const LSTMStart& start = {}) const;
};

// ---- one step: x [N, input] or [input]

struct CellOptions {
  bool bias = true;
  Dtype dtype = f32;
  Generator* generator = nullptr;
  void describe(Describe& is) const;
};
struct RNNCellOptions {
  bool bias = true;
  Nonlinearity nonlinearity = Nonlinearity::tanh;
  Dtype dtype = f32;
  Generator* generator = nullptr;
  void describe(Describe& is) const;
};

class RNNCell {
 public:
  RNNCell(std::int64_t input_size, std::int64_t hidden_size, const RNNCellOptions& options = {});
  Tensor operator()(const Tensor& x, const Tensor& h = {}) const;               // h [N, hidden] or [hidden]; undefined: zeros

  Parameter weight_ih, weight_hh, bias_ih, bias_hh;
  using Fields = nn::Fields<&RNNCell::weight_ih, &RNNCell::weight_hh, &RNNCell::bias_ih, &RNNCell::bias_hh>;

 private:
  Nonlinearity nonlinearity_;
};

class GRUCell {
 public:
  GRUCell(std::int64_t input_size, std::int64_t hidden_size, const CellOptions& options = {});
  Tensor operator()(const Tensor& x, const Tensor& h = {}) const;

  Parameter weight_ih, weight_hh, bias_ih, bias_hh;
  using Fields = nn::Fields<&GRUCell::weight_ih, &GRUCell::weight_hh, &GRUCell::bias_ih, &GRUCell::bias_hh>;
};

class LSTMCell {
 public:
  LSTMCell(std::int64_t input_size, std::int64_t hidden_size, const CellOptions& options = {});
  LSTMCellResult operator()(const Tensor& x, const LSTMCellResult& state = {}) const;   // auto [h, c] = cell(x, {h0, c0});

  Parameter weight_ih, weight_hh, bias_ih, bias_hh;
  using Fields = nn::Fields<&LSTMCell::weight_ih, &LSTMCell::weight_hh, &LSTMCell::bias_ih, &LSTMCell::bias_hh>;
};

}  // namespace gradus::nn
