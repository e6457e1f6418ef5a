// Recurrent layers, one direction of one layer: the products with all inputs at once, then step by step one product with the state and one
// pass over the gates; backward the same the other way round, and each weight's gradient is one product over all steps.
//
// Sequences are packed: rows of `x` step after step, at step t those of the first counts[t] samples, which never become more. A sample's
// rows do not depend on who else is in the batch, nor on the number of threads: each thread walks some samples through all steps.
#pragma once
#include <cstdint>
#include <vector>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

enum class Cell { tanh, relu, gru, lstm };

// Shapes are known to fit, with G = 1, 3 (GRU: r, z, n) or 4 (LSTM: i, f, g, o): x [rows, I], h0 [N, P], c0 [N, H] (undefined: zeros),
// weight_ih [G·H, I], weight_hh [G·H, P], biases [G·H] (undefined: none), weight_hr [P, H] of a projected LSTM, otherwise P = H.
struct Recurrence {
  Cell cell;
  bool reverse;
  std::int64_t samples;
  std::vector<std::int64_t> counts;
  Array x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh, weight_hr;
};

struct Recurred {
  Array y, h, c;       // [rows, P]; [N, P] and [N, H] after each sample's last step
  Array gates, cells;  // what backward needs, if it was asked for: [rows, G'·H], [rows, H]
};
Recurred recur(const Recurrence& call, bool keeps);

struct RecurrenceSlopes {
  Array y, h, c;  // of the results; undefined: zero
};
struct RecurrenceGradients {
  Array x, h0, c0, weight_ih, weight_hh, bias, bias_hh, weight_hr;  // bias_hh: of a GRU, the others' is that of bias_ih
};
// wanted: bits of x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh, weight_hr.
RecurrenceGradients recur_backward(const Recurrence& call, const Recurred& result, const RecurrenceSlopes& slopes, std::uint32_t wanted);

// The loops inside, compiled for each SIMD level.
// c [rows, columns] = a [rows, terms] · b, b in panels (pack).
template <class T>
struct PanelProduct {
  const T* a;
  std::int64_t a_stride, rows, terms;
  const T* b;
  std::int64_t columns;
  T* c;
  std::int64_t c_stride;
  const T* bias;  // or null
  bool accumulate;
};
// One row of one step. `h` is the state that the next step sees, y the same in the result (or null).
template <class T>
struct GatesForward {
  T *gates, *c, *kept_c, *h, *y;
};
template <class T>
struct GatesBackward {
  const T *gates, *c, *c_before, *h, *h_before, *dy;  // the last may be null, c_before and h_before where they were zero
  T *dh, *dc, *slopes;
};
template <class T>
struct RecurrentRows {
  std::int64_t panel;  // columns of a panel
  // Panels of b, whose element (term, column) stands at b[term · down + column · right].
  void (*pack)(const T* b, std::int64_t down, std::int64_t right, std::int64_t terms, std::int64_t columns, T* to);
  void (*multiply)(const PanelProduct<T>& product);
  void (*forward[4])(std::int64_t n, const GatesForward<T>& row);
  void (*backward[4])(std::int64_t n, const GatesBackward<T>& row);
  void (*output)(std::int64_t n, const T* gate, const T* c, T* y);                                              // y = gate·tanh(c)
  void (*add_to_sums)(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t columns, double* sums);  // of columns
};
using RecurrentLoops = PerFloat<RecurrentRows>;

const RecurrentLoops& recurrent_loops();  // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
