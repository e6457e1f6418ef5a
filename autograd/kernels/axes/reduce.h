// Sums, largest elements and their indices over some of an array's dimensions, which keep size 1 in the result. Any strides.
// The work is cut by shape alone, so that results do not depend on the number of threads.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

using AxisSet = unsigned;   // bit i: dimension i is reduced
Shape with_ones(Shape shape, AxisSet axes);   // what is left of `shape`, the reduced dimensions kept with size 1

// f32 is added up in f64, in long sums four by four before that: the error stays below 1e-7 of the magnitudes' sum for any length, below
// 1.8e-7 (three roundings) where single elements outweigh all others. f16 and bf16 are added up as f32 is and rounded at the end; whole
// numbers and bool give i64.
Array sum(const Array& x, AxisSet axes);
Array mean(const Array& x, AxisSet axes);                     // f32 or f64; NaN for no elements

// NaN is larger than all numbers. No reduced dimension is empty.
Array max(const Array& x, AxisSet axes);
Array argmax(const Array& x, int axis);                       // i64; the first of several equal ones
// How the gradient of max is shared out: 1/k for the k elements of x that equal their maximum, 0 for the others. f32 or f64.
Array shares_of_max(const Array& x, const Array& max, AxisSet axes);

// The loops inside, compiled for each SIMD level.
template <class T>
struct ReduceRows {
  SumOf<T> (*sum)(const T* x, std::int64_t n);
  T (*max)(const T* x, std::int64_t n);   // n >= 1
  // sums[j] = Σ_r x[r·stride + j] for j < width <= max_width.
  void (*column_sums)(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, SumOf<T>* sums);
  // The same of rows <= few_rows, any width, in T.
  void (*few_column_sums)(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, T* sums);
  static constexpr std::int64_t max_width = 256, few_rows = 8;
};
using ReduceLoops = PerFloat<ReduceRows>;

const ReduceLoops& reduce_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
