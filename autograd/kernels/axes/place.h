// Blocks of elements, of any dtype and strides, put into larger arrays, by long runs. Every `out` is contiguous and of x's dtype.
#pragma once
#include <cstdint>
#include <span>

#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// out[begin + i·step] = x[i] along `axis`, for all of x; the rest of `out` stays. step may be negative.
void place(const Array& x, Array& out, int axis, std::int64_t begin, std::int64_t step);

// x's elements, each to where `strides` lead from element `first` of `out` on. Not two to one place.
void place_strided(const Array& x, Array& out, std::int64_t first, const Shape& strides);
// The same, added to what is there; f32, f64 or i64.
void add_strided(const Array& x, Array& out, std::int64_t first, const Shape& strides);

// out[i, j, …] = x[sources[0][i], sources[1][j], …]: a list for each axis (i64, contiguous, in range).
Array grid(const Array& x, std::span<const Array> sources);

}  // namespace gradus::kernels
