#include <gradus/autograd/kernels/sequences/recurrent.h>

#include <algorithm>

#include <gradus/autograd/kernels/axes/reduce_blocks.h>
#include <gradus/autograd/kernels/products/gemm_pack.h>
#include <gradus/autograd/kernels/products/gemm_tile.h>

namespace gradus::kernels::GRADUS_SIMD_LEVEL {
namespace {

// ---- products with panels, a tile wide

template <class T>
void pack_panels(const T* b, std::int64_t down, std::int64_t right, std::int64_t terms, std::int64_t columns, T* to) {
  pack<wide<T>>(Lines<T>{b, right, down}, columns, terms, to);
}

// So many terms at a time as a panel may have to stay in the first cache while rows pass it: from the second one it would come too slowly
// for each few rows anew.
template <class T>
constexpr std::int64_t most_terms = 32768 / (wide<T> * sizeof(T));

template <class T>
void multiply(const PanelProduct<T>& p) {
  const T* b = p.b;
  const std::int64_t parts = (p.terms + most_terms<T> - 1) / most_terms<T>, each = parts ? (p.terms + parts - 1) / parts : 1;
  for (std::int64_t column = 0; column < p.columns; column += wide<T>) {
    std::int64_t term = 0;
    do {
      const std::int64_t terms = std::min(each, p.terms - term);
      add_tiles({.rows = p.rows, .columns = std::min(wide<T>, p.columns - column), .terms = terms, .a = p.a + term,
                 .a_row = p.a_stride, .a_term = 1, .b = b, .b_term = wide<T>, .c = p.c + column, .c_stride = p.c_stride,
                 .bias = p.bias && term == 0 ? p.bias + column : nullptr, .from_c = p.accumulate || term > 0});
      term += terms, b += terms * wide<T>;
    } while (term < p.terms);
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
                                   .pack = pack_panels<T>,
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
