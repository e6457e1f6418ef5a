// softmax and its logarithm along one axis. An array is [outer, n, inner], n the classes; contiguous;
// f32 or f64. Every row is shifted by its largest element, so that nothing overflows; a NaN makes its row NaN.
#pragma once
#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

Array softmax(const Array& x, int axis, bool logarithm);
// The gradient by x from that by the result y: y·(g − Σ g·y), or g − exp(y)·Σ g for the logarithm.
Array softmax_backward(const Array& y, const Array& g, int axis, bool logarithm);

// The loops inside, compiled for each SIMD level.
template <class T>
struct SoftmaxRows {
  void (*forward)(const T* x, std::int64_t rows, std::int64_t n, bool logarithm, T* y);
  void (*backward)(const T* y, const T* g, std::int64_t rows, std::int64_t n, bool logarithm, T* dx, bool past_caches);
  // Row r of a column is x[r·inner + j]; j < width <= max_width columns side by side.
  // room: for n·width numbers, or null.
  void (*forward_columns)(const T* x, std::int64_t n, std::int64_t inner, std::int64_t width, bool logarithm, T* y, T* room,
                          bool past_caches);
  void (*backward_columns)(const T* y, const T* g, std::int64_t n, std::int64_t inner, std::int64_t width, bool logarithm, T* dx,
                           bool past_caches);
  // For cross-entropy of logits: largest = max x, log_sum = log Σ exp(x − largest)
  void (*log_sum)(const T* x, std::int64_t n, T& largest, T& log_sum);
  // dx = (exp(x − largest − log_sum) − less)·factor
  void (*distance)(const T* x, std::int64_t n, T largest, T log_sum, T less, T factor, T* dx);
  static constexpr std::int64_t max_width = 1024;
};
using SoftmaxLoops = PerFloat<SoftmaxRows>;

const SoftmaxLoops& softmax_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
