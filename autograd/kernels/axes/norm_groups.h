// Normalisation of groups of numbers that lie side by side: layer, group, instance and RMS norm in one pass over memory, forward and
// backward. Everything contiguous, in one type, f32 or f64.
#pragma once
#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

// x is [rows, channels, length]: a row is what has a mean and a variance of its own; row r has the weights and biases from
// (r % groups)·channels on, one a channel.
struct Groups {
  std::int64_t rows, groups, channels, length;
  bool centered;  // whether the mean is taken off (RMS norm: no, and the mean of squares takes the place of the variance)
  std::int64_t width() const { return channels * length; }
};

struct GroupsNormed {
  Array y, mean, inverse;  // statistics f64 [rows]: inverse = 1 / √(var + eps)
};
// y = (x − mean)·inverse·weight + bias, in x's shape; weight and bias may be undefined.
GroupsNormed norm_groups(const Array& x, const Groups& form, const Array& weight, const Array& bias, double eps);

// The gradients by x, weight and bias, those that are wanted: bits 0, 1, 2. Of weight and bias as [groups·channels].
struct GroupsGradients {
  Array x, weight, bias;
};
GroupsGradients norm_groups_backward(const Array& g, const Array& x, const Groups& form, const Array& weight, const Array& mean,
                                     const Array& inverse, std::uint32_t wanted);

// The loops inside, compiled for each SIMD level, over rows of n numbers with a weight each (null: none).
template <class T>
struct NormGroupRows {
  void (*forward)(const T* x, std::int64_t rows, std::int64_t n, const T* weight, const T* bias, double eps, bool centered, T* y,
                  double* mean, double* inverse, bool past_caches);
  // The same of rows [channels, length] with a weight for each channel: row r has those from (r % groups)·channels on.
  void (*forward_channels)(const T* x, std::int64_t begin, std::int64_t end, const Groups& form, const T* weight, const T* bias, double eps,
                           T* y, double* mean, double* inverse, bool past_caches);
  // dx = null: not wanted. room = null: no sums are wanted; else room for 2n numbers, and what rows add to the gradients of weight
  // and bias is added to sums [2, n].
  void (*backward)(const T* g, const T* x, std::int64_t rows, std::int64_t n, const T* weight, const double* mean, const double* inverse,
                   bool centered, T* dx, T* room, double* sums, bool past_caches);
};
using NormGroupLoops = PerFloat<NormGroupRows>;

const NormGroupLoops& norm_group_loops();  // of the best instruction-set level that this machine has

}  // namespace gradus::kernels
