// Loops that move whole elements of any dtype: picking by index, adding back at an index, and placing a block inside a larger one.
// An array is seen as [outer, n, inner] around one axis (cut.h); every array argument is contiguous, every index has been checked.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// The first index outside [0, n), as its place in the array; -1 when all are inside.
std::int64_t first_outside(const Array& index, std::int64_t n);

// out[o, i, j] = x[o, index[o, i, j], j]; index (i64) and the result [outer, m, inner].
Array gather(const Array& x, int axis, const Array& index);
// out[o, index[o, i, j], j] += x[o, i, j]; x and index [outer, m, inner], the result (zeros at first) [outer, n, inner]; floating.
Array scatter_add(const Array& x, int axis, const Array& index, const Shape& shape);

// out[o, begin + i·step, j] = x[o, i, j] for all of x; the rest of `out` stays. One dtype.
void place(const Array& x, Array& out, int axis, std::int64_t begin, std::int64_t step);

}  // namespace gradus::kernels
