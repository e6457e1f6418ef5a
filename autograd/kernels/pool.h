// Pooling over windows of images: x [n, c, h.in, w.in] → y [n, c, h.out, w.out], contiguous arrays, f32 or f64. All cores share the n·c
// planes.
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// One of the two directions. The window of output o covers the inputs [begin(o), end(o)); padding is never part of it.
struct PoolAxis {
  std::int64_t in, out, kernel, stride, padding;   // kernel 0: adaptive, `out` windows that cover the inputs evenly
  bool adaptive() const { return kernel == 0; }
  std::int64_t begin(std::int64_t o) const { return adaptive() ? o * in / out : std::max<std::int64_t>(0, o * stride - padding); }
  std::int64_t end(std::int64_t o) const { return adaptive() ? ((o + 1) * in + out - 1) / out : std::min(in, o * stride - padding + kernel); }
};

struct PoolShape {
  std::int64_t n, c;
  PoolAxis h, w;
  bool count_padding = false;   // averages: divide by the whole kernel, not by the part inside the image
  Shape x() const { return {n, c, h.in, w.in}; }
  Shape y() const { return {n, c, h.out, w.out}; }
};

// The largest of each window; NaN beats all. Where `index` is given it becomes the place of the winner (the first, if several are equal)
// within its plane [h.in · w.in], i64 in y's shape.
Array max_pool(const PoolShape& shape, const Array& x, Array* index);
// y's elements added to zeros of x's shape at the places in `index`, and the way back: x's elements at these places.
Array pool_scatter(const PoolShape& shape, const Array& y, const Array& index);
Array pool_gather(const PoolShape& shape, const Array& x, const Array& index);

// The mean of each window, and its transpose: each element of y spread evenly over its window.
Array average_pool(const PoolShape& shape, const Array& x);
Array average_pool_transposed(const PoolShape& shape, const Array& y);

}  // namespace gradus::kernels
