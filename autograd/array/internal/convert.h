// Rows of elements from one type to another: whole numbers cut the fraction off, bool asks whether it is not zero, floating types round to
// nearest even.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/internal/per_type.h>

namespace gradus {

// to[i·to_stride] = from[i·from_stride] for i < n; strides in elements.
using ConvertRow = void (*)(const void* from, std::int64_t from_stride, void* to, std::int64_t to_stride, std::int64_t n);
ConvertRow convert_row(Dtype from, Dtype to);

namespace kernels {

// The loops between a small float and float, compiled for each SIMD level. add: y = a + b, rounded; y may be a or b.
template <class T>
struct SmallFloatRows {
  void (*widen)(const T* x, std::int64_t n, float* y);
  void (*round)(const float* x, std::int64_t n, T* y);
  void (*add)(const T* a, const T* b, std::int64_t n, T* y);
};
using SmallFloatLoops = PerSmallFloat<SmallFloatRows>;
const SmallFloatLoops& small_float_loops();   // of the best instruction-set level that this machine has

}  // namespace kernels
}  // namespace gradus
