#include <gradus/autograd/kernels/sequences/recurrent.h>

#include <algorithm>
#include <optional>

#include <gradus/autograd/kernels/sequences/recurrent_job.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(RecurrentLoops, recurrent_loops)

using namespace recurrent;

namespace {

// The biases of the gates' first parts, in one; GRU's r multiplies the last third of bias_hh.
template <class T>
Array joined_bias(const Job<T>& job) {
  const Array &ih = job.call.bias_ih, &hh = job.call.bias_hh;
  if (!ih.defined() && !hh.defined()) return {};
  Array both = Array::zeros({job.gated()}, job.dtype);
  const std::int64_t together = job.gru ? 2 * job.hidden : job.gated();
  T* const to = both.mutable_data<T>();
  const auto add = [&](const Array& bias, std::int64_t n) {
    if (!bias.defined()) return;
    const Array whole = bias.as_contiguous();
    const T* const from = whole.data<T>();
    for (std::int64_t i = 0; i < n; ++i) to[i] += from[i];
  };
  add(ih, job.gated());
  add(hh, together);
  return both;
}

template <class T>
Recurred forward(const Job<T>& job, bool keeps) {
  const std::int64_t hidden = job.hidden, state = job.state, width = job.width, beside = job.gru ? 2 * hidden : job.gated();
  const auto all = [&](std::int64_t rows, std::int64_t columns) { return Array({rows, columns}, job.dtype); };
  Recurred out{all(job.rows, state), all(job.samples, state), {}, all(job.rows, width), {}};
  if (job.lstm) out.c = all(job.samples, hidden);
  if (job.lstm && keeps) out.cells = all(job.rows, hidden);
  T *const y = pointer<T>(out.y), *const h_n = pointer<T>(out.h), *const c_n = pointer<T>(out.c), *const gates = pointer<T>(out.gates),
           *const cells = pointer<T>(out.cells);
  const Array bias = joined_bias(job), bias_hh = job.call.bias_hh.as_contiguous();
  const T* const bias_q = job.gru && bias_hh.defined() ? bias_hh.data<T>() + 2 * hidden : nullptr;
  const Factor<T> by_input(job.loops, job.matrix(job.weight_ih, true), job.inputs, job.gated(), job.rows >= 64);
  const bool together = job.meets_inputs();
  if (!together) by_input.multiply_all(job.x.template data<T>(), job.inputs, job.rows, gates, width, false, pointer<T>(bias));
  if (job.lstm) copy_rows(pointer<T>(job.c0), hidden, job.samples, hidden, c_n, hidden);

  const Factor<T> by_state = job.factor(job.matrix(job.weight_hh, true), state, beside);
  std::optional<Factor<T>> by_state_q, projection;
  if (job.gru) by_state_q.emplace(job.loops, job.matrix(job.weight_hh, true, 2 * hidden), state, hidden, job.packs);
  if (job.weight_hr.defined()) projection.emplace(job.loops, job.matrix(job.weight_hr, true), hidden, state, job.packs);
  const std::int64_t pitch = pitch_of(state), wide = pitch_of(hidden);
  job.for_samples([&](std::int64_t first, std::int64_t last) {
    const pool::Scratch<T> states((last - first) * pitch), unprojected(projection ? (last - first) * wide : 0);
    copy_rows(job.h0.defined() ? job.h0.template data<T>() + first * state : nullptr, state, last - first, state, states.data(), pitch);
    bool zero = !job.h0.defined();
    for (std::int64_t s = 0; s < job.steps; ++s) {
      const std::int64_t t = job.step(s), n = std::min(job.count(t), last) - first, row = job.offset(t) + first;
      if (n <= 0) continue;
      T* const g = gates + row * width;
      if (together) by_input.multiply(job.x.template data<T>() + row * job.inputs, job.inputs, n, g, width, false, pointer<T>(bias));
      if (!zero) by_state.multiply(states.data(), pitch, n, g, width, true);
      if (by_state_q && !zero)
        by_state_q->multiply(states.data(), pitch, n, g + 3 * hidden, width, false, bias_q);
      else if (by_state_q)
        copy_rows(bias_q, 0, n, hidden, g + 3 * hidden, width);
      zero = false;
      for (std::int64_t i = 0; i < n; ++i)
        job.loops.forward[static_cast<int>(job.call.cell)](
            hidden, {g + i * width, c_n ? c_n + (first + i) * hidden : nullptr, cells ? cells + (row + i) * hidden : nullptr,
                     projection ? unprojected.data() + i * wide : states.data() + i * pitch, projection ? nullptr : y + (row + i) * state});
      if (!projection) continue;
      projection->multiply(unprojected.data(), wide, n, states.data(), pitch, false);
      copy_rows(states.data(), pitch, n, state, y + row * state, state);
    }
    copy_rows(states.data(), pitch, last - first, state, h_n + first * state, state);
  });
  if (!keeps || !(job.lstm || job.gru)) out.gates = {};
  return out;
}

}  // namespace

Recurred recur(const Recurrence& call, bool keeps) {
  return visit_floating(call.x.dtype(), "recurrent", [&]<class T>(T) { return forward(Job<T>(call), keeps); });
}

}  // namespace gradus::kernels
