// RNN, GRU and LSTM: all directions, sequences of unequal length, gates in ONNX's order.
#include <algorithm>
#include <span>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/packed_sequence.h>
#include <gradus/autograd/ops/rearrange.h>
#include <gradus/autograd/ops/recurrent.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/onnx/import/internal/node_reader.h>
#include <gradus/nn/onnx/import/internal/operands.h>

namespace gradus::nn::onnx {
namespace {

enum class Cell { rnn_tanh, rnn_relu, gru, gru_reset_first, lstm };

// Which gate of ONNX's stands where in ours: i o f c → i f g o, z r h → r z n.
std::vector<int> gates_of(Cell cell) {
  if (cell == Cell::lstm) return {0, 2, 3, 1};
  if (cell == Cell::gru || cell == Cell::gru_reset_first) return {1, 0, 2};
  return {0};
}

Tensor reordered(const Tensor& x, Cell cell) {
  const std::vector<int> gates = gates_of(cell);
  if (gates.size() == 1) return x;
  const std::int64_t each = x.dim(0) / static_cast<std::int64_t>(gates.size());
  std::vector<Tensor> parts;
  for (const int gate : gates) parts.push_back(narrow(x, 0, gate * each, each));
  return cat(parts);
}

struct Direction {
  Tensor y, h, c;
};

// reset ∘ h before the product, which PyTorch's GRU has behind it: no function of ours, so step by step.
Direction gru_by_steps(const Tensor& x, const RecurrentWeights& w, Tensor h, bool reverse) {
  const std::int64_t steps = x.dim(0), hidden = w.weight_hh.dim(1);
  std::vector<Tensor> all(static_cast<std::size_t>(steps));
  const Tensor r_z = narrow(w.weight_hh, 0, 0, 2 * hidden), n = narrow(w.weight_hh, 0, 2 * hidden, hidden);
  const auto bias = [&](std::int64_t from, std::int64_t size) { return w.bias_hh.defined() ? narrow(w.bias_hh, 0, from, size) : Tensor(); };
  if (!h.defined()) h = zeros({x.dim(1), hidden}, x.dtype());
  for (std::int64_t s = 0; s < steps; ++s) {
    const std::int64_t t = reverse ? steps - 1 - s : s;
    const Tensor input = linear(select(x, 0, t), w.weight_ih, w.bias_ih);
    const Tensor gates = sigmoid(narrow(input, 1, 0, 2 * hidden) + linear(h, r_z, bias(0, 2 * hidden)));
    const Tensor reset = narrow(gates, 1, 0, hidden), keep = narrow(gates, 1, hidden, hidden);
    const Tensor next = tanh(narrow(input, 1, 2 * hidden, hidden) + linear(reset * h, n, bias(2 * hidden, hidden)));
    h = (1 - keep) * next + keep * h;
    all[static_cast<std::size_t>(t)] = h;
  }
  return {stack(all), h, {}};
}

Direction run_direction(Cell cell, const Tensor& x, const RecurrentWeights& weights, const RecurrentOptions& options) {
  const auto plain = [](RecurrentResult r) { return Direction{r.output, r.h_n, {}}; };
  switch (cell) {
    case Cell::rnn_tanh: return plain(rnn_tanh(x, weights, options));
    case Cell::rnn_relu: return plain(rnn_relu(x, weights, options));
    case Cell::gru: return plain(gru(x, weights, options));
    case Cell::gru_reset_first: return gru_by_steps(x, weights, options.h0, options.reverse);
    case Cell::lstm: break;
  }
  auto [y, h, c] = lstm(x, weights, options);
  return {y, h, c};
}

// Sequences that end early: packed, longest first, and back in their order.
Direction run_lengths(Cell cell, const Tensor& x, const RecurrentWeights& weights, RecurrentOptions options, const Lengths& lengths) {
  const PackedSequence packed = pack_padded_sequence(x, lengths);
  const Tensor order = Array::from(packed.sorted_indices, {packed.sorted_indices.size()});
  std::vector<std::int64_t> back(packed.sorted_indices.size());
  for (std::size_t i = 0; i < back.size(); ++i) back[static_cast<std::size_t>(packed.sorted_indices[i])] = static_cast<std::int64_t>(i);
  const Tensor places = Array::from(back, {back.size()});
  if (options.h0.defined()) options.h0 = index_select(options.h0, 0, order);
  if (options.c0.defined()) options.c0 = index_select(options.c0, 0, order);
  options.batch_sizes = packed.batch_sizes;
  Direction d = run_direction(cell, packed.data, weights, options);
  d.y = pad_packed_sequence(packed.with(d.y), {.total_length = x.dim(0)});
  d.h = index_select(d.h, 0, places);
  if (d.c.defined()) d.c = index_select(d.c, 0, places);
  return d;
}

struct Layer {
  Cell cell = Cell::lstm;
  int directions = 1;
  bool reverse = false, batch_first = false;
  std::int64_t hidden = 0;
  std::size_t outputs = 1;
};

// Inputs: X [T, N, I], W [D, G·H, I], R [D, G·H, H], B [D, 2·G·H], sequence_lens [N], initial_h [D, N, H], initial_c.
std::vector<Tensor> run_layer(const Layer& layer, In in) {
  const Tensor x = layer.batch_first ? transpose(in[0], 0, 1) : in[0];
  const auto gates = static_cast<std::int64_t>(gates_of(layer.cell).size());
  check<ShapeError>(x.rank() == 3 && in[1].rank() == 3 && in[2].rank() == 3 && in[1].dim(0) == layer.directions &&
                        in[2].dim(0) == layer.directions && in[1].dim(1) % gates == 0 &&
                        (layer.hidden == 0 || in[1].dim(1) == gates * layer.hidden) && in[2].dim(1) == in[1].dim(1),
                    "x ", in[0].shape(), ", W ", in[1].shape(), " and R ", in[2].shape(), " are of no layer with ", layer.directions,
                    " directions and ", layer.hidden, " hidden numbers");
  std::vector<std::int64_t> lengths;
  if (in[4].defined()) lengths = whole_numbers(in[4]);
  const bool unequal = std::any_of(lengths.begin(), lengths.end(), [&](std::int64_t n) { return n != x.dim(0); });
  check<ValueError>(!unequal || layer.cell != Cell::gru_reset_first, "sequence_lens of a GRU without linear_before_reset");
  std::vector<Tensor> ys, hs, cs;
  for (int d = 0; d < layer.directions; ++d) {
    RecurrentWeights weights{reordered(select(in[1], 0, d), layer.cell), reordered(select(in[2], 0, d), layer.cell)};
    if (in[3].defined()) {
      const Tensor both = select(in[3], 0, d);
      check<ShapeError>(both.dim(0) == 2 * in[1].dim(1), "B ", in[3].shape(), " beside W ", in[1].shape());
      weights.bias_ih = reordered(narrow(both, 0, 0, in[1].dim(1)), layer.cell);
      weights.bias_hh = reordered(narrow(both, 0, in[1].dim(1), in[1].dim(1)), layer.cell);
    }
    RecurrentOptions options{.reverse = layer.reverse || d == 1};
    const auto initial = [&](const Tensor& given) { return layer.batch_first ? select(given, 1, d) : select(given, 0, d); };
    if (in[5].defined()) options.h0 = initial(in[5]);
    if (layer.cell == Cell::lstm && in[6].defined()) options.c0 = initial(in[6]);
    Direction out = unequal ? run_lengths(layer.cell, x, weights, options, lengths) : run_direction(layer.cell, x, weights, options);
    ys.push_back(out.y);
    hs.push_back(out.h);
    cs.push_back(out.c);
  }
  const int direction_axis = layer.batch_first ? 2 : 1;
  for (Tensor& y : ys) y = layer.batch_first ? transpose(y, 0, 1) : y;
  std::vector<Tensor> out{stack(ys, direction_axis)};
  if (layer.outputs > 1) out.push_back(stack(hs, layer.batch_first ? 1 : 0));
  if (layer.outputs > 2) out.push_back(stack(cs, layer.batch_first ? 1 : 0));
  return out;
}

Run recurrent_node(NodeReader& node, Layer layer, std::vector<std::string> usual) {
  const std::string direction = node.text("direction", "forward", {"forward", "reverse", "bidirectional"});
  layer.directions = direction == "bidirectional" ? 2 : 1;
  layer.reverse = direction == "reverse";
  layer.hidden = node.integer("hidden_size", 0);
  layer.outputs = node.outputs();
  if (node.version() >= 14) layer.batch_first = node.flag("layout", false);
  node.expect(!node.has("clip"), "attribute \"clip\", which gradus does not run");
  const auto names = node.texts("activations");
  std::vector<std::string> all;
  for (int d = 0; d < layer.directions; ++d) all.insert(all.end(), usual.begin(), usual.end());
  const auto same = [](const std::string& a, const std::string& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return std::tolower(x) == std::tolower(y); });
  };
  node.expect(names.empty() || std::equal(names.begin(), names.end(), all.begin(), all.end(), same),
              "activations other than ", usual.front(), usual.size() > 1 ? " and so on" : "", ", which gradus does not run");
  return [layer](In x) { return run_layer(layer, x); };
}

