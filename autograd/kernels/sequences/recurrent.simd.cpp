#include <gradus/autograd/kernels/sequences/recurrent.h>

#include <algorithm>
#include <utility>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

// ---- products with panels. A tile is two registers wide and so tall that its sums, two registers of b and one number of a fit into 32
// registers (AVX-512) or 16.

template <class T>
constexpr std::int64_t wide = 2 * Vec<T>::size;
constexpr std::int64_t tall = sizeof(Vec<float>) == 64 ? 8 : 6;

template <class T>
void pack(const T* b, std::int64_t down, std::int64_t right, std::int64_t terms, std::int64_t columns, T* to) {
  for (std::int64_t first = 0; first < columns; first += wide<T>) {
    const std::int64_t n = std::min(wide<T>, columns - first);
    const T* from = b + first * right;
    for (std::int64_t t = 0; t < terms; ++t, from += down, to += wide<T>) {
      for (std::int64_t i = 0; i < n; ++i) to[i] = from[i * right];
      std::fill(to + n, to + wide<T>, T(0));
    }
  }
}

template <std::int64_t rows, class T>
void multiply_tile(const PanelProduct<T>& p, std::int64_t row, const T* b, std::int64_t column) {
  constexpr std::int64_t w = Vec<T>::size;
  const T* const a = p.a + row * p.a_stride;
  Vec<T> left[rows], right[rows];
  const auto each_row = [](auto&& act) {  // a loop that is certain to be unrolled, so that the sums are registers
    [&]<std::size_t... i>(std::index_sequence<i...>) { (act(i), ...); }
    (std::make_index_sequence<rows>());
  };
  each_row([&](std::size_t i) { left[i] = 0, right[i] = 0; });
  for (std::int64_t t = 0; t < p.terms; ++t, b += wide<T>) {
    const Vec<T> b_left = Vec<T>::load(b), b_right = Vec<T>::load(b + w);
    each_row([&](std::size_t i) {
      const Vec<T> factor = static_cast<double>(a[static_cast<std::int64_t>(i) * p.a_stride + t]);
      left[i] = fma(factor, b_left, left[i]);
      right[i] = fma(factor, b_right, right[i]);
    });
  }
  const auto finish = [&](T* c, std::int64_t at, Vec<T> sum) {
    const std::int64_t n = std::min(w, p.columns - at);
    if (n <= 0) return;
    const auto add = [&](auto... lanes) {
      if (p.bias) sum = sum + Vec<T>::load(p.bias + at, lanes...);
      if (p.accumulate) sum = sum + Vec<T>::load(c + at, lanes...);
      sum.store(c + at, lanes...);
    };
    if (n == w)
      add();
    else
      add(n);
  };
  each_row([&](std::size_t i) {
    T* const c = p.c + (row + static_cast<std::int64_t>(i)) * p.c_stride;
    finish(c, column, left[i]);
    finish(c, column + w, right[i]);
  });
}

template <class T>
void multiply(const PanelProduct<T>& p) {
  const T* b = p.b;
  for (std::int64_t column = 0; column < p.columns; column += wide<T>, b += p.terms * wide<T>) {
    std::int64_t row = 0;
    for (; row + tall <= p.rows; row += tall) multiply_tile<tall>(p, row, b, column);
    if (p.rows - row >= 4) multiply_tile<4>(p, row, b, column), row += 4;
    if (p.rows - row >= 2) multiply_tile<2>(p, row, b, column), row += 2;
    if (p.rows - row >= 1) multiply_tile<1>(p, row, b, column), row += 1;
  }
}

// ---- gates, forward

template <class T, bool rectified>
void plain_forward(std::int64_t n, const GatesForward<T>& row) {
  const T* const from = row.gates;
  T *const next = row.h, *const out = row.y;
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    const Vec<T> x = Vec<T>::load(from + i, lanes...);
    Vec<T> v;
    if constexpr (rectified)
      v = relu(x);
    else
      v = tanh(x);
    v.store(next + i, lanes...);
    if (out) v.store(out + i, lanes...);
  });
}

// r, z, n, and q = W_hn·h + b_hn, which r multiplies: n = tanh(… + r·q); h = n + z·(h − n).
template <class T>
void gru_forward(std::int64_t n, const GatesForward<T>& row) {
  T *const g = row.gates, *const h = row.h, *const y = row.y;
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    const Vec<T> r = sigmoid(Vec<T>::load(g + i, lanes...)), z = sigmoid(Vec<T>::load(g + n + i, lanes...));
    const Vec<T> fresh = tanh(fma(r, Vec<T>::load(g + 3 * n + i, lanes...), Vec<T>::load(g + 2 * n + i, lanes...)));
    const Vec<T> next = fma(z, Vec<T>::load(h + i, lanes...) - fresh, fresh);
    r.store(g + i, lanes...), z.store(g + n + i, lanes...), fresh.store(g + 2 * n + i, lanes...);
    next.store(h + i, lanes...);
    if (y) next.store(y + i, lanes...);
  });
}

template <class T>
void lstm_forward(std::int64_t n, const GatesForward<T>& row) {
  T *const g = row.gates, *const c = row.c, *const kept = row.kept_c, *const h = row.h, *const y = row.y;
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    const Vec<T> in = sigmoid(Vec<T>::load(g + i, lanes...)), forget = sigmoid(Vec<T>::load(g + n + i, lanes...));
    const Vec<T> fresh = tanh(Vec<T>::load(g + 2 * n + i, lanes...)), out = sigmoid(Vec<T>::load(g + 3 * n + i, lanes...));
    const Vec<T> cell = fma(forget, Vec<T>::load(c + i, lanes...), in * fresh), next = out * tanh(cell);
    in.store(g + i, lanes...), forget.store(g + n + i, lanes...), fresh.store(g + 2 * n + i, lanes...), out.store(g + 3 * n + i, lanes...);
    cell.store(c + i, lanes...);
    if (kept) cell.store(kept + i, lanes...);
    next.store(h + i, lanes...);
    if (y) next.store(y + i, lanes...);
  });
}

