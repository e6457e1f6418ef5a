// Images whose channels lie next to each other: an array [N, C, H, W] with the strides of a row-major [N, H, W, C]. The convolutions are
// fastest on it and give it back, so that what stands between them does well to keep it: elementwise work on the memory as it lies,
// work on channels as on the rows of pixel_rows().
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// Whether a, of rank 4, lies like that without gaps. With one channel or one pixel a row-major array does too.
bool is_channels_last(const Array& a);

// The same, and not row-major: who keeps to a layout that he finds keeps to this one.
bool only_channels_last(const Array& a);

// Shape [N, C, H, W], contents undefined.
Array empty_channels_last(const Shape& shape, Dtype dtype);

// a, copied unless it is channels-last.
Array channels_last(const Array& a);

// For those who work on either layout: a, copied to row-major unless it is row-major or channels-last.
Array either_layout(const Array& a);

// The layout of results: channels-last if `model` is only that, else row-major. Whether `a`, of model's shape, lies so; a, copied
// unless it does; a new array of model's shape and dtype, contents undefined.
bool lies_as(const Array& a, const Array& model);
Array laid_out_as(const Array& a, const Array& model);
Array empty_as(const Array& model);

// The memory of a channels-last array as a contiguous matrix [N·H·W, C].
Array pixel_rows(const Array& a);

}  // namespace gradus::kernels
