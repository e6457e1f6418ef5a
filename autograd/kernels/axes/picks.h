// Blocks of an array at positions along some of its axes: x[:, rows, columns, :], and assigning to them. One index array for each of those
// axes (i64, contiguous, all of one shape), checked to be in range.
#pragma once
#include <cstdint>
#include <span>

#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

struct Picked {
  unsigned axes = 0;   // of the array, bit by bit
  int at = 0;          // the dimensions of the index stand before this one of the other dimensions
};

// shape's other dimensions, with those of the index among them.
Shape picked_shape(const Shape& shape, const Picked& picked, const Shape& index);

// Any strides and dtype; the result is contiguous.
Array take(const Array& x, const Picked& picked, std::span<const Array> index);

// values, in the shape that take() gives, are set, or added, where take() reads, in the order of the index: of several at one place the
// last one stays. out is contiguous; of any dtype to be set, f32, f64 or i64 to be added.
void put(Array& out, const Picked& picked, std::span<const Array> index, const Array& values, bool add);

// Whether each element of the index is the last one with its place (bool, in the index's shape); undefined if all places differ.
// shape: that of the array.
Array last_uses(const Shape& shape, const Picked& picked, std::span<const Array> index);

// The places of what is true in `truth` (bool, contiguous), counted row-major, ascending: i64 [n].
Array true_places(const Array& truth);

}  // namespace gradus::kernels
