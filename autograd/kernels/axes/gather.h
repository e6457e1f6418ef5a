// Elements picked along one axis by an index for each, and put back: out[…, index[…, i, …], …] and out[…, i, …]. The index may be smaller
// than the array that it points into, in every dimension. Any strides.
#pragma once
#include <cstdint>

#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// The first index (i64, contiguous) outside [low, n), as its place in the array; -1 when all are inside.
std::int64_t first_outside(const Array& index, std::int64_t n, std::int64_t low = 0);

// out[o, i, j] = x[o, index[o, i, j], j], contiguous, in the shape of the index (i64); any dtype. Undefined if an index is outside.
Array gather(const Array& x, int axis, const Array& index);

// What becomes of the element v of `out` and an element x that comes to its place.
enum class Scatter { set, add, multiply, maximum, minimum };   // maximum and minimum: NaN wins

// out[o, index[o, i, j], j] ← x[o, i, j] for all of the index, in the order of i; x, of out's dtype, is at least as large as the index. Of
// any dtype for `set`, f32, f64 or i64 for the others. False if an index is outside; then out is worth nothing any more.
bool scatter(Scatter how, Array& out, int axis, const Array& index, const Array& x);

// How many elements of the index, which are all inside, point to the same element of an array of `shape` before this one does: i64, in the
// index's shape.
Array uses_before(const Array& index, int axis, const Shape& shape);

}  // namespace gradus::kernels
