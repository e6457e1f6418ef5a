#include <gradus/nn/layers/rrelu.h>

#include <gradus/autograd/ops/activation.h>
#include <gradus/nn/model/call.h>

namespace gradus::nn {
namespace {

Generator& checked_source(double lower, double upper, Generator& source) {
  check<ValueError>(lower <= upper, "RReLU: the lower bound ", lower, " is above the upper bound ", upper);
  return source;
}

}  // namespace

RReLU::RReLU(double lower, double upper, Generator& source)
    : generator(checked_source(lower, upper, source)), lower_(lower), upper_(upper) {}

Tensor RReLU::operator()(const Tensor& x) const {
  const auto run = [&]() -> Tensor {
    if (!training) return rrelu(x, lower_, upper_);
    const auto alone = generator.exclusive("RReLU");
    return rrelu(x, lower_, upper_, generator);
  };
  return nn::call(*this, run, x);
}

}  // namespace gradus::nn