Run rnn_node(NodeReader& node) {
  Layer layer{Cell::rnn_tanh};
  const auto names = node.texts("activations");
  if (!names.empty() && (names.front() == "Relu" || names.front() == "relu")) layer.cell = Cell::rnn_relu;
  return recurrent_node(node, layer, {layer.cell == Cell::rnn_relu ? "Relu" : "Tanh"});
}
Run gru_node(NodeReader& node) {
  const bool behind = node.flag("linear_before_reset", false);
  return recurrent_node(node, Layer{behind ? Cell::gru : Cell::gru_reset_first}, {"Sigmoid", "Tanh"});
}
Run lstm_node(NodeReader& node) {
  node.expect(!node.flag("input_forget", false), "coupled gates (input_forget), which gradus does not run");
  node.expect(!node.has_input(7), "peepholes, which gradus does not run");
  return recurrent_node(node, Layer{Cell::lstm}, {"Sigmoid", "Tanh", "Tanh"});
}

constexpr Operator recurrent_rows[] = {
    {"GRU", 7, 3, 6, 2, gru_node},
    {"LSTM", 7, 3, 8, 3, lstm_node},
    {"RNN", 7, 3, 6, 2, rnn_node},
};

}  // namespace

std::span<const Operator> recurrent_operators() { return recurrent_rows; }

}  // namespace gradus::nn::onnx
