// The patches of images as columns, and back: what convolution makes a product of. x [N, C, H, W] or [C, H, W].
//   unfold(x, 3, {.padding = 1})      [N, C·9, H·W]
#pragma once
#include <gradus/autograd/ops/pair.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

struct UnfoldOptions {
  Pair dilation = 1, padding = 0, stride = 1;
};
// [N, C·KH·KW, L], a column for each of the L places of the kernel (OH·OW, as conv2d has them), with zeros outside of the image (im2col).
// unfold(x, axis, size, step) of shape.h has windows along one axis. ShapeError, ValueError.
Tensor unfold(const Tensor& x, Pair kernel, const UnfoldOptions& options = {});
// The transpose: an image [N, C, output.h, output.w] to which columns add what unfold would have taken (col2im).
Tensor fold(const Tensor& x, Pair output, Pair kernel, const UnfoldOptions& options = {});

}  // namespace gradus
