// Linear: x·weightᵀ + bias, a fully connected layer.
//   nn::Linear fc{784, 256};   Tensor y = fc(x);          // [64, 784] → [64, 256]
#pragma once
#include <gradus/autograd/base/describe/options.h>
#include <gradus/autograd/base/random.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/nn/model/fields.h>

namespace gradus::nn {

struct LinearOptions {
  bool bias = true;
  Dtype dtype = f32;
  Generator* generator = nullptr;                            // of the initial values; null: default_generator()

  void describe(Describe& is) const { is(range::one_of_first(computing_types), dtype); }
};

class Linear {
 public:
  // Weight and bias are uniform in ±1/√in (PyTorch's default). ValueError unless in, out >= 1, DtypeError
  // unless the dtype is f32 or f64.
  Linear(std::int64_t in, std::int64_t out, const LinearOptions& options = {});
  Tensor operator()(const Tensor& x) const;                  // [..., in] → [..., out]

  Parameter weight;                                          // [out, in]
  Parameter bias;                                            // [out], or undefined
  using Fields = nn::Fields<&Linear::weight, &Linear::bias>;
};

}  // namespace gradus::nn
