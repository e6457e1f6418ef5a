// Recurrent layers: one direction of one layer a node, whose gates ONNX has in another order than PyTorch and we.
#include <gradus/nn/onnx/export/internal/term.h>

namespace gradus::nn::onnx {
namespace {

using Places = std::vector<std::int64_t>;
constexpr std::size_t x_in = 0, h0_in = 1, c0_in = 2, weight_ih_in = 3, weight_hh_in = 4, bias_ih_in = 5, bias_hh_in = 6, weight_hr_in = 7;

// ONNX's gates by the places of ours: input, output, forget, cell; update, reset, new.
Places gate_order(const std::string& cell) {
  if (cell == "lstm") return {0, 3, 1, 2};
  return cell == "gru" ? Places{1, 0, 2} : Places{0};
}

std::string with_gates_in_order(Conversion& c, const std::string& weight, std::int64_t hidden, const Places& order) {
  if (order.size() == 1) return weight;
  const auto gates = c.nodes("Split", {weight, c.ints(Places(order.size(), hidden))}, static_cast<int>(order.size()), {{"axis", 0}});
  Conversion::Names all;
  for (const std::int64_t from : order) all.push_back(gates[static_cast<std::size_t>(from)]);
  return c.node("Concat", all, {{"axis", 0}});
}

// Where the rows of packed sequences stand: each sample's lengths, and for [T, N] the row.
struct Packing {
  bool packed = false;
  std::int64_t steps = 0, samples = 0, rows = 0;
  Places row_of, place_of;   // [T·N] → row (0 where there is none), row → t·N + n
  std::vector<std::int32_t> lengths;
};
Packing packing_of(Conversion& c) {
  const Sizes counts = c.option_sizes("counts");
  Packing p;
  p.steps = static_cast<std::int64_t>(counts.size()), p.samples = c.option_sizes("samples")[0].here;
  for (const Size& count : counts) p.packed |= count.here != p.samples;
  if (!p.packed) return p;
  for (const Size& count : counts)
    if (count.follows()) c.refuse("reads packed sequences, whose lengths are fixed; export with dynamic_batch = false");
  p.lengths.assign(static_cast<std::size_t>(p.samples), 0);
  for (std::int64_t t = 0; t < p.steps; ++t)
    for (std::int64_t n = 0; n < p.samples; ++n) {
      const bool there = n < counts[static_cast<std::size_t>(t)].here;
      p.row_of.push_back(there ? p.rows++ : 0);
      if (there) p.place_of.push_back(t * p.samples + n), ++p.lengths[static_cast<std::size_t>(n)];
    }
  return p;
}

void recurrent_rule(Conversion& c) {
  if (c.has(weight_hr_in)) c.refuse("has a projection (proj_size), which ONNX's LSTM has not");
  const std::string cell = c.text("cell");
  const Places order = gate_order(cell);
  const auto gates = static_cast<std::int64_t>(order.size()), hidden = c.shape(weight_hh_in)[1], inputs = c.shape(x_in)[1];
  const Packing packing = packing_of(c);
  const Size samples = c.option_sizes("samples")[0], steps{packing.steps, 0, packing.steps};
  const auto fixed = [](std::int64_t n) { return Size{n, 0, n}; };

  std::string x;
  if (packing.packed) {
    const std::string rows = c.constant(Array::from(packing.row_of, {packing.steps, packing.samples}));
    x = c.node("Gather", {c.in(x_in), rows}, {{"axis", 0}});
  } else x = c.reshape(c.in(x_in), {steps, samples, fixed(inputs)});
  const auto weight = [&](std::size_t i) { return c.unsqueeze(with_gates_in_order(c, c.in(i), hidden, order), {0}); };
  const auto bias = [&](std::size_t i) {
    return c.has(i) ? with_gates_in_order(c, c.in(i), hidden, order) : c.constant(Array::zeros({gates * hidden}, c.dtype(x_in)));
  };
  Conversion::Names all{x, weight(weight_ih_in), weight(weight_hh_in), "", "", ""};
  if (c.has(bias_ih_in) || c.has(bias_hh_in))
    all[3] = c.unsqueeze(c.node("Concat", {bias(bias_ih_in), bias(bias_hh_in)}, {{"axis", 0}}), {0});
  if (packing.packed) all[4] = c.constant(Array::from(packing.lengths, {packing.samples}).to(i32));
  if (c.has(h0_in)) all[5] = c.unsqueeze(c.in(h0_in), {0});
  if (c.has(c0_in)) all.push_back(c.unsqueeze(c.in(c0_in), {0}));
  while (all.back().empty()) all.pop_back();

  Conversion::Attributes how{{"hidden_size", hidden}, {"direction", c.whole("reverse") ? "reverse" : "forward"}};
  if (cell == "gru") how.push_back({"linear_before_reset", 1});
  if (cell == "rnn_relu") how.push_back({"activations", std::vector<std::string>{"Relu"}});
  const bool lstm = cell == "lstm";
  const auto results = c.nodes(lstm ? "LSTM" : cell == "gru" ? "GRU" : "RNN", all, lstm ? 3 : 2, std::move(how));   // Y [T, 1, N, H]
  if (packing.packed) {
    const std::string rows = c.node("Reshape", {results[0], c.ints({-1, hidden})});
    c.out("Gather", {rows, c.ints(packing.place_of)}, {{"axis", 0}});
  } else {
    c.out(c.reshape(results[0], c.out_sizes()));
  }
  c.out(c.squeeze(results[1], {0}), 1);
  if (lstm) c.out(c.squeeze(results[2], {0}), 2);
}

}  // namespace

void add_recurrent_rules(Rules& r) {
  for (const char* cell : {"rnn_tanh", "rnn_relu", "gru", "lstm"}) r[cell] = r[std::string(cell) + "_cell"] = recurrent_rule;
}

}  // namespace gradus::nn::onnx
