// What both directions of a recurrent layer (recurrent.h) are made of: products that come again at every step, and the samples in ranges, a
// thread each.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include <gradus/autograd/base/internal/scratch.h>
#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/products/gemm.h>
#include <gradus/autograd/kernels/sequences/recurrent.h>

namespace gradus::kernels::recurrent {

// How far apart rows are that a product reads down: no power of two, which would have all of them share a few places of the cache.
inline std::int64_t pitch_of(std::int64_t n) { return (n + 15) / 16 * 16 + 16; }

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
  const bool by_rows = 2 * p.m >= p.n;
  const std::int64_t length = by_rows ? p.m : p.n;
  std::int64_t parts = 2;
  while (parts < 16 && length >= 512 * parts) parts *= 2;
  const std::int64_t part = ((length + parts - 1) / parts + 15) / 16 * 16;
  parallel_for((length + part - 1) / part, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = i * part, size = std::min(part, length - first);
      Product<T> strip = p;
      if (by_rows) {
        strip.m = size;
        strip.a.data += first * (p.a.transposed ? 1 : p.a.stride);
        strip.c += first * p.c_stride;
      } else {
        strip.n = size;
        strip.b.data += first * (p.b.transposed ? p.b.stride : 1);
        strip.c += first;
        if (p.bias) strip.bias += first;
      }
      gemm(strip);
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
        packs(steps > 2 && rows >= 16),
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

template <class T>
void copy_rows(const T* from, std::int64_t from_stride, std::int64_t rows, std::int64_t n, T* to, std::int64_t to_stride) {
  for (std::int64_t i = 0; i < rows; ++i) {
    if (from)
      std::copy_n(from + i * from_stride, n, to + i * to_stride);
    else
      std::fill_n(to + i * to_stride, n, T(0));
  }
}

}  // namespace gradus::kernels::recurrent
