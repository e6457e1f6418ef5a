// Dropout (Srivastava et al., 2014): in training each element is zeroed with probability p and the others are scaled by 1 / (1 − p); in
// evaluation x passes unchanged. In training a call advances the layer's own stream of random numbers, one thread at a time (GraphError).
//   nn::Dropout drop{0.25};   Tensor y = drop(x);
#pragma once
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/tensor.h>
#include <gradus/nn/model/fields.h>
#include <gradus/nn/model/stream.h>

namespace gradus::nn {

class Dropout {
 public:
  // The stream hangs from `source` (this thread's generator), so manual_seed() before the model is built fixes it. A copied layer has a
  // stream of its own. ValueError unless 0 <= p <= 1.
  explicit Dropout(double p = 0.5, Generator& source = default_generator());
  Tensor operator()(const Tensor& x) const;

  double p() const { return p_; }
  bool training = true;
  Stream generator;                                          // where the masks come from
  using Fields = nn::Fields<&Dropout::generator>;

 private:
  double p_;
};

}  // namespace gradus::nn
