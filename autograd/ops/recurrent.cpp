#include <gradus/autograd/ops/recurrent.h>

#include <algorithm>

#include <gradus/autograd/ops/internal/recurrent.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

using kernels::Cell;
using kernels::Recurrence;

constexpr const char* names[] = {"rnn_tanh", "rnn_relu", "gru", "lstm"};
constexpr const char* cell_names[] = {"rnn_tanh_cell", "rnn_relu_cell", "gru_cell", "lstm_cell"};

struct Recurrent final : Op, detail::Described {
  std::string_view name() const override { return name_; }
  void describe(detail::OpOptions& o) const override {
    o("cell", names[static_cast<int>(form.cell)])("reverse", form.reverse)("samples", form.samples)
     ("counts", std::span<const std::int64_t>(form.counts));
  }
  const char* name_;
  Recurrence form;  // without arrays
  kernels::Recurred result;
  Recurrent(const char* name, const Recurrence& form) : name_(name), form(form) {}

  Recurrence call(std::span<const Tensor> in) const {
    Recurrence all = form;
    Array* const into[] = {&all.x, &all.h0, &all.c0, &all.weight_ih, &all.weight_hh, &all.bias_ih, &all.bias_hh, &all.weight_hr};
    for (std::size_t i = 0; i < 8; ++i)
      if (in[i].defined()) *into[i] = in[i].value();
    return all;
  }

  std::vector<Array> forward(std::span<const Tensor> in) {
    for (const Tensor& x : in) save(x);
    save_output();
    kernels::Recurred all = kernels::recur(call(in), tracked());
    std::vector<Array> results{all.y, all.h};
    if (form.cell == Cell::lstm) results.push_back(all.c);
    if (tracked()) result.gates = all.gates, result.cells = all.cells;
    return results;
  }

  Grads backward_all(std::span<Tensor> gs) override {
    const auto& in = saved();
    const Tensor dc = form.cell == Cell::lstm ? gs[2] : Tensor();
    Grads grads;
    grads.resize(8);
    if (recording()) {
      const detail::RecurrentInputs inputs{in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7]};
      const auto all = detail::composed_gradients(form, inputs, gs[0], gs[1], dc);
      for (int i = 0; i < 8; ++i)
        if (needs(i)) grads[static_cast<std::size_t>(i)] = all[static_cast<std::size_t>(i)];
      return grads;
    }
    const auto whole = [](const Tensor& x) { return x.defined() ? x.value().as_contiguous() : Array(); };
    kernels::Recurred kept = result;
    kept.y = output().value().as_contiguous();
    const auto all = kernels::recur_backward(call(std::span(in.begin(), in.end())), kept, {whole(gs[0]), whole(gs[1]), whole(dc)}, wants());
    const Array* const from[] = {&all.x, &all.h0, &all.c0, &all.weight_ih, &all.weight_hh, &all.bias, &all.bias, &all.weight_hr};
    for (int i = 0; i < 8; ++i)
      if (needs(i)) grads[static_cast<std::size_t>(i)] = *from[i];
    if (needs(6) && form.cell == Cell::gru) grads[6] = all.bias_hh;
    return grads;
  }
};

// The arguments of a call, as checked.
struct Call {
  const char* op;
  Cell cell;
  const RecurrentWeights& weights;
  std::int64_t inputs = 0, hidden = 0, state = 0;

  Call(const char* op, Cell cell, const Tensor& x, const RecurrentWeights& w) : op(op), cell(cell), weights(w) {
    check_defined(op, x);
    check_defined(op, w.weight_ih, "weight_ih");
    check_defined(op, w.weight_hh, "weight_hh");
    check_computes_in(x.dtype(), op);
    const std::int64_t gates = cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1;
    check<ShapeError>(w.weight_ih.rank() == 2 && w.weight_hh.rank() == 2 && w.weight_ih.dim(0) == w.weight_hh.dim(0) &&
                          w.weight_hh.dim(0) % gates == 0 && w.weight_hh.dim(0) > 0,
                      op, ": weight_ih and weight_hh must be [", gates, "·H, I] and [", gates, "·H, ",
                      cell == Cell::lstm ? "H] (or P, projected)" : "H]", ", not ", w.weight_ih.shape(), " and ", w.weight_hh.shape());
    inputs = w.weight_ih.dim(1), hidden = w.weight_hh.dim(0) / gates, state = w.weight_hh.dim(1);
    const bool projected = w.weight_hr.defined();
    check<ShapeError>(!projected || cell == Cell::lstm, op, ": only an LSTM has a projection, weight_hr ", w.weight_hr.shape());
    check<ShapeError>(projected ? w.weight_hr.shape() == Shape{state, hidden} : state == hidden, op, ": weight_hh ", w.weight_hh.shape(),
                      " is for states of ", state, " numbers, and ", hidden, " units give ",
                      projected ? text("those of weight_hr ", w.weight_hr.shape()) : text(hidden));
    const Shape bias{w.weight_hh.dim(0)};
    for (const auto& [what, tensor] : {std::pair{"bias_ih", &w.bias_ih}, std::pair{"bias_hh", &w.bias_hh}})
      check<ShapeError>(!tensor->defined() || tensor->shape() == bias, op, ": ", what, " must be ", bias, ", not ", tensor->shape());
    check<ShapeError>(x.rank() >= 1 && x.dim(-1) == inputs, op, ": the input's rows must be weight_ih's, of ", inputs, " numbers: input ",
                      x.shape(), ", weight_ih ", w.weight_ih.shape());
  }

