// Images whose channels lie next to each other: an array [N, C, H, W] with the strides of a row-major [N, H, W, C]; so, too, sequences
// [N, C, L] and volumes [N, C, D, H, W]. The convolutions are fastest on it and give it back, so that what stands between them does well to
// keep it: elementwise work on the memory as it lies, work on channels as on the rows of pixel_rows().
#pragma once
#include <gradus/autograd/array/array.h>

namespace gradus::kernels {

// The axes of a channels-last array in the order in which they lie, {0, 2, 3, 1} of an image, and what undoes that permutation.
Shape pixels_first(int rank);
Shape channels_first(int rank);

// Whether a, of rank 3 to 5, lies like that without gaps. With one channel or one pixel a row-major array does too.
bool is_channels_last(const Array& a);

// The same, and not row-major: who keeps to a layout that he finds keeps to this one.
bool only_channels_last(const Array& a);

// Shape [N, C, ...], contents undefined.
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

// The memory of a channels-last array as a contiguous matrix [pixels, C].
Array pixel_rows(const Array& a);

}  // namespace gradus::kernels
