#include <gradus/nn/layers/dropout.h>

#include <gradus/autograd/base/describe/option.h>
#include <gradus/autograd/ops/dropout.h>

namespace gradus::nn {
namespace {

double probability(const char* name, double p) {
  check_range(name, "p", p, range::unit);
  return p;
}

}  // namespace

// p first: what is refused has drawn nothing from the source.
AnyDropout::AnyDropout(const char* name, double p, Generator& source) : generator((probability(name, p), source)), p_(p) {}

Tensor AnyDropout::drop(const char* name, Tensor (*f)(const Tensor&, double, Generator&), const Tensor& x) const {
  if (!training) return x;
  const auto alone = generator.exclusive(name);
  return f(x, p_, generator);
}

Tensor Dropout::operator()(const Tensor& x) const { return drop("Dropout", dropout, x); }
Tensor Dropout1d::operator()(const Tensor& x) const { return drop("Dropout1d", dropout1d, x); }
Tensor Dropout2d::operator()(const Tensor& x) const { return drop("Dropout2d", dropout2d, x); }
Tensor Dropout3d::operator()(const Tensor& x) const { return drop("Dropout3d", dropout3d, x); }
Tensor AlphaDropout::operator()(const Tensor& x) const { return drop("AlphaDropout", alpha_dropout, x); }
Tensor FeatureAlphaDropout::operator()(const Tensor& x) const { return drop("FeatureAlphaDropout", feature_alpha_dropout, x); }

}  // namespace gradus::nn
