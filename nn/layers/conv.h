// Conv2d: cross-correlation of images with learned kernels.
//   nn::Conv2d conv{1, 32, {.kernel = 3, .padding = 1}};   Tensor y = conv(x);          // [64, 1, 28, 28] → [64, 32, 28, 28]
#pragma once
#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/nn/model/fields.h>

namespace gradus::nn {

struct Conv2dOptions {
  Pair kernel = 3, stride = 1, padding = 0, dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  Dtype dtype = f32;
  Generator* generator = nullptr;                            // of the initial values; null: default_generator()

  void describe(Describe& is) const {
    is(range::at_least_one, kernel, stride, dilation, groups);
    is(range::at_least_zero, padding);
    is(range::one_of_first(computing_types), dtype);
  }
};

class Conv2d {
 public:
  // Weight and bias are uniform in ±1/√(in / groups · kernel.h · kernel.w) (PyTorch's default). ValueError for an option out of its
  // range, and unless channels are >= 1 and groups divides both.
  Conv2d(std::int64_t in, std::int64_t out, const Conv2dOptions& options = {});
  Tensor operator()(const Tensor& x) const;                  // [N, in, H, W] → [N, out, OH, OW], or both without N: ops/conv.h

  Parameter weight;                                          // [out, in / groups, kernel.h, kernel.w]
  Parameter bias;                                            // [out], or undefined
  using Fields = nn::Fields<&Conv2d::weight, &Conv2d::bias>;

 private:
  ConvOptions options_;
};

}  // namespace gradus::nn
