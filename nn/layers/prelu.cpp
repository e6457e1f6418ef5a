#include <gradus/nn/layers/prelu.h>

#include <gradus/autograd/ops/activation.h>
#include <gradus/nn/model/call.h>

namespace gradus::nn {

void PReLUOptions::describe(Describe& is) const {
  is(range::finite, init);
  is(range::one_of_first(computing_types), dtype);
}

PReLU::PReLU(std::int64_t num_parameters, const PReLUOptions& options) {
  check<ValueError>(num_parameters >= 1, "PReLU: needs at least 1 slope, not ", num_parameters);
  check_options("PReLU", options);
  weight = Parameter(Array::full({num_parameters}, options.init, options.dtype), "weight");
}

Tensor PReLU::operator()(const Tensor& x) const { return nn::call(*this, [&] { return prelu(x, weight); }, x); }

}  // namespace gradus::nn
