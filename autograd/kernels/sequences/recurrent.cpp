#include <gradus/autograd/kernels/sequences/recurrent.h>

#include <algorithm>
#include <optional>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/products/gemm.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus::kernels {

GRADUS_DISPATCH(RecurrentLoops, recurrent_loops)

namespace {

// How far apart rows are that a product reads down: no power of two, which would have all of them share a few places of the cache.
std::int64_t pitch_of(std::int64_t n) { return (n + 15) / 16 * 16 + 16; }

template <class T>
T* pointer(Array& a) {
  return a.defined() ? a.mutable_data<T>() : nullptr;
}
template <class T>
const T* pointer(const Array& a) {
  return a.defined() ? a.data<T>() : nullptr;
}

// The same bits for any number of threads: by their sizes alone, products are cut into parts that are each one thread's.
template <class T>
void steady_gemm(const Product<T>& p) {
  if (p.m * p.n * p.k < 1 << 18) return gemm(p);  // which it does not cut
  std::int64_t parts = 2;
  while (parts < 16 && p.m >= 512 * parts) parts *= 2;
  const std::int64_t part = ((p.m + parts - 1) / parts + 15) / 16 * 16;
  parallel_for((p.m + part - 1) / part, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Product<T> rows = p;
      rows.m = std::min(part, p.m - i * part);
      rows.a.data += i * part * (p.a.transposed ? 1 : p.a.stride);
      rows.c += i * part * p.c_stride;
      gemm(rows);
    }
  });
}

// The right side of a product that comes again at every step: in panels, unless the steps are so few that rearranging it does not pay.
template <class T>
class Factor {
 public:
  // b [terms, columns], which `rows` rows in all will be multiplied with.
  Factor(const RecurrentRows<T>& loops, const Matrix<T>& b, std::int64_t terms, std::int64_t columns, bool packs)
      : loops_(loops),
        b_(b),
        terms_(terms),
        columns_(columns),
        panels_(packs ? (columns + loops.panel - 1) / loops.panel * loops.panel * terms : 0) {
    if (!packs) return;
    const std::int64_t down = b.transposed ? 1 : b.stride, right = b.transposed ? b.stride : 1, panel = loops.panel;
    parallel_for((columns + panel - 1) / panel, items_worth(1 << 14, panel * terms), [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t first = begin * panel, last = std::min(end * panel, columns);
      loops_.pack(b_.data + first * right, down, right, terms_, last - first, panels_.data() + first * terms_);
    });
  }
  void multiply(const T* a, std::int64_t a_stride, std::int64_t rows, T* c, std::int64_t c_stride, bool accumulate,
                const T* bias = nullptr) const {
    if (panels_.data())
      loops_.multiply({a, a_stride, rows, terms_, panels_.data(), columns_, c, c_stride, bias, accumulate});
    else
      steady_gemm(Product<T>{rows, columns_, terms_, {a, a_stride}, b_, c, c_stride, bias, accumulate});
  }
  // The same for very many rows, on all cores.
  void multiply_all(const T* a, std::int64_t a_stride, std::int64_t rows, T* c, std::int64_t c_stride, bool accumulate,
                    const T* bias = nullptr) const {
    if (!panels_.data()) return multiply(a, a_stride, rows, c, c_stride, accumulate, bias);
    const std::int64_t block = 64;
    parallel_for((rows + block - 1) / block, items_worth(1 << 17, block * terms_ * columns_), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin * block; row < std::min(end * block, rows); row += block)
        multiply(a + row * a_stride, a_stride, std::min(block, rows - row), c + row * c_stride, c_stride, accumulate, bias);
    });
  }

 private:
  const RecurrentRows<T>& loops_;
  Matrix<T> b_;
  std::int64_t terms_, columns_;
  pool::Scratch<T> panels_;
};

// What both directions know of a call.
template <class T>
struct Job {
  const Recurrence& call;
  const RecurrentRows<T>& loops = recurrent_loops().of(T{});
  Array x, h0, c0, weight_ih, weight_hh, weight_hr;
  std::int64_t steps, samples, rows, inputs, hidden, state, width;  // P = state; width: of a row of gates
  bool gru, lstm, packs;
  std::vector<std::int64_t> offsets;  // where each step's rows begin
  Dtype dtype;

