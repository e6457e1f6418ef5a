// Convolution over sequences [N, C, L], images [N, C, H, W] and volumes [N, C, D, H, W], or over one of them, without N; and its transpose.
// f32 or f64. (Cross-correlation, as everywhere in deep learning.)
//   conv1d(x, weight, bias, {.padding = 2, .dilation = 2});   conv_transpose2d(x, weight, {}, {.stride = 2, .padding = 1});
#pragma once
#include <gradus/autograd/ops/pair.h>
#include <gradus/autograd/tape/tensor.h>

namespace gradus {

struct ConvOptions1d {
  std::int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
  bool same = false;             // as much padding (at the end one more, if it is odd) as leaves the size as it is; stride must be 1
};
struct ConvOptions {
  Pair stride = 1, padding = 0, dilation = 1;
  std::int64_t groups = 1;
  bool same = false;
};
struct ConvOptions3d {
  Triple stride = 1, padding = 0, dilation = 1;
  std::int64_t groups = 1;
  bool same = false;
};
// weight [F, C / groups, KH, KW], bias [F] or undefined → [N, F, OH, OW], OH = ⌊(H + 2·padding − dilation·(KH − 1) − 1) / stride⌋ + 1; of
// sequences [F, C / groups, K], of volumes [F, C / groups, KD, KH, KW]. ShapeError, DtypeError, ValueError.
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const ConvOptions1d& options = {});
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const ConvOptions& options = {});
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const ConvOptions3d& options = {});

struct ConvTransposeOptions1d {
  std::int64_t stride = 1, padding = 0, output_padding = 0, groups = 1, dilation = 1;
};
struct ConvTransposeOptions {
  Pair stride = 1, padding = 0, output_padding = 0;
  std::int64_t groups = 1;
  Pair dilation = 1;
};
struct ConvTransposeOptions3d {
  Triple stride = 1, padding = 0, output_padding = 0;
  std::int64_t groups = 1;
  Triple dilation = 1;
};
// The gradient of a convolution by its input: weight [C, F / groups, KH, KW], bias [F] or undefined → [N, F, OH, OW], where OH =
// (H − 1)·stride − 2·padding + dilation·(KH − 1) + output_padding + 1, one of the sizes that such a convolution would make H.
// output_padding is less than stride or dilation.
Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const ConvTransposeOptions1d& options = {});
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const ConvTransposeOptions& options = {});
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const ConvTransposeOptions3d& options = {});

}  // namespace gradus
