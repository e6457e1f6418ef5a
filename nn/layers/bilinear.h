// Bilinear: Σ a[i]·weight[n, i, j]·b[j] + bias[n], of two inputs.
//   nn::Bilinear both{20, 30, 40};   Tensor y = both(a, b);          // [64, 20], [64, 30] → [64, 40]
#pragma once
#include <gradus/nn/layers/linear.h>

namespace gradus::nn {

class Bilinear {
 public:
  // Weight and bias are uniform in ±1/√in1 (PyTorch's default). ValueError unless all sizes are >= 1.
  Bilinear(std::int64_t in1, std::int64_t in2, std::int64_t out, const LinearOptions& options = {});
  Tensor operator()(const Tensor& a, const Tensor& b) const;   // [..., in1], [..., in2] → [..., out]

  Parameter weight;                                          // [out, in1, in2]
  Parameter bias;                                            // [out], or undefined
  using Fields = nn::Fields<&Bilinear::weight, &Bilinear::bias>;
};

}  // namespace gradus::nn