  explicit Job(const Recurrence& c)
      : call(c),
        x(c.x.as_contiguous()),
        h0(c.h0.as_contiguous()),
        c0(c.c0.as_contiguous()),
        weight_ih(c.weight_ih.as_contiguous()),
        weight_hh(c.weight_hh.as_contiguous()),
        weight_hr(c.weight_hr.as_contiguous()),
        steps(static_cast<std::int64_t>(c.counts.size())),
        samples(c.samples),
        rows(x.dim(0)),
        inputs(x.dim(1)),
        state(weight_hh.dim(1)),
        gru(c.cell == Cell::gru),
        lstm(c.cell == Cell::lstm),
        packs(steps > 2),
        dtype(x.dtype()) {
    hidden = weight_hh.dim(0) / (lstm ? 4 : gru ? 3 : 1);
    width = (lstm || gru ? 4 : 1) * hidden;
    std::int64_t at = 0;
    for (const std::int64_t count : c.counts) offsets.push_back(at), at += count;
  }

  std::int64_t gated() const { return gru ? 3 * hidden : width; }  // rows of weight_ih and weight_hh
  std::int64_t step(std::int64_t s) const { return call.reverse ? steps - 1 - s : s; }
  std::int64_t count(std::int64_t t) const { return call.counts[static_cast<std::size_t>(t)]; }
  std::int64_t offset(std::int64_t t) const { return offsets[static_cast<std::size_t>(t)]; }
  // The row of the step that a sample came from, or −1: from its first state.
  std::int64_t row_before(std::int64_t t, std::int64_t sample) const {
    const std::int64_t before = call.reverse ? t + 1 : t - 1;
    return before < 0 || before >= steps || sample >= count(before) ? -1 : offset(before) + sample;
  }
  const T* before(const T* all, const Array& first, std::int64_t n, std::int64_t t, std::int64_t sample) const {
    const std::int64_t row = row_before(t, sample);
    return row >= 0 ? all + row * n : first.defined() ? first.data<T>() + sample * n : nullptr;
  }

  Matrix<T> matrix(const Array& a, bool transposed = false, std::int64_t first = 0) const {
    return {a.data<T>() + first * a.dim(1), a.dim(1), transposed};
  }
  // Whether the products with the inputs are made step by step, too: a step's gates are then still in the cache. With few samples or many
  // weights it is cheaper to read the weights once for all steps.
  bool meets_inputs() const { return packs && rows >= 64 && samples >= 8 * num_threads() && inputs * gated() <= 1 << 18; }
  Factor<T> factor(const Matrix<T>& b, std::int64_t terms, std::int64_t columns) const { return {loops, b, terms, columns, packs}; }

  // Calls body(begin, end) for ranges of samples, at the same time: of whole tiles where there are many, and of about as many steps. Where
  // nothing is packed there is one range, and products find threads for themselves.
  template <class Body>
  void for_samples(Body&& body) const {
    const std::int64_t work = rows * gated() * state;
    const std::int64_t pieces = packs ? std::min<std::int64_t>(num_threads(), work / (1 << 17) + 1) : 1,
                       tile = samples >= 8 * pieces ? 8 : 4;
    std::vector<std::int64_t> cuts{0};
    std::int64_t done = 0, first = 0;
    for (; first < samples && static_cast<std::int64_t>(cuts.size()) < pieces; first += tile) {
      for (std::int64_t i = first; i < std::min(first + tile, samples); ++i)
        done += std::partition_point(call.counts.begin(), call.counts.end(), [=](std::int64_t n) { return n > i; }) - call.counts.begin();
      if (done * pieces >= rows * static_cast<std::int64_t>(cuts.size()) && first + tile < samples) cuts.push_back(first + tile);
    }
    cuts.push_back(samples);
    const auto n = static_cast<std::int64_t>(cuts.size()) - 1;
    parallel_for(n, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) body(cuts[static_cast<std::size_t>(i)], cuts[static_cast<std::size_t>(i + 1)]);
    });
  }
};

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
void copy_rows(const T* from, std::int64_t from_stride, std::int64_t rows, std::int64_t n, T* to, std::int64_t to_stride) {
  for (std::int64_t i = 0; i < rows; ++i) {
    if (from)
      std::copy_n(from + i * from_stride, n, to + i * to_stride);
    else
      std::fill_n(to + i * to_stride, n, T(0));
  }
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

Recurred recur(const Recurrence& call, bool keeps) {
  return visit_floating(call.x.dtype(), "recurrent", [&]<class T>(T) { return forward(Job<T>(call), keeps); });
}

RecurrenceGradients recur_backward(const Recurrence& call, const Recurred& result, const RecurrenceSlopes& slopes, std::uint32_t wanted) {
  return visit_floating(call.x.dtype(), "recurrent", [&]<class T>(T) { return backward(Job<T>(call), result, slopes, wanted); });
}

}  // namespace gradus::kernels
