#include <gradus/nn/layers/recurrent.h>

#include <cmath>

#include <gradus/autograd/ops/dropout.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/init/init.h>
#include <gradus/nn/model/call.h>

namespace gradus::nn {
namespace {

enum Cell { rnn_cell, relu_cell, gru_of, lstm_of };

std::string named(const char* weight, std::size_t at, bool bidirectional) {
  return text(weight, "_l", bidirectional ? at / 2 : at, bidirectional && at % 2 ? "_reverse" : "");
}

template <class Weights, class F>
void each_weight(Weights& w, F&& f) {
  f("weight_ih", w.weight_ih), f("weight_hh", w.weight_hh), f("bias_ih", w.bias_ih), f("bias_hh", w.bias_hh);
}

void check_sizes(const char* name, std::int64_t input, std::int64_t hidden) {
  check<ValueError>(input >= 1 && hidden >= 1, name, ": needs at least 1 input and 1 hidden feature, not ", input, " and ", hidden);
}

// Uniform in ±1/√hidden.
Parameter drawn(const std::string& name, const Shape& shape, std::int64_t hidden, Dtype dtype, Generator& generator) {
  const double bound = 1 / std::sqrt(static_cast<double>(hidden));
  Parameter p(Array(shape, dtype), name);
  init::uniform(p, -bound, bound, generator);
  return p;
}

template <class Layer>
void make_cell(Layer& cell, const char* name, std::int64_t gates, std::int64_t input, std::int64_t hidden, bool bias, Dtype dtype,
               Generator* given) {
  check_sizes(name, input, hidden);
  Generator& generator = given ? *given : default_generator();
  each_weight(cell, [&](std::string_view weight, Parameter& p) {
    if (weight.starts_with("bias") && !bias) return;
    const Shape shape = weight == "weight_ih"   ? Shape{gates * hidden, input}
                        : weight == "weight_hh" ? Shape{gates * hidden, hidden}
                                                : Shape{gates * hidden};
    p = drawn(std::string(weight), shape, hidden, dtype, generator);
  });
}

template <class Options>
const Options& checked(const char* name, const Options& options) {
  check_options(name, options);
  return options;
}

template <class Options>
void ranges(const Options& o, Describe& is) {
  is(range::at_least_one, o.num_layers);
  is(range::unit, o.dropout);
  is(range::one_of_first(computing_types), o.dtype);
}

RecurrentWeights weights_of(const Recurrent::Direction& d) { return {d.weight_ih, d.weight_hh, d.bias_ih, d.bias_hh, d.weight_hr}; }
template <class CellLayer>
RecurrentWeights weights_of(const CellLayer& c) {
  return {c.weight_ih, c.weight_hh, c.bias_ih, c.bias_hh};
}

Tensor picked(const Tensor& x, const std::vector<std::int64_t>& order) {
  return order.empty() ? x : index_select(x, 1, Tensor(Array::from(order, {order.size()})));
}

}  // namespace

void GRUOptions::describe(Describe& is) const { ranges(*this, is); }
void RNNOptions::describe(Describe& is) const { ranges(*this, is); }
void LSTMOptions::describe(Describe& is) const {
  ranges(*this, is);
  is(range::at_least_zero, proj_size);
}
void CellOptions::describe(Describe& is) const { is(range::one_of_first(computing_types), dtype); }
void RNNCellOptions::describe(Describe& is) const { is(range::one_of_first(computing_types), dtype); }

void Recurrent::check_projection(const Form& form) {
  check<ValueError>(form.projected < form.hidden, form.name, ": proj_size ", form.projected, " must be less than hidden_size ",
                    form.hidden);
}

// What is refused has drawn nothing.
Recurrent::Recurrent(const Form& form, Generator* given)
    : generator((check_sizes(form.name, form.input, form.hidden), check_projection(form), given ? *given : default_generator())),
      form_(form) {
  Generator& source = given ? *given : default_generator();
  const std::int64_t directions = form.bidirectional ? 2 : 1, state = form.projected > 0 ? form.projected : form.hidden;
  weights.resize(static_cast<std::size_t>(form.layers * directions));
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto add = [&](Parameter& p, const char* name, const Shape& shape) {
      p = drawn(named(name, i, form.bidirectional), shape, form.hidden, form.dtype, source);
    };
    const std::int64_t rows = form.gates * form.hidden, layer = static_cast<std::int64_t>(i) / directions;
    add(weights[i].weight_ih, "weight_ih", {rows, layer == 0 ? form.input : directions * state});
    add(weights[i].weight_hh, "weight_hh", {rows, state});
    if (form.bias) add(weights[i].bias_ih, "bias_ih", {rows}), add(weights[i].bias_hh, "bias_hh", {rows});
    if (form.projected > 0) add(weights[i].weight_hr, "weight_hr", {state, form.hidden});
  }
}

