// Pooling over windows of images: x [n, c, h.in, w.in] → y [n, c, h.out, w.out], f32 or f64; both lie row-major, or both channels-last
// (channels_last.h), as the shape says.
#pragma once
#include <algorithm>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

// One of the two directions. The window of output o covers the inputs [begin(o), end(o)); padding is never part of it.
struct PoolAxis {
  std::int64_t in, out, kernel, stride, padding;   // kernel 0: adaptive, `out` windows that cover the inputs evenly
  bool adaptive() const { return kernel == 0; }
  std::int64_t begin(std::int64_t o) const { return adaptive() ? o * in / out : std::max<std::int64_t>(0, o * stride - padding); }
  std::int64_t end(std::int64_t o) const {
    return adaptive() ? ((o + 1) * in + out - 1) / out : std::min(in, o * stride - padding + kernel);
  }
};

struct PoolShape {
  std::int64_t n, c;
  PoolAxis h, w;
  bool count_padding = false;   // averages: divide by the whole kernel, not by the part inside the image
  bool channels_last = false;
  Shape x() const { return {n, c, h.in, w.in}; }
  Shape y() const { return {n, c, h.out, w.out}; }
};

// The largest of each window; NaN beats all. Where `winner` is given it becomes, in y's shape and layout, the place of the largest (the
// first, if several are equal) in the kernel, row · w.kernel + column: u8, or i64 for kernels of more than 256 places.
Array max_pool(const PoolShape& shape, const Array& x, Array* winner);
// y's elements added to zeros of x's shape at the winners' places, and the way back: x's elements at these places.
Array pool_scatter(const PoolShape& shape, const Array& y, const Array& winner);
Array pool_gather(const PoolShape& shape, const Array& x, const Array& winner);

// One place of the kernel for n windows side by side: where x is larger than `best`, or NaN, best becomes x and winner becomes `place`.
// Compiled for each SIMD level.
template <class T>
using MaxStep = void (*)(const T* x, std::int64_t n, std::int64_t place, T* best, T* winner);
using MaxSteps = PerFloat<MaxStep>;
const MaxSteps& max_steps();   // of the best instruction-set level that this machine has

// The mean of each window, and its transpose: each element of y spread evenly over its window.
Array average_pool(const PoolShape& shape, const Array& x);
Array average_pool_transposed(const PoolShape& shape, const Array& y);

}  // namespace gradus::kernels
