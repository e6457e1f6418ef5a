#include <algorithm>
#include <optional>

#include <gradus/autograd/kernels/sequences/recurrent_job.h>

namespace gradus::kernels {

using namespace recurrent;

namespace {

// The gradient of a weight: aᵀ·b over all rows, where b's rows are a state before each step.
template <class T>
struct StatesBefore {
  const T* whole = nullptr;                       // where b has a row for each
  std::int64_t begin = 0, shifted = 0, rows = 0;  // or rows begin … of a with rows shifted … of y, and the others with h0
  std::int64_t first = 0;
  Array copied;

  StatesBefore(const Job<T>& job, const Array& y) {
    const std::int64_t n = job.samples, count = job.rows, state = job.state;
    const bool even = job.steps > 0 && job.count(job.steps - 1) == n;
    if (even) {
      rows = count - n, begin = job.call.reverse ? 0 : n, shifted = job.call.reverse ? n : 0, first = job.call.reverse ? count - n : 0;
      return;
    }
    copied = Array({count, state}, job.dtype);
    T* const to = copied.mutable_data<T>();
    for (std::int64_t t = 0; t < job.steps; ++t)
      for (std::int64_t i = 0; i < job.count(t); ++i)
        copy_rows(job.before(y.data<T>(), job.h0, state, t, i), state, 1, state, to + (job.offset(t) + i) * state, state);
    whole = to;
  }
  void multiply(const Job<T>& job, const Array& y, const T* a, std::int64_t a_stride, std::int64_t m, T* c) const {
    const std::int64_t state = job.state;
    const auto add = [&](std::int64_t row, std::int64_t k, const T* b, bool accumulate) {
      steady_gemm(Product<T>{m, state, k, {a + row * a_stride, a_stride, true}, {b, state}, c, state, nullptr, accumulate});
    };
    if (whole) return add(0, job.rows, whole, false);
    add(begin, rows, y.data<T>() + shifted * state, false);
    if (job.h0.defined()) add(first, job.samples, job.h0.template data<T>(), true);
  }
};

template <class T>
Array summed_columns(const Job<T>& job, const T* x, std::int64_t stride, std::int64_t columns) {
  Array sums({columns}, job.dtype);
  T* const to = sums.mutable_data<T>();
  const std::int64_t unit = 64;  // whole registers of every level
  const pool::Scratch<double> totals(columns);
  std::fill_n(totals.data(), columns, 0.0);
  parallel_for((columns + unit - 1) / unit, items_worth(1 << 15, unit * job.rows), [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t first = begin * unit, last = std::min(end * unit, columns);
    job.loops.add_to_sums(x + first, job.rows, stride, last - first, totals.data() + first);
    std::transform(totals.data() + first, totals.data() + last, to + first, [](double sum) { return static_cast<T>(sum); });
  });
  return sums;
}

template <class T>
RecurrenceGradients backward(const Job<T>& job, const Recurred& result, const RecurrenceSlopes& slopes_of, std::uint32_t wanted) {
  const std::int64_t hidden = job.hidden, state = job.state, width = job.width, pitch = pitch_of(width), gated = job.gated();
  const auto wants = [&](int i) { return (wanted >> i & 1) != 0; };
  const bool projects = job.weight_hr.defined();
  const T *const y = pointer<T>(result.y), *const gates = pointer<T>(result.gates), *const cells = pointer<T>(result.cells),
                 *const dy = pointer<T>(slopes_of.y), *const dh_n = pointer<T>(slopes_of.h), *const dc_n = pointer<T>(slopes_of.c);
  RecurrenceGradients out;
  // The gradients by the states, which come to be those by the first ones.
  out.h0 = Array({job.samples, state}, job.dtype);
  T* const dh = out.h0.mutable_data<T>();
  copy_rows(dh_n, state, job.samples, state, dh, state);
  if (job.lstm) out.c0 = Array({job.samples, hidden}, job.dtype);
  T* const dc = pointer<T>(out.c0);
  if (job.lstm) copy_rows(dc_n, hidden, job.samples, hidden, dc, hidden);

  const pool::Scratch<T> slopes(job.rows * pitch), by_output(projects ? job.rows * state : 0);
  const std::int64_t recurrent = job.gru ? hidden : 0;  // where the slopes of the products with the state begin
  const Factor<T> by_slopes = job.factor(job.matrix(job.weight_hh), gated, state);
  std::optional<Factor<T>> projection;
  if (projects) projection.emplace(job.loops, job.matrix(job.weight_hr), state, hidden, job.packs);
  // By the inputs: the slopes stand as n, r, z, q in a GRU, whose weight_ih has r, z, n.
  std::optional<Factor<T>> by_gates, by_n;
  T* const dx = wants(0) ? (out.x = Array({job.rows, job.inputs}, job.dtype)).template mutable_data<T>() : nullptr;
  const std::int64_t leading = job.gru ? 2 * hidden : gated;
  if (dx) by_gates.emplace(job.loops, job.matrix(job.weight_ih), leading, job.inputs, job.rows >= 64);
  if (dx && job.gru) by_n.emplace(job.loops, job.matrix(job.weight_ih, false, leading), hidden, job.inputs, job.rows >= 64);
  const bool together = dx && job.meets_inputs();
  job.for_samples([&](std::int64_t first, std::int64_t last) {
    const std::int64_t wide = pitch_of(hidden);
    const pool::Scratch<T> unprojected(projects ? (last - first) * wide : 0);
    for (std::int64_t s = job.steps - 1; s >= 0; --s) {
      const std::int64_t t = job.step(s), n = std::min(job.count(t), last) - first, row = job.offset(t) + first;
      if (n <= 0) continue;
      T *const here = slopes.data() + row * pitch, *const into = dh + first * state;
      const T* const given = dy ? dy + row * state : nullptr;
      if (projects) {
        T* const total = by_output.data() + row * state;
        for (std::int64_t i = 0; i < n * state; ++i) total[i] = into[i] + (given ? given[i] : T(0));
        projection->multiply(total, state, n, unprojected.data(), wide, false);
      }
      for (std::int64_t i = 0; i < n; ++i) {
        const std::int64_t sample = first + i, at = row + i;
        job.loops.backward[static_cast<int>(job.call.cell)](
            hidden, {gates ? gates + at * width : nullptr, cells ? cells + at * hidden : nullptr,
                     job.lstm ? job.before(cells, job.c0, hidden, t, sample) : nullptr, y + at * state,
                     job.gru ? job.before(y, job.h0, state, t, sample) : nullptr, given && !projects ? given + i * state : nullptr,
                     projects ? unprojected.data() + i * wide : into + i * state, dc ? dc + sample * hidden : nullptr, here + i * pitch});
      }
      if (together) {
        by_gates->multiply(here + recurrent, pitch, n, dx + row * job.inputs, job.inputs, false);
        if (by_n) by_n->multiply(here, pitch, n, dx + row * job.inputs, job.inputs, true);
      }
      if (s > 0 || wants(1)) by_slopes.multiply(here + recurrent, pitch, n, into, state, job.gru);
    }
  });

  if (dx && !together) {
    by_gates->multiply_all(slopes.data() + recurrent, pitch, job.rows, dx, job.inputs, false);
    if (by_n) by_n->multiply_all(slopes.data(), pitch, job.rows, dx, job.inputs, true);
  }
  if (wants(3)) {
    out.weight_ih = Array({gated, job.inputs}, job.dtype);
    T* const to = out.weight_ih.mutable_data<T>();
    const auto multiply = [&](const T* a, std::int64_t first, std::int64_t n) {
      steady_gemm(Product<T>{n, job.inputs, job.rows, {a, pitch, true}, job.matrix(job.x), to + first * job.inputs, job.inputs});
    };
    multiply(slopes.data() + recurrent, 0, leading);
    if (job.gru) multiply(slopes.data(), leading, hidden);
  }
  if (wants(4)) {
    out.weight_hh = Array({gated, state}, job.dtype);
    StatesBefore<T>(job, result.y).multiply(job, result.y, slopes.data() + recurrent, pitch, gated, out.weight_hh.mutable_data<T>());
  }
  if (wants(5) || wants(6)) {
    const Array sums = summed_columns(job, static_cast<const T*>(slopes.data()), pitch, width);
    if (!job.gru)
      out.bias = sums;
    else {
      out.bias = Array({gated}, job.dtype);
      T* const to = out.bias.mutable_data<T>();
      std::copy_n(sums.data<T>() + hidden, 2 * hidden, to);
      std::copy_n(sums.data<T>(), hidden, to + 2 * hidden);
      out.bias_hh = sums.slice(0, hidden, 4 * hidden).contiguous_copy();
    }
  }
  if (projects && wants(7)) {
    out.weight_hr = Array({state, hidden}, job.dtype);
    Array unprojected({job.rows, hidden}, job.dtype);
    T* const m = unprojected.mutable_data<T>();
    parallel_for(job.rows, items_worth(1 << 13, hidden), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row)
        job.loops.output(hidden, gates + row * width + 3 * hidden, cells + row * hidden, m + row * hidden);
    });
    steady_gemm(Product<T>{state, hidden, job.rows, {by_output.data(), state, true}, {m, hidden}, out.weight_hr.mutable_data<T>(), hidden});
  }
  return out;
}

}  // namespace

RecurrenceGradients recur_backward(const Recurrence& call, const Recurred& result, const RecurrenceSlopes& slopes, std::uint32_t wanted) {
  return visit_floating(call.x.dtype(), "recurrent", [&]<class T>(T) { return backward(Job<T>(call), result, slopes, wanted); });
}

}  // namespace gradus::kernels
