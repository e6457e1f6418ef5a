// PReLU (He et al., 2015): x above 0 and a learned slope times x below, one for all or one for each channel.
//   nn::PReLU one;   nn::PReLU channels{32};   Tensor y = channels(x);          // x [64, 32, 28, 28]
#pragma once
#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/nn/model/fields.h>

namespace gradus::nn {

struct PReLUOptions {
  double init = 0.25;
  Dtype dtype = f32;
  void describe(Describe& is) const;
};

class PReLU {
 public:
  explicit PReLU(std::int64_t num_parameters = 1, const PReLUOptions& options = {});   // ValueError unless num_parameters >= 1
  Tensor operator()(const Tensor& x) const;                  // ShapeError unless dimension 1 has so many channels

  Parameter weight;                                          // [num_parameters]
  using Fields = nn::Fields<&PReLU::weight>;
};

}  // namespace gradus::nn