void Recurrent::walk(const Path& path, Visitor& visitor) {
  visitor.mode(training);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto enter = [&](const char* name, Parameter& p) {
      const std::string full = named(name, i, form_.bidirectional);
      nn::walk(p, {&path, full}, visitor);
    };
    each_weight(weights[i], enter);
    enter("weight_hr", weights[i].weight_hr);
  }
  if (form_.dropout > 0) nn::walk(generator, {&path, "generator"}, visitor);
}

void Recurrent::check_states(const LSTMStart& start, const Shape& before_width, const Tensor& input) const {
  const auto check_state = [&](const char* what, const Tensor& first, std::int64_t width) {
    Shape wanted = before_width;
    wanted.push_back(width);
    check<ShapeError>(!first.defined() || first.shape() == wanted, form_.name, ": ", what, " must be ", wanted, ", not ", first.shape(),
                      ": input ", input.shape());
  };
  check_state("h_0", start.h_0, form_.projected > 0 ? form_.projected : form_.hidden), check_state("c_0", start.c_0, form_.hidden);
}

LSTMOutput Recurrent::run(int cell, const Tensor& given, const LSTMStart& start) const {
  const char* const name = form_.name;
  check_defined(name, given);
  const bool single = given.rank() == 2, ragged = !start.lengths.values.empty();
  check<ShapeError>(single || given.rank() == 3, name, ": the input must be ", form_.batch_first ? "[N, T, " : "[T, N, ", form_.input,
                    "], or [T, ", form_.input, "] for one sequence, not ", given.shape());
  check<ShapeError>(given.dim(-1) == form_.input, name, ": input_size is ", form_.input, ": input ", given.shape());
  const Tensor x = single ? unsqueeze(given, 1) : form_.batch_first ? transpose(given, 0, 1) : given;
  const std::int64_t steps = x.dim(0), samples = x.dim(1), places = static_cast<std::int64_t>(weights.size());
  check_states(start, single ? Shape{places} : Shape{places, samples}, given);
  const auto state = [&](const Tensor& first) { return first.defined() && single ? unsqueeze(first, 1) : first; };
  const Tensor h_0 = state(start.h_0), c_0 = state(start.c_0);
  const PackedSequence packed = ragged ? pack_padded_sequence(x, start.lengths) : PackedSequence{x, {}, {}};
  auto [y, h_n, c_n] = through(cell, packed, h_0, c_0);
  if (ragged) y = pad_packed_sequence(packed.with(y), {.total_length = steps});
  if (form_.batch_first && !single) y = transpose(y, 0, 1);
  return single ? LSTMOutput{squeeze(y, 1), squeeze(h_n, 1), c_n.defined() ? squeeze(c_n, 1) : c_n} : LSTMOutput{y, h_n, c_n};
}

PackedLSTMOutput Recurrent::run(int cell, const PackedSequence& x, const LSTMStart& start) const {
  const char* const name = form_.name;
  x.validate(name);
  check<ShapeError>(x.data.rank() == 2 && x.data.dim(1) == form_.input, name, ": input_size is ", form_.input, ": packed input ",
                    x.data.shape());
  check<ValueError>(start.lengths.values.empty(), name, ": a packed input has its own lengths; leave out .lengths");
  check<ValueError>(!x.batch_sizes.empty(), name, ": the packed input has no samples");
  const std::int64_t places = static_cast<std::int64_t>(weights.size()), samples = static_cast<std::int64_t>(x.sorted_indices.size());
  check_states(start, {places, samples}, x.data);
  auto [y, h_n, c_n] = through(cell, x, start.h_0, start.c_0);
  return {x.with(y), h_n, c_n};
}

RNNOutput Recurrent::run(int cell, const Tensor& x, const RNNStart& start) const {
  auto [y, h, c] = run(cell, x, LSTMStart{start.h_0, {}, start.lengths});
  return {y, h};
}
PackedRNNOutput Recurrent::run(int cell, const PackedSequence& x, const RNNStart& start) const {
  auto [y, h, c] = run(cell, x, LSTMStart{start.h_0, {}, start.lengths});
  return {y, h};
}