  void expect_state(const char* what, const Tensor& given, const Shape& wanted) const {
    check<ShapeError>(!given.defined() || given.shape() == wanted, op, ": ", what, " must be ", wanted, ", not ", given.shape());
  }

  std::vector<Tensor> run(const Tensor& x, const Tensor& h, const Tensor& c, std::vector<std::int64_t> counts, std::int64_t samples,
                          bool reverse) const {
    const Tensor all[] = {x, h, c, weights.weight_ih, weights.weight_hh, weights.bias_ih, weights.bias_hh, weights.weight_hr};
    for (const Tensor& tensor : all)
      check<DtypeError>(!tensor.defined() || tensor.dtype() == x.dtype(), op, ": the input is ", x.dtype(), ", and a state or weight ",
                        tensor.dtype());
    Recurrence form{.cell = cell, .reverse = reverse, .samples = samples, .counts = std::move(counts)};
    return record(Recurrent(op, form), std::span<const Tensor>(all));
  }
};

std::vector<Tensor> sequences(Cell cell, const Tensor& x, const RecurrentWeights& weights, const RecurrentOptions& o) {
  const char* const op = names[static_cast<int>(cell)];
  const Call call(op, cell, x, weights);
  const bool packed = !o.batch_sizes.empty();
  check<ShapeError>(x.rank() == (packed ? 2 : 3), op,
                    packed ? ": packed sequences are [rows, I], not " : ": the input must be [T, N, I], not ", x.shape());
  std::vector<std::int64_t> counts = o.batch_sizes;
  if (!packed) counts.assign(static_cast<std::size_t>(x.dim(0)), x.dim(1));
  std::int64_t rows = 0;
  for (std::size_t t = 0; packed && t < counts.size(); ++t) {
    check<ValueError>(counts[t] > 0 && (t == 0 || counts[t] <= counts[t - 1]), op, ": batch_sizes must not become more, nor 0: ", counts[t],
                      " at step ", t);
    rows += counts[t];
  }
  check<ShapeError>(!packed || rows == x.dim(0), op, ": batch_sizes add up to ", rows, " rows: input ", x.shape());
  const std::int64_t samples = packed ? counts.front() : x.dim(1);
  call.expect_state("h0", o.h0, {samples, call.state});
  check<ShapeError>(!o.c0.defined() || cell == Cell::lstm, op, ": only an LSTM has a cell state, c0 ", o.c0.shape());
  call.expect_state("c0", o.c0, {samples, call.hidden});
  auto results = call.run(packed ? x : reshape(x, {x.dim(0) * samples, x.dim(2)}), o.h0, o.c0, std::move(counts), samples, o.reverse);
  if (!packed) results[0] = reshape(results[0], {x.dim(0), samples, call.state});
  return results;
}

std::vector<Tensor> step(Cell cell, const Tensor& x, const Tensor& h, const Tensor& c, const RecurrentWeights& weights) {
  const char* const op = cell_names[static_cast<int>(cell)];
  const Call call(op, cell, x, weights);
  check<ShapeError>(x.rank() <= 2, op, ": the input must be [N, I] or [I], not ", x.shape());
  check<ShapeError>(!weights.weight_hr.defined(), op, ": a cell has no projection, weight_hr ", weights.weight_hr.shape());
  const bool single = x.rank() == 1;
  const std::int64_t samples = single ? 1 : x.dim(0);
  for (const auto& [what, given] : {std::pair{"h", &h}, std::pair{"c", &c}})
    call.expect_state(what, *given, single ? Shape{call.hidden} : Shape{samples, call.hidden});
  const auto row = [&](const Tensor& t) { return t.defined() && single ? unsqueeze(t, 0) : t; };
  auto results = call.run(row(x), row(h), row(c), {samples}, samples, false);
  if (single)
    for (Tensor& result : results) result = squeeze(result, 0);
  return results;
}

RecurrentResult two(const std::vector<Tensor>& all) { return {all[0], all[1]}; }

}  // namespace

RecurrentResult rnn_tanh(const Tensor& x, const RecurrentWeights& weights, const RecurrentOptions& options) {
  return two(sequences(Cell::tanh, x, weights, options));
}
RecurrentResult rnn_relu(const Tensor& x, const RecurrentWeights& weights, const RecurrentOptions& options) {
  return two(sequences(Cell::relu, x, weights, options));
}
RecurrentResult gru(const Tensor& x, const RecurrentWeights& weights, const RecurrentOptions& options) {
  return two(sequences(Cell::gru, x, weights, options));
}
LSTMResult lstm(const Tensor& x, const RecurrentWeights& weights, const RecurrentOptions& options) {
  const auto all = sequences(Cell::lstm, x, weights, options);
  return {all[0], all[1], all[2]};
}

Tensor rnn_tanh_cell(const Tensor& x, const Tensor& h, const RecurrentWeights& weights) { return step(Cell::tanh, x, h, {}, weights)[0]; }
Tensor rnn_relu_cell(const Tensor& x, const Tensor& h, const RecurrentWeights& weights) { return step(Cell::relu, x, h, {}, weights)[0]; }
Tensor gru_cell(const Tensor& x, const Tensor& h, const RecurrentWeights& weights) { return step(Cell::gru, x, h, {}, weights)[0]; }
LSTMCellResult lstm_cell(const Tensor& x, const Tensor& h, const Tensor& c, const RecurrentWeights& weights) {
  const auto all = step(Cell::lstm, x, h, c, weights);
  return {all[0], all[2]};
}

}  // namespace gradus
