// Dropout (Srivastava et al., 2014): in training each element is zeroed with probability p and the others are scaled by 1 / (1 − p); in
// evaluation x passes unchanged. The call is not const: it advances the layer's own stream of random numbers.
//   nn::Dropout drop{0.25};   Tensor y = drop(x);
#pragma once
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tensor.h>
#include <gradus/nn/fields.h>

namespace gradus::nn {

class Dropout {
 public:
  // The stream hangs from `source` (this thread's generator), so manual_seed() before the model is built fixes it. A copied layer
  // goes on from the same place. ValueError unless 0 <= p <= 1.
  explicit Dropout(double p = 0.5, Generator& source = default_generator());
  Tensor operator()(const Tensor& x);

  double p() const { return p_; }
  bool training = true;
  Generator generator;                                       // where the masks come from
  using Fields = nn::Fields<>;

 private:
  double p_;
};

}  // namespace gradus::nn
