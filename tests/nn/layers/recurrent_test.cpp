// Recurrent layers and cells: against PyTorch (results, final states, all gradients, names), dropout between layers, threads, errors.
#include "nn/layers/golden.h"

#include <atomic>
#include <thread>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/nn/layers/recurrent.h>
#include <gradus/nn/model/module.h>

#include <message_of.h>

namespace gradus::recurrent_test {

using testing::HasSubstr;

constexpr double tolerance = 1e-9;

// The arrays of one case.
class Case {
 public:
  explicit Case(const std::string& name) : name_(name) {}
  bool has(const std::string& key) const { return golden_values("recurrent").contains(name_ + "." + key); }
  Array at(const std::string& key) const { return golden_values("recurrent").at(name_ + "." + key); }
  Tensor variable_of(const std::string& key) const { return has(key) ? variable(Tensor(at(key))) : Tensor(); }
  nn::State state() const {
    nn::State s;
    const std::string prefix = name_ + ".state.";
    for (const auto& [key, value] : golden_values("recurrent"))
      if (key.starts_with(prefix)) s.arrays.emplace(key.substr(prefix.size()), value);
    return s;
  }
  void expect(const Tensor& got, const std::string& key) const {
    ASSERT_TRUE(got.defined()) << key;
    golden::expect_near(got.value(), at(key), tolerance, name_ + "." + key);
  }

