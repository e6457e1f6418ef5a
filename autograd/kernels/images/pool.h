// Pooling over windows of images: x [n, c, h.in, w.in] → y [n, c, h.out, w.out], or of volumes [n, c, d.in, h.in, w.in], f32 or f64; both
// lie row-major, or both channels-last (channels_last.h), as the shape says.
#pragma once
#include <algorithm>
#include <vector>

#include <gradus/autograd/array/array.h>
#include <gradus/autograd/array/internal/per_type.h>

namespace gradus::kernels {

// One of the directions. The window of output o covers the inputs [begin(o), end(o)), every `dilation`-th of them; padding is never part of
// it.
struct PoolAxis {
  std::int64_t in = 1, out = 1;
  std::int64_t kernel = 1;   // 0: adaptive, `out` windows that cover the inputs evenly
  std::int64_t stride = 1, padding = 0, dilation = 1;
  bool adaptive() const { return kernel == 0; }
  std::int64_t corner(std::int64_t o) const { return o * stride - padding; }   // may lie before the image
  std::int64_t begin(std::int64_t o) const { return adaptive() ? o * in / out : std::max<std::int64_t>(0, corner(o)); }
  std::int64_t end(std::int64_t o) const {
    return adaptive() ? ((o + 1) * in + out - 1) / out : std::min(in, corner(o) + kernel);
  }
  // The first place of the kernel that is inside the image.
  std::int64_t first(std::int64_t corner) const { return corner >= 0 ? 0 : (dilation - 1 - corner) / dilation; }
};

struct PoolShape {
  std::int64_t n, c;
  PoolAxis h, w, d = {};
  bool volumes = false;
  bool count_padding = false;   // averages: divide by the whole kernel, not by the part inside the image
  std::int64_t divisor = 0;     // ... or by this, unless 0
  bool channels_last = false;
  Shape x() const { return images(&PoolAxis::in); }
  Shape y() const { return images(&PoolAxis::out); }
  std::int64_t x_pixels() const { return d.in * h.in * w.in; }
  std::int64_t y_pixels() const { return d.out * h.out * w.out; }
  std::int64_t places() const { return d.kernel * h.kernel * w.kernel; }

 private:
  Shape images(std::int64_t PoolAxis::*size) const {
    if (volumes) return {n, c, d.*size, h.*size, w.*size};
    return {n, c, h.*size, w.*size};
  }
};

// The largest of each window; NaN beats all. Where `winner` is given it becomes, in y's shape and layout, the place of the largest (the
// first, if several are equal) in the kernel, (slice · h.kernel + row) · w.kernel + column: u8, or i64 for kernels of more than 256 places.
Array max_pool(const PoolShape& shape, const Array& x, Array* winner);
// y's elements added to zeros of x's shape at the winners' places, and the way back: x's elements at these places.
Array pool_scatter(const PoolShape& shape, const Array& y, const Array& winner);
Array pool_gather(const PoolShape& shape, const Array& x, const Array& winner);
// Where the winners are, i64 in y's shape and layout: (slice · h.in + row) · w.in + column of x.
Array pool_places(const PoolShape& shape, const Array& winner);

// One place of the kernel for n windows side by side: where x is larger than `best`, or NaN, best becomes x and winner becomes `place`.
// Compiled for each SIMD level.
template <class T>
using MaxStep = void (*)(const T* x, std::int64_t n, std::int64_t place, T* best, T* winner);
using MaxSteps = PerFloat<MaxStep>;
const MaxSteps& max_steps();   // of the best instruction-set level that this machine has

// The mean of each window, and its transpose: each element of y spread evenly over its window.
Array average_pool(const PoolShape& shape, const Array& x);
Array average_pool_transposed(const PoolShape& shape, const Array& y);

// Windows of any size along one axis, those of one plane or of all.
struct Windows {
  std::vector<std::int64_t> begin, end;   // [planes or 1, out]
  std::int64_t out = 0;
  bool each_plane = false;
  std::int64_t at(std::int64_t plane, std::int64_t o) const { return each_plane ? plane * out + o : o; }
};
// The largest of each window of x [planes, d · h · w], contiguous, and where it is in its plane (i64): [planes, d.out · h.out · w.out]. The
// first of several equal ones; NaN beats all.
struct Maxima { Array values, places; };
Maxima max_of_windows(const Array& x, std::int64_t height, std::int64_t width, const Windows& d, const Windows& h, const Windows& w);

}  // namespace gradus::kernels