// ---- gates, backward

// What came by the next step, and by the result.
template <class T, class... Lanes>
Vec<T> both(const T* dh, const T* dy, std::int64_t i, Lanes... lanes) {
  const Vec<T> by_state = Vec<T>::load(dh + i, lanes...);
  return dy ? by_state + Vec<T>::load(dy + i, lanes...) : by_state;
}
template <class T, class... Lanes>
Vec<T> or_zero(const T* x, std::int64_t i, Lanes... lanes) {
  return x ? Vec<T>::load(x + i, lanes...) : Vec<T>(0);
}

template <class T, bool rectified>
void plain_backward(std::int64_t n, const GatesBackward<T>& row) {
  const T *const h = row.h, *const dy = row.dy;
  T *const dh = row.dh, *const slopes = row.slopes;
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    const Vec<T> d = both(dh, dy, i, lanes...), v = Vec<T>::load(h + i, lanes...);
    Vec<T> s;
    if constexpr (rectified)
      s = where(v <= 0, Vec<T>(0), d);
    else
      s = d * (1 - v * v);
    s.store(slopes + i, lanes...);
  });
}

// The slopes stand as n, r, z, q: those of the products with the state side by side. dh keeps what goes past them.
template <class T>
void gru_backward(std::int64_t n, const GatesBackward<T>& row) {
  const T *const g = row.gates, *const before = row.h_before, *const dy = row.dy;
  T *const dh = row.dh, *const slopes = row.slopes;
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    const Vec<T> r = Vec<T>::load(g + i, lanes...), z = Vec<T>::load(g + n + i, lanes...), fresh = Vec<T>::load(g + 2 * n + i, lanes...),
                 q = Vec<T>::load(g + 3 * n + i, lanes...);
    const Vec<T> d = both(dh, dy, i, lanes...), by_n = d * (1 - z) * (1 - fresh * fresh);
    by_n.store(slopes + i, lanes...);
    (by_n * q * r * (1 - r)).store(slopes + n + i, lanes...);
    (d * (or_zero(before, i, lanes...) - fresh) * z * (1 - z)).store(slopes + 2 * n + i, lanes...);
    (by_n * r).store(slopes + 3 * n + i, lanes...);
    (d * z).store(dh + i, lanes...);
  });
}

template <class T>
void lstm_backward(std::int64_t n, const GatesBackward<T>& row) {
  const T *const g = row.gates, *const c = row.c, *const before = row.c_before, *const dy = row.dy;
  T *const dh = row.dh, *const dc = row.dc, *const slopes = row.slopes;
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    const Vec<T> in = Vec<T>::load(g + i, lanes...), forget = Vec<T>::load(g + n + i, lanes...),
                 fresh = Vec<T>::load(g + 2 * n + i, lanes...), out = Vec<T>::load(g + 3 * n + i, lanes...),
                 bent = tanh(Vec<T>::load(c + i, lanes...));
    const Vec<T> d = both(dh, dy, i, lanes...), cell = fma(d * out, 1 - bent * bent, Vec<T>::load(dc + i, lanes...));
    (cell * fresh * in * (1 - in)).store(slopes + i, lanes...);
    (cell * or_zero(before, i, lanes...) * forget * (1 - forget)).store(slopes + n + i, lanes...);
    (cell * in * (1 - fresh * fresh)).store(slopes + 2 * n + i, lanes...);
    (d * bent * out * (1 - out)).store(slopes + 3 * n + i, lanes...);
    (cell * forget).store(dc + i, lanes...);
  });
}

template <class T>
void output(std::int64_t n, const T* gate, const T* c, T* y) {
  for_batches<T>(n, [=](std::int64_t i, auto... lanes) {
    (Vec<T>::load(gate + i, lanes...) * tanh(Vec<T>::load(c + i, lanes...))).store(y + i, lanes...);
  });
}

// Row by row, so that memory is read from end to end; in f64, however many rows there are.
template <class T>
void add_to_sums(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t columns, double* sums) {
  constexpr std::int64_t w = Vec<T>::size;
  const std::int64_t whole = columns / w * w;
  for (std::int64_t row = 0; row < rows; ++row, x += stride) {
    for (std::int64_t i = 0; i < whole; i += w) {
      Wide<T> sum = Wide<T>::load(sums + i);
      sum.add(Vec<T>::load(x + i));
      sum.store(sums + i);
    }
    for (std::int64_t i = whole; i < columns; ++i) sums[i] += static_cast<double>(x[i]);
  }
}

template <class T>
constexpr RecurrentRows<T> rows_of{.panel = wide<T>,
                                   .pack = pack<T>,
                                   .multiply = multiply<T>,
                                   .forward = {plain_forward<T, false>, plain_forward<T, true>, gru_forward<T>, lstm_forward<T>},
                                   .backward = {plain_backward<T, false>, plain_backward<T, true>, gru_backward<T>, lstm_backward<T>},
                                   .output = output<T>,
                                   .add_to_sums = add_to_sums<T>};

}  // namespace

const RecurrentLoops& recurrent_loops() {
  static constexpr RecurrentLoops loops([]<class T>(T) { return rows_of<T>; });
  return loops;
}

}  // namespace gradus::kernels::GRADUS_SIMD_LEVEL