 private:
  std::string name_;
};

struct Results {
  Tensor y, h, c;
};

// `call` has the layer take x, h_0, c_0 and lengths. Fused, and composed of differentiable operations.
template <class Layer, class Call>
void check_layer(Layer layer, const std::string& name, Call call) {
  SCOPED_TRACE(name);
  const Case wanted(name);
  nn::to(layer, f64);
  nn::load_state(layer, wanted.state());
  for (const bool recorded : {false, true}) {
    const Tensor x = wanted.variable_of("x"), h_0 = wanted.variable_of("h_0"), c_0 = wanted.variable_of("c_0");
    const Results results = call(layer, x, h_0, c_0, wanted.has("lengths") ? Lengths(Tensor(wanted.at("lengths"))) : Lengths());
    std::vector<Tensor> ys, seeds;
    const auto take = [&](const Tensor& y, const char* key, const char* seed) {
      if (!y.defined()) return;
      wanted.expect(y, key);
      ys.push_back(y), seeds.push_back(wanted.at(seed));
    };
    take(results.y, "y", "gy"), take(results.h, "h_n", "gh"), take(results.c, "c_n", "gc");
    EXPECT_EQ(wanted.has("gc"), results.c.defined());
    std::vector<Tensor> inputs{x};
    std::vector<std::string> keys{"grad.x"};
    if (h_0.defined()) inputs.push_back(h_0), keys.push_back("grad.h_0");
    if (c_0.defined()) inputs.push_back(c_0), keys.push_back("grad.c_0");
    for (const NamedParameter& p : nn::parameters(layer)) inputs.push_back(Tensor(p.leaf->value, p.leaf)), keys.push_back("grad." + p.name);
    EXPECT_EQ(nn::state(layer).arrays.size(), wanted.state().arrays.size());
    const auto grads = grad(ys, inputs, seeds, {.create_graph = recorded});
    for (std::size_t i = 0; i < keys.size(); ++i) wanted.expect(grads[i], keys[i]);
  }
}

constexpr auto with_h = [](const auto& layer, const Tensor& x, const Tensor& h_0, const Tensor&, const Lengths& lengths) -> Results {
  auto [y, h] = layer(x, {h_0, lengths});
  return {y, h, {}};
};
constexpr auto with_c = [](const auto& layer, const Tensor& x, const Tensor& h_0, const Tensor& c_0, const Lengths& lengths) -> Results {
  auto [y, h, c] = layer(x, {h_0, c_0, lengths});
  return {y, h, c};
};

// The four that every kind has.
template <class Layer, class Options, class Call>
void check_kind(const std::string& name, const Options& kind, Call call) {
  check_layer(Layer{3, 4, kind}, name + "_plain", call);
  Options o = kind;
  o.bias = false;
  check_layer(Layer{3, 4, o}, name + "_states", call);
  o = kind, o.num_layers = 2, o.bidirectional = true;
  check_layer(Layer{3, 4, o}, name + "_unequal", call);
  o.batch_first = true;
  check_layer(Layer{3, 4, o}, name + "_deep", call);
}

TEST(Recurrent, RNNAgreesWithPyTorch) {
  check_kind<nn::RNN>("tanh", nn::RNNOptions{}, with_h);
  check_kind<nn::RNN>("relu", nn::RNNOptions{.nonlinearity = nn::Nonlinearity::relu}, with_h);
}

TEST(Recurrent, GRUAgreesWithPyTorch) {
  check_kind<nn::GRU>("gru", nn::GRUOptions{}, with_h);
  check_layer(nn::GRU{3, 4, {.num_layers = 2}}, "gru_unbatched", with_h);
  check_layer(nn::GRU{3, 4, {.bidirectional = true}}, "gru_empty", with_h);
}

TEST(Recurrent, LSTMAgreesWithPyTorch) {
  check_kind<nn::LSTM>("lstm", nn::LSTMOptions{}, with_c);
  check_kind<nn::LSTM>("projected", nn::LSTMOptions{.proj_size = 2}, with_c);
  check_layer(nn::LSTM{3, 4, {.batch_first = true}}, "lstm_unequal_batch_first", with_c);
  check_layer(nn::LSTM{3, 4, {.bidirectional = true}}, "lstm_unbatched", with_c);
  check_layer(nn::LSTM{3, 4}, "lstm_one_step", with_c);
  check_layer(nn::LSTM{3, 4, {.num_layers = 2}}, "lstm_empty", with_c);
  nn::LSTM evaluated{3, 4, {.num_layers = 2, .dropout = 0.5}};
  nn::eval(evaluated);
  check_layer(evaluated, "lstm_dropout_eval", with_c);
}

TEST(Recurrent, CellsAgreeWithPyTorch) {
  const auto step = [](const auto& cell, const Tensor& x, const Tensor& h_0, const Tensor&, const Lengths&) -> Results {
    return {{}, cell(x, h_0), {}};
  };
  const auto lstm_step = [](const auto& cell, const Tensor& x, const Tensor& h_0, const Tensor& c_0, const Lengths&) -> Results {
    auto [h, c] = cell(x, {h_0, c_0});
    return {{}, h, c};
  };
  check_layer(nn::RNNCell{3, 4}, "tanh_cell", step);
  check_layer(nn::RNNCell{3, 4, {.bias = false}}, "tanh_cell_first", step);
  check_layer(nn::RNNCell{3, 4, {.nonlinearity = nn::Nonlinearity::relu}}, "relu_cell", step);
  check_layer(nn::RNNCell{3, 4, {.bias = false, .nonlinearity = nn::Nonlinearity::relu}}, "relu_cell_first", step);
  check_layer(nn::GRUCell{3, 4}, "gru_cell", step);
  check_layer(nn::GRUCell{3, 4, {.bias = false}}, "gru_cell_first", step);
  check_layer(nn::LSTMCell{3, 4}, "lstm_cell", lstm_step);
  check_layer(nn::LSTMCell{3, 4, {.bias = false}}, "lstm_cell_first", lstm_step);
  check_layer(nn::LSTMCell{3, 4}, "lstm_cell_unbatched", lstm_step);
}

TEST(Recurrent, BeginsWithPyTorchsRanges) {
  Generator generator(3);
  const nn::LSTM net{5, 16, {.num_layers = 2, .bidirectional = true, .proj_size = 3, .generator = &generator}};
  ASSERT_EQ(net.weights.size(), 4u);
  EXPECT_EQ(net.weights[3].weight_ih.shape(), (Shape{64, 6}));
  EXPECT_EQ(net.weights[3].weight_hr.name(), "weight_hr_l1_reverse");
  for (const Parameter* p : {&net.weights[0].weight_ih, &net.weights[1].bias_hh, &net.weights[2].weight_hr}) {
    const double largest = max(abs(p->tensor())).item();
    EXPECT_LE(largest, 0.25);
    EXPECT_GT(largest, 0.2);
  }
}

TEST(Recurrent, DropoutIsBetweenLayersAndInTrainingAlone) {
  manual_seed(1);
  nn::GRU net{4, 8, {.num_layers = 2, .dropout = 0.5}};
  nn::GRU one{4, 8, {.dropout = 0.5}};
  const Tensor x = randn({6, 2, 4});
  const auto before = net.generator.state();
  const auto first = net(x).output.value().to_vector();
  EXPECT_NE(net.generator.state().position, before.position);
  EXPECT_NE(first, net(x).output.value().to_vector());
  EXPECT_EQ(one(x).output.value().to_vector(), one(x).output.value().to_vector());
  net.generator.restore(before);
  EXPECT_EQ(first, net(x).output.value().to_vector());
  const auto copy = nn::state(net);
  EXPECT_TRUE(copy.values.contains("generator"));
  nn::eval(net);
  EXPECT_EQ(net(x).output.value().to_vector(), net(x).output.value().to_vector());
  // All of the first layer's output is dropped: the second one sees its biases alone.
  nn::GRU blind{4, 8, {.num_layers = 2, .dropout = 1}};
  const Tensor y = blind(x).output;
  EXPECT_EQ(select(y, 1, 0).value().to_vector(), select(y, 1, 1).value().to_vector());
}

TEST(Recurrent, GoesOnWhereItStopped) {
  manual_seed(2);
  const nn::LSTM net{3, 5, {.num_layers = 2, .dtype = f64}};
  const Tensor x = randn({7, 2, 3}).to(f64);
  const auto [y, h, c] = net(x);
  const auto [y1, h1, c1] = net(slice(x, 0, 0, 4));
  const auto [y2, h2, c2] = net(slice(x, 0, 4, 7), {h1, c1});
  golden::expect_near(cat({y1, y2}, 0).value(), y.value(), 1e-14, "y");
  golden::expect_near(h2.value(), h.value(), 1e-14, "h");
  golden::expect_near(c2.value(), c.value(), 1e-14, "c");
}

TEST(Recurrent, WhatIsBeyondALengthCountsForNothing) {
  manual_seed(3);
  const nn::GRU net{2, 3, {.bidirectional = true, .dtype = f64}};
  const Tensor x = variable(randn({4, 2, 2}).to(f64));
  const auto [y, h] = net(x, {.lengths = tensor({4, 2}, i64)});
  sum(y + 1).backward();
  const Tensor g = x.grad();
  for (std::int64_t t = 2; t < 4; ++t)
    for (std::int64_t i = 0; i < 2; ++i) EXPECT_EQ(g.value().at({t, 1, i}), 0);
  for (std::int64_t i = 0; i < 6; ++i) EXPECT_EQ(y.value().at({3, 1, i}), 0);
  const auto [alone, h_alone] = net(slice(slice(x, 1, 1, 2), 0, 0, 2));
  golden::expect_near(slice(h, 1, 1, 2).value(), h_alone.value(), 1e-14, "h");
}

TEST(Recurrent, TakesPackedSequences) {
  manual_seed(3);
  const Tensor x = randn({4, 3, 2}).to(f64), h_0 = randn({4, 3, 5}).to(f64);
  const auto check = [&](const auto& net, const auto& start, auto with_lengths) {
    const PackedSequence packed = pack_padded_sequence(x, {2, 4, 1});
    with_lengths.lengths = {2, 4, 1};
    const auto wanted = net(x, with_lengths);
    const auto got = net(packed, start);
    EXPECT_EQ(pad_packed_sequence(got.output).value().to_vector(), wanted.output.value().to_vector());
    EXPECT_EQ(got.h_n.value().to_vector(), wanted.h_n.value().to_vector());
    EXPECT_THAT(message_of([&] { net(packed, with_lengths); }), HasSubstr("a packed input has its own lengths"));
    EXPECT_THAT(message_of([&] { net(packed.with(zeros({7, 3}))); }), HasSubstr("input_size is 2: packed input [7, 3]"));
    PackedSequence wrong = packed;
    wrong.batch_sizes[1] = 4;
    EXPECT_THAT(message_of([&] { net(wrong); }), HasSubstr("batch_sizes has 4 at step 1; they begin with the number of samples, 3"));
    wrong = packed, wrong.sorted_indices[0] = wrong.sorted_indices[1];
    EXPECT_THAT(message_of([&] { net(wrong); }), HasSubstr("sorted_indices must name each of 3 samples once"));
    EXPECT_THAT(message_of([&] { net(PackedSequence{zeros({0, 2}), {}, {}}); }), HasSubstr("the packed input has no samples"));
  };
  const nn::RNNStart start{.h_0 = h_0};
  check(nn::RNN{2, 5, {.num_layers = 2, .bidirectional = true, .dtype = f64}}, start, start);
  check(nn::GRU{2, 5, {.num_layers = 2, .bidirectional = true, .dtype = f64}}, start, start);
  const nn::LSTMStart both{.h_0 = h_0, .c_0 = h_0};
  check(nn::LSTM{2, 5, {.num_layers = 2, .bidirectional = true, .dtype = f64}}, both, both);
}

// Of dropout in training alone something changes: there the second thread is refused, as by nn::Dropout.
TEST(Recurrent, AConstModelPredictsInManyThreads) {
  manual_seed(4);
  nn::LSTM net{3, 16, {.num_layers = 2, .dropout = 0.5, .bidirectional = true}};
  nn::eval(net);
  const nn::LSTM& shared = net;
  std::vector<Tensor> inputs;
  std::vector<std::vector<double>> wanted;
  for (std::int64_t i = 0; i < 4; ++i)
    inputs.push_back(randn({9, 5 + i, 3})), wanted.push_back(shared(inputs.back()).output.value().to_vector());
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (std::size_t k = 0; k < 8; ++k) right += shared(inputs[(i + k) % 4]).output.value().to_vector() == wanted[(i + k) % 4];
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 32);
  nn::train(net);
  const auto alone = net.generator.exclusive("LSTM");
  EXPECT_THAT(message_of([&] { shared(inputs[0]); }), HasSubstr("LSTM: two threads call one layer at a time"));
}

