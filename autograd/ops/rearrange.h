// Elements in another order, repeated, and with something around them. Copies, along long runs. Any dtype. GraphError for an undefined
// tensor.
//   flip(images, 3);   roll(x, 1, 0);   repeat(x, {2, 1});   pad(image, {1, 1, 2, 2}, PadMode::reflect);
#pragma once
#include <initializer_list>
#include <span>

#include <gradus/autograd/array/axes.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

Tensor flip(const Tensor& x, const Axes& axes);                            // backwards along each of the axes; {}: all
Tensor fliplr(const Tensor& x);                                           // along axis 1
Tensor flipud(const Tensor& x);                                           // along axis 0
// Elements go `shifts` places on along the axes, and what leaves the end comes in at the beginning; without axes through all of x,
// row-major.
Tensor roll(const Tensor& x, std::int64_t shift);
Tensor roll(const Tensor& x, const Shape& shifts, const Axes& axes);
inline Tensor roll(const Tensor& x, std::int64_t shift, Axis axis) { return roll(x, Shape{shift}, Axes(axis.number)); }
Tensor rot90(const Tensor& x, std::int64_t times = 1, Axis from = 0, Axis to = 1);   // a quarter turn from axis `from` towards `to`

// x `repeats[i]` times along axis i; there may be new axes in front. tile() takes repeats for the last axes alone, too.
Tensor repeat(const Tensor& x, const Shape& repeats);
Tensor tile(const Tensor& x, const Shape& repeats);
// Each element so many times in a row, along an axis or of all of x, row-major; `repeats` of whole numbers says it for each index of the
// axis.
Tensor repeat_interleave(const Tensor& x, std::int64_t repeats);
Tensor repeat_interleave(const Tensor& x, std::int64_t repeats, Axis axis);
Tensor repeat_interleave(const Tensor& x, const Tensor& repeats);
Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, Axis axis);

// How many elements come before and after each of the last dimensions, the last one first, as in PyTorch: {left, right, top, bottom}. Less
// than none: they are cut off.
enum class PadMode {
  constant,    // `value`
  reflect,     // c b | a b c d | c b: less than the axis has
  replicate,   // a a | a b c d | d d
  circular,    // c d | a b c d | a b: at most what the axis has
};
Tensor pad(const Tensor& x, std::span<const std::int64_t> padding, PadMode mode = PadMode::constant, double value = 0);
inline Tensor pad(const Tensor& x, std::initializer_list<std::int64_t> padding, PadMode mode = PadMode::constant, double value = 0) {
  return pad(x, std::span(padding.begin(), padding.size()), mode, value);
}

}  // namespace gradus
