// Attention without its matrix of weights: softmax(q·kᵀ·scale + mask)·v in tiles, with a running maximum and sum for each row (Dao et al.,
// "FlashAttention", 2022), so that memory is linear in both sequences, and backward draws every tile of weights anew from the logarithms
// of the sums.
#pragma once
#include <cstdint>
#include <optional>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>
#include <gradus/autograd/kernels/products/gemm.h>

namespace gradus::kernels {

// Shapes are known to fit: q [..., L, E], k [..., S, E], v [..., S, Ev], of one type, f32 or f64. Counted row-major, batch b of q goes with
// batch b / repeats of k and v. Results lie in memory in the order of what they belong to: of heads that are a view of [N, L, heads, E]
// they are such views, too, and nothing has to be put in order before or behind.
struct Attention {
  Array q, k, v;
  Array mask;  // undefined, or bool or of q's type, expanded to [..., L, S] with q's leading dimensions
  std::int64_t repeats = 1;
  double scale = 1;
  bool causal = false;  // row i sees columns 0 to i
  double dropout = 0;   // of the weights; drawn from (key, row, column) whenever it is needed
  std::uint64_t key = 0;
};

struct Attended {
  Array y, log_sums;  // [..., L, Ev]; [batches·L]: log Σ exp of each row of scores, ∞ where all is masked
};
Attended attention(const Attention& call);

struct AttentionGradients {
  Array q, k, v;  // undefined where not wanted: bits 0, 1, 2
};
AttentionGradients attention_backward(const Attention& call, const Attended& result, const Array& g, std::uint32_t wanted);

// What dropout multiplies the weights of so many rows with: [..., count, S], 0 or 1 / (1 − p).
Array attention_dropout(const Attention& call, std::int64_t first, std::int64_t count);

// c [rows, columns] = a·b (+ c) inside of a tile: a is [rows, terms], or the transpose of what lies there; b [terms, columns] has been laid
// out by `lay`. Where row r of the tile sees columns 0 to r + shift, half of it is left out: as columns of c (what is beyond them is any
// number, or as before), as terms of a row of c from 0 on, or up to the last.
enum class Reach { all, columns, terms_before, terms_after };
constexpr std::int64_t rows_together = 12;   // whose limits are one: a few more terms are read than the row sees, and they are zero
template <class T>
struct TileProduct {
  std::int64_t rows, columns, terms;
  const T* a;
  std::int64_t a_stride;
  bool a_transposed;
  const T* b;
  T* c;
  std::int64_t c_stride;
  bool accumulate;
  Reach reach;
  std::int64_t shift;
};
// Between rows of b as it is laid out: whole registers, and no power of two.
template <class T>
constexpr std::int64_t laid_stride(std::int64_t columns) {
  constexpr std::int64_t unit = 128 / sizeof(T);
  return (columns + unit - 1) / unit * unit + unit / 2;
}

// The loops inside, compiled for each SIMD level, on one row of a tile; bias may be null, and where it is −∞ nothing is seen of s.
template <class T>
struct AttentionRows {
  T (*largest)(T* s, std::int64_t n, const T* bias);   // of s ← s + bias
  // s ← exp(s − largest), where `largest` and `total` of the columns before are brought up to date by `here`, the largest of s, and so is
  // `out` (null: none yet), which is a sum of what has been weighed by exp(… − largest).
  void (*weigh)(T* s, std::int64_t n, T here, T& largest, double& total, T* out, std::int64_t width);
  void (*weights)(T* s, std::int64_t n, const T* bias, T log_sum);  // s ← exp(s + bias − log_sum)
  void (*slopes)(T* p, std::int64_t n, const T* dp, T delta, double scale);           // p ← p·(dp − delta)·scale
  void (*scaled)(const T* x, std::int64_t n, double factor, T* y);  // y = x·factor
  double (*product)(const T* x, const T* y, std::int64_t n);        // Σ x·y
  void (*lay)(const Matrix<T>& b, std::int64_t terms, std::int64_t columns, T* to);   // [terms, laid_stride(columns)], zeros behind
  void (*multiply)(const TileProduct<T>& p);
};
using AttentionLoops = PerFloat<AttentionRows>;

const AttentionLoops& attention_loops();  // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
