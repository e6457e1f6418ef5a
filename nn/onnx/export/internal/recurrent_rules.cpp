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

// ONNX's LSTM has no projection h = W_hr·s, but W_hh·h is (W_hh·W_hr)·s: it runs on s, which is projected when all steps are done. The
// first step's h is given and comes from no s, so W_hh·h0 goes to its gates as a part of its input, [x, h0] there and [x, 0] later.
struct Projection {
  Conversion& c;
  bool there = c.has(weight_hr_in);

  std::string input(const std::string& x, const Packing& packing, bool reverse) const {
    if (!there || !c.has(h0_in)) return x;
    const std::int64_t each = packing.packed ? packing.samples : 1;
    Array begins({packing.steps, each, 1}, boolean);
    bool* to = begins.mutable_data<bool>();
    for (std::int64_t t = 0; t < packing.steps; ++t)
      for (std::int64_t n = 0; n < each; ++n) {
        const std::int64_t steps = packing.packed ? packing.lengths[static_cast<std::size_t>(n)] : packing.steps;
        *to++ = t == (reverse ? steps - 1 : 0);
      }
    const std::string h = c.node("Where", {c.constant(begins), c.unsqueeze(c.in(h0_in), {0}), c.like(0, x_in)});   // [T, N, P]
    return c.node("Concat", {x, h}, {{"axis", 2}});
  }
  std::string weight_ih() const {
    return there && c.has(h0_in) ? c.node("Concat", {c.in(weight_ih_in), c.in(weight_hh_in)}, {{"axis", 1}}) : c.in(weight_ih_in);
  }
  std::string weight_hh() const { return there ? c.node("MatMul", {c.in(weight_hh_in), c.in(weight_hr_in)}) : c.in(weight_hh_in); }
  std::string output(const std::string& s) const {
    return there ? c.node("MatMul", {s, c.transpose(c.in(weight_hr_in), {1, 0})}) : s;
  }
};

void recurrent_rule(Conversion& c) {
  const std::string cell = c.text("cell");
  const Places order = gate_order(cell);
  const Projection projection{c};
  const auto gates = static_cast<std::int64_t>(order.size()), inputs = c.shape(x_in)[1];
  const std::int64_t hidden = projection.there ? c.shape(weight_hr_in)[1] : c.shape(weight_hh_in)[1];
  const Packing packing = packing_of(c);
  const Size samples = c.option_sizes("samples")[0], steps{packing.steps, 0, packing.steps};
  const auto fixed = [](std::int64_t n) { return Size{n, 0, n}; };

  std::string x;
  if (packing.packed) {
    const std::string rows = c.constant(Array::from(packing.row_of, {packing.steps, packing.samples}));
    x = c.node("Gather", {c.in(x_in), rows}, {{"axis", 0}});
  } else x = c.reshape(c.in(x_in), {steps, samples, fixed(inputs)});
  x = projection.input(x, packing, c.whole("reverse") != 0);
  const auto weight = [&](const std::string& w) { return c.unsqueeze(with_gates_in_order(c, w, hidden, order), {0}); };
  const auto bias = [&](std::size_t i) {
    return c.has(i) ? with_gates_in_order(c, c.in(i), hidden, order) : c.constant(Array::zeros({gates * hidden}, c.dtype(x_in)));
  };
  Conversion::Names all{x, weight(projection.weight_ih()), weight(projection.weight_hh()), "", "", ""};
  if (c.has(bias_ih_in) || c.has(bias_hh_in))
    all[3] = c.unsqueeze(c.node("Concat", {bias(bias_ih_in), bias(bias_hh_in)}, {{"axis", 0}}), {0});
  if (packing.packed) all[4] = c.constant(Array::from(packing.lengths, {packing.samples}).to(i32));
  if (c.has(h0_in) && !projection.there) all[5] = c.unsqueeze(c.in(h0_in), {0});
  if (c.has(c0_in)) all.push_back(c.unsqueeze(c.in(c0_in), {0}));
  while (all.back().empty()) all.pop_back();

  Conversion::Attributes how{{"hidden_size", hidden}, {"direction", c.whole("reverse") ? "reverse" : "forward"}};
  if (cell == "gru") how.push_back({"linear_before_reset", 1});
  if (cell == "rnn_relu") how.push_back({"activations", std::vector<std::string>{"Relu"}});
  const bool lstm = cell == "lstm";
  const auto results = c.nodes(lstm ? "LSTM" : cell == "gru" ? "GRU" : "RNN", all, lstm ? 3 : 2, std::move(how));   // Y [T, 1, N, H]
  const std::string y = projection.output(results[0]);
  if (packing.packed) {
    const std::string rows = c.node("Reshape", {y, c.ints({-1, c.out_shape()[1]})});
    c.out("Gather", {rows, c.ints(packing.place_of)}, {{"axis", 0}});
  } else {
    c.out(c.reshape(y, c.out_sizes()));
  }
  c.out(c.squeeze(projection.output(results[1]), {0}), 1);
  if (lstm) c.out(c.squeeze(results[2], {0}), 2);
}

}  // namespace

void add_recurrent_rules(Rules& r) {
  for (const char* cell : {"rnn_tanh", "rnn_relu", "gru", "lstm"}) r[cell] = r[std::string(cell) + "_cell"] = recurrent_rule;
}

}  // namespace gradus::nn::onnx
