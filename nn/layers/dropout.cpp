#include <gradus/nn/layers/dropout.h>

#include <gradus/autograd/base/describe/option.h>
#include <gradus/autograd/ops/dropout.h>

namespace gradus::nn {
namespace {

double probability(double p) {
  check_range("Dropout", "p", p, range::unit);
  return p;
}

}  // namespace

// p first: what is refused has drawn nothing from the source.
Dropout::Dropout(double p, Generator& source) : generator((probability(p), source)), p_(p) {}

Tensor Dropout::operator()(const Tensor& x) const {
  if (!training) return x;
  const auto alone = generator.exclusive("Dropout");
  return dropout(x, p_, generator);
}

}  // namespace gradus::nn
