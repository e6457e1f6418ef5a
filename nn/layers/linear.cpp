#include <gradus/nn/layers/linear.h>

#include <cmath>

#include <gradus/autograd/ops/matmul.h>
#include <gradus/nn/init/init.h>
#include <gradus/nn/model/call.h>

namespace gradus::nn {

Linear::Linear(std::int64_t in, std::int64_t out, const LinearOptions& options) {
  check<ValueError>(in >= 1 && out >= 1, "Linear: needs at least 1 input and 1 output feature, not ", in, " and ", out);
  check_options("Linear", options);
  Generator& generator = options.generator ? *options.generator : default_generator();
  weight = Parameter(Array({out, in}, options.dtype), "weight");
  init::kaiming_uniform(weight, {.a = std::sqrt(5.0)}, generator);
  if (!options.bias) return;
  const double bound = 1 / std::sqrt(static_cast<double>(in));
  bias = Parameter(Array({out}, options.dtype), "bias");
  init::uniform(bias, -bound, bound, generator);
}

Tensor Linear::operator()(const Tensor& x) const { return nn::call(*this, [&] { return linear(x, weight, bias); }, x); }

}  // namespace gradus::nn
