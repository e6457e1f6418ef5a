// Sums, products, smallest and largest elements over some of an array's dimensions, which keep size 1 in the result. Any strides.
// The work is cut by shape alone, so that results do not depend on the number of threads.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>
#include <gradus/autograd/kernels/axes/run.h>

namespace gradus::kernels {

// What is added up: x, |x|, x², or x with 0 in the place of NaN.
enum class Summand : std::uint8_t { itself, absolute, squared, number };
enum class Extreme : std::uint8_t { smallest, largest };

// f32 is added up in f64, in long sums four by four before that: the error stays below 1e-7 of the magnitudes' sum for any length, below
// 1.8e-7 (three roundings) where single elements outweigh all others. f16 and bf16 are added up as f32 is and rounded at the end; whole
// numbers and bool give i64.
Array sum(const Array& x, AxisSet axes, Summand summand = Summand::itself);
Array mean(const Array& x, AxisSet axes);                     // f32 or f64; NaN for no elements
// Multiplied in f64 (f16, bf16 as f32; whole numbers and bool in i64); 1 for no elements.
Array prod(const Array& x, AxisSet axes);
// At each element g times the product of all others that it is multiplied with: no division, so zeros are no exception. f32 or f64; g has
// the product's shape, with or without the reduced axes.
Array prod_backward(const Array& x, AxisSet axes, const Array& g);

// NaN is smaller and larger than all numbers. No reduced dimension is empty.
Array extreme(const Array& x, AxisSet axes, Extreme which);
inline Array max(const Array& x, AxisSet axes) { return extreme(x, axes, Extreme::largest); }
// With the index (i64) of the first of several equal ones, counted row-major through the reduced axes.
struct Extremes {
  Array values, indices;
};
Extremes extreme_at(const Array& x, AxisSet axes, Extreme which);
// How the gradient of an extreme is shared out: 1/k for the k elements of x that equal it, 0 for the others. Where it is NaN: NaN for all,
// or 1/k for the k NaN. f32 or f64.
Array shares_of_extreme(const Array& x, const Array& extreme, AxisSet axes, bool nan_shares);

// log Σ exp(x), shifted by the largest element; −∞ for no elements. f32 or f64.
Array logsumexp(const Array& x, AxisSet axes);

// Mean and Σ (x − mean)² / max(0, n − correction), by the formula of Chan, Golub and LeVeque (1979) (norm.h). f32 or f64; of f32 for a root
// the variance is f64 where f32 does not hold it.
struct Spread {
  Array variance, mean;
};
Spread variance(const Array& x, AxisSet axes, double correction, bool for_root);

// The loops inside, compiled for each SIMD level.
template <class T>
struct RowSums {
  SumOf<T> (*row)(const T* x, std::int64_t n);
  // sums[j] = Σ_r x[r·stride + j] for j < width <= max_width.
  void (*columns)(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, SumOf<T>* sums);
};
template <class T>
struct RowExtremes {
  T (*row)(const T* x, std::int64_t n);   // n >= 1
  // best[j] = the extreme of x[r·stride + j] over r < rows, rows >= 1
  void (*columns)(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, T* best);
  // The same and at which r, counted in T.
  void (*columns_at)(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, T* best, T* at);
};
template <class T>
struct ReduceRows {
  SumOf<T> (*sum)(const T* x, std::int64_t n);
  T (*max)(const T* x, std::int64_t n);   // n >= 1
  void (*column_sums)(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, SumOf<T>* sums);
  // The same of rows <= few_rows, any width, in T.
  void (*few_column_sums)(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, T* sums);
  RowSums<T> of[4];                       // by Summand
  RowSums<T> product;                     // products in their place
  // out[i] = factor · Π_{k ≠ i} x[k]; `room` has n elements and a register more.
  void (*others)(const T* x, std::int64_t n, SumOf<T> factor, SumOf<T>* room, T* out);
  RowExtremes<T> extremes[2];             // by Extreme
  // The first i < n with x[i] = value, or NaN if that is NaN; n if there is none.
  std::int64_t (*find)(const T* x, std::int64_t n, T value);
  // sums[j] = Σ_r exp(x[r·stride + j] − top[j])
  void (*column_exp_sums)(const T* x, std::int64_t rows, std::int64_t stride, std::int64_t width, const T* top, SumOf<T>* sums);
  static constexpr std::int64_t max_width = 256, few_rows = 8;
};
using ReduceLoops = PerFloat<ReduceRows>;

const ReduceLoops& reduce_loops();   // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