TEST(Recurrent, WhatIsRefusedHasDrawnNothing) {
  Generator generator(3), same(3);
  EXPECT_THROW(nn::LSTM(3, 4, {.proj_size = 4, .generator = &generator}), ValueError);
  EXPECT_THROW(nn::GRU(0, 4, {.generator = &generator}), ValueError);
  EXPECT_THROW(nn::RNN(3, 4, {.dropout = -1, .generator = &generator}), ValueError);
  EXPECT_THROW(nn::LSTMCell(3, 0, {.generator = &generator}), ValueError);
  EXPECT_EQ(randn({4}, generator).value().to_vector(), randn({4}, same).value().to_vector());
}

TEST(Recurrent, SaysWhatDoesNotFit) {
  const nn::LSTM net{3, 4, {.batch_first = true}};
  EXPECT_THAT(message_of([&] { net(zeros({2, 5, 4})); }), HasSubstr("LSTM: input_size is 3: input [2, 5, 4]"));
  EXPECT_THAT(message_of([&] { net(zeros({3})); }), HasSubstr("LSTM: the input must be [N, T, 3], or [T, 3] for one sequence, not [3]"));
  EXPECT_THAT(message_of([&] { net(zeros({2, 5, 3}), {zeros({1, 5, 4})}); }), HasSubstr("h_0 must be [1, 2, 4], not [1, 5, 4]"));
  EXPECT_THAT(message_of([&] { net(zeros({5, 3}), {{}, zeros({1, 1, 4})}); }), HasSubstr("c_0 must be [1, 4], not [1, 1, 4]"));
  EXPECT_THAT(message_of([&] { net(zeros({2, 5, 3}), {.lengths = {5, 6}}); }), HasSubstr("length 6 of sample 1 is not in 1 … 5"));
  EXPECT_THAT(message_of([&] { net(zeros({2, 5, 3}), {.lengths = {5}}); }), HasSubstr("1 lengths for 2 samples"));
  EXPECT_THAT(message_of([] { nn::LSTM(3, 4, {.proj_size = 4}); }), HasSubstr("proj_size 4 must be less than hidden_size 4"));
  EXPECT_THAT(message_of([] { nn::GRU(3, 0); }), HasSubstr("GRU: needs at least 1 input and 1 hidden feature"));
  EXPECT_THAT(message_of([] { nn::RNN(3, 4, {.num_layers = 0}); }), HasSubstr("RNN: num_layers must be at least 1"));
  EXPECT_THAT(message_of([] { nn::GRU(3, 4, {.dropout = 1.5}); }), HasSubstr("GRU: dropout must lie in [0, 1], not 1.5"));
}

}  // namespace gradus::recurrent_test
