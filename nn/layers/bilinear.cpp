#include <gradus/nn/layers/bilinear.h>

#include <cmath>

#include <gradus/autograd/ops/matmul.h>
#include <gradus/nn/init/init.h>
#include <gradus/nn/model/call.h>

namespace gradus::nn {

Bilinear::Bilinear(std::int64_t in1, std::int64_t in2, std::int64_t out, const LinearOptions& options) {
  check<ValueError>(in1 >= 1 && in2 >= 1 && out >= 1, "Bilinear: needs at least 1 feature of each input and of the output, not ", in1, ", ",
                    in2, " and ", out);
  check_options("Bilinear", options);
  Generator& generator = options.generator ? *options.generator : default_generator();
  const double bound = 1 / std::sqrt(static_cast<double>(in1));
  weight = Parameter(Array({out, in1, in2}, options.dtype), "weight");
  init::uniform(weight, -bound, bound, generator);
  if (!options.bias) return;
  bias = Parameter(Array({out}, options.dtype), "bias");
  init::uniform(bias, -bound, bound, generator);
}

Tensor Bilinear::operator()(const Tensor& a, const Tensor& b) const {
  return nn::call(*this, [&] { return bilinear(a, b, weight, bias); }, a, b);
}

}  // namespace gradus::nn
