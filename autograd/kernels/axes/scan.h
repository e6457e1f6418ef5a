// Running sums, products, extremes and their like along one axis: y[i] is made of x[0], …, x[i], or in reverse of x[i], …, x[n − 1].
// Any strides; the work is cut by shape alone.
#pragma once
#include <gradus/autograd/kernels/axes/reduce.h>

namespace gradus::kernels {

enum class Scan : std::uint8_t { sum, product };

// f32 in f64, f16 and bf16 in f32, rounded at the end; whole numbers and bool give i64.
Array scan(const Array& x, int axis, Scan what, bool reverse = false);
// The gradient by x from that by the running products y: no division, so zeros are no exception. f32 or f64.
Array running_product_backward(const Array& x, const Array& y, const Array& g, int axis);
// The last one of several equal ones; NaN stays, at the last NaN.
Extremes running_extreme(const Array& x, int axis, Extreme which);
// log Σ exp(x[j]) over j <= i; f32 or f64.
Array running_logsumexp(const Array& x, int axis);
// s[i] = a[i]·s[i − 1] + b[i], or in reverse a[i]·s[i + 1] + b[i], from s = 0; a and b have one shape; f32 or f64.
Array linear_scan(const Array& a, const Array& b, int axis, bool reverse);

// The loops inside, compiled for each SIMD level.
template <class T>
struct ScanLoops {
  // Rows of n one after the other, in reverse: from their ends. before[r], where it is given, is what comes before row r.
  void (*rows)(const T* x, std::int64_t rows, std::int64_t n, bool reverse, const SumOf<T>* before, T* y);
  // The same for columns side by side, stride from row to row (negative in reverse); width <= ReduceRows<T>::max_width.
  void (*columns)(const T* x, std::int64_t n, std::int64_t stride, std::int64_t width, T* y);
};
template <class T>
struct ScanRows {
  ScanLoops<T> of[2];   // by Scan
  void (*linear)(const T* a, const T* b, std::int64_t n, std::int64_t stride, std::int64_t width, T* s);
};
using ScanTable = PerFloat<ScanRows>;

const ScanTable& scan_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