// All layers; states are in the order of the samples, [layers · directions, N, …].
LSTMOutput Recurrent::through(int cell, const PackedSequence& packed, Tensor h_0, Tensor c_0) const {
  if (h_0.defined()) h_0 = picked(h_0, packed.sorted_indices);
  if (c_0.defined()) c_0 = picked(c_0, packed.sorted_indices);
  const bool drops = training && form_.dropout > 0 && form_.layers > 1;
  Tensor y = packed.data;
  std::vector<Tensor> h_n, c_n;
  const std::size_t directions = form_.bidirectional ? 2 : 1;
  const auto layer = [&](std::size_t first) {
    std::vector<Tensor> outputs;
    for (std::size_t at = first; at < first + directions; ++at) {
      const auto part = [&](const Tensor& all) { return all.defined() ? select(all, 0, static_cast<std::int64_t>(at)) : all; };
      const RecurrentOptions options{.h0 = part(h_0), .c0 = part(c_0), .batch_sizes = packed.batch_sizes, .reverse = at > first};
      const RecurrentWeights w = weights_of(weights[at]);
      if (cell == lstm_of) {
        auto [output, h, c] = lstm(y, w, options);
        outputs.push_back(output), h_n.push_back(h), c_n.push_back(c);
      } else {
        auto [output, h] = cell == gru_of ? gru(y, w, options) : cell == relu_cell ? rnn_relu(y, w, options) : rnn_tanh(y, w, options);
        outputs.push_back(output), h_n.push_back(h);
      }
    }
    y = directions == 1 ? outputs[0] : cat(outputs, -1);
  };
  if (!drops) {
    for (std::size_t first = 0; first < weights.size(); first += directions) layer(first);
  } else {
    const auto alone = generator.exclusive(form_.name);
    for (std::size_t first = 0; first < weights.size(); first += directions) {
      if (first > 0) y = dropout(y, form_.dropout, generator);
      layer(first);
    }
  }

  std::vector<std::int64_t> back(packed.sorted_indices.size());
  for (std::size_t i = 0; i < back.size(); ++i) back[static_cast<std::size_t>(packed.sorted_indices[i])] = static_cast<std::int64_t>(i);
  const auto finished = [&](const std::vector<Tensor>& all) {
    return picked(all.size() == 1 ? unsqueeze(all[0], 0) : stack(all), back);
  };
  return {y, finished(h_n), c_n.empty() ? Tensor() : finished(c_n)};
}

RNN::RNN(std::int64_t input, std::int64_t hidden, const RNNOptions& o)
    : Recurrent({"RNN", 1, input, hidden, checked("RNN", o).num_layers, 0, o.bias, o.batch_first, o.bidirectional, o.dropout, o.dtype},
                o.generator),
      nonlinearity_(o.nonlinearity) {}
int RNN::cell() const { return nonlinearity_ == Nonlinearity::relu ? relu_cell : rnn_cell; }
RNNOutput RNN::operator()(const Tensor& x, const RNNStart& start) const {
  return nn::call(*this, [&] { return run(cell(), x, start); }, x);
}
PackedRNNOutput RNN::operator()(const PackedSequence& x, const RNNStart& start) const {
  return nn::call(*this, [&] { return run(cell(), x, start); }, x.data);
}

GRU::GRU(std::int64_t input, std::int64_t hidden, const GRUOptions& o)
    : Recurrent({"GRU", 3, input, hidden, checked("GRU", o).num_layers, 0, o.bias, o.batch_first, o.bidirectional, o.dropout, o.dtype},
                o.generator) {}
RNNOutput GRU::operator()(const Tensor& x, const RNNStart& start) const {
  return nn::call(*this, [&] { return run(gru_of, x, start); }, x);
}
PackedRNNOutput GRU::operator()(const PackedSequence& x, const RNNStart& start) const {
  return nn::call(*this, [&] { return run(gru_of, x, start); }, x.data);
}

LSTM::LSTM(std::int64_t input, std::int64_t hidden, const LSTMOptions& o)
    : Recurrent({"LSTM", 4, input, hidden, checked("LSTM", o).num_layers, o.proj_size, o.bias, o.batch_first, o.bidirectional, o.dropout,
                 o.dtype},
                o.generator) {}
LSTMOutput LSTM::operator()(const Tensor& x, const LSTMStart& start) const {
  return nn::call(*this, [&] { return run(lstm_of, x, start); }, x);
}
PackedLSTMOutput LSTM::operator()(const PackedSequence& x, const LSTMStart& start) const {
  return nn::call(*this, [&] { return run(lstm_of, x, start); }, x.data);
}

RNNCell::RNNCell(std::int64_t input, std::int64_t hidden, const RNNCellOptions& o) : nonlinearity_(o.nonlinearity) {
  make_cell(*this, "RNNCell", 1, input, hidden, checked("RNNCell", o).bias, o.dtype, o.generator);
}
Tensor RNNCell::operator()(const Tensor& x, const Tensor& h) const {
  const auto step = [&] {
    return nonlinearity_ == Nonlinearity::relu ? rnn_relu_cell(x, h, weights_of(*this)) : rnn_tanh_cell(x, h, weights_of(*this));
  };
  return nn::call(*this, step, x, h);
}

GRUCell::GRUCell(std::int64_t input, std::int64_t hidden, const CellOptions& o) {
  make_cell(*this, "GRUCell", 3, input, hidden, checked("GRUCell", o).bias, o.dtype, o.generator);
}
Tensor GRUCell::operator()(const Tensor& x, const Tensor& h) const {
  return nn::call(*this, [&] { return gru_cell(x, h, weights_of(*this)); }, x, h);
}

LSTMCell::LSTMCell(std::int64_t input, std::int64_t hidden, const CellOptions& o) {
  make_cell(*this, "LSTMCell", 4, input, hidden, checked("LSTMCell", o).bias, o.dtype, o.generator);
}
LSTMCellResult LSTMCell::operator()(const Tensor& x, const LSTMCellResult& state) const {
  return nn::call(*this, [&] { return lstm_cell(x, state.h, state.c, weights_of(*this)); }, x, state.h, state.c);
}

}  // namespace gradus::nn
