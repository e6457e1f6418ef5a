// RReLU (Xu et al., 2015): x above 0, and below it a slope times x that is drawn for each element from [lower, upper] in training, one
// thread at a time (GraphError); in evaluation it is (lower + upper)/2.
//   nn::RReLU leaky;   Tensor y = leaky(x);
#pragma once
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/tensor.h>
#include <gradus/nn/model/fields.h>
#include <gradus/nn/model/stream.h>

namespace gradus::nn {

class RReLU {
 public:
  // The stream hangs from `source`, as a dropout's does. ValueError unless lower <= upper.
  explicit RReLU(double lower = 1. / 8, double upper = 1. / 3, Generator& source = default_generator());
  Tensor operator()(const Tensor& x) const;

  bool training = true;
  Stream generator;                                          // where the slopes come from
  using Fields = nn::Fields<&RReLU::generator>;

 private:
  double lower_, upper_;
};

}  // namespace gradus::nn
