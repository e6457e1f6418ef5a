#include <gradus/nn/layers/dropout.h>

#include <gradus/autograd/base/describe/option.h>
#include <gradus/autograd/ops/dropout.h>
#include <gradus/nn/model/call.h>

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

Tensor Dropout::operator()(const Tensor& x) const { return nn::call(*this, [&] { return drop("Dropout", dropout, x); }, x); }
Tensor Dropout1d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return drop("Dropout1d", dropout1d, x); }, x); }
Tensor Dropout2d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return drop("Dropout2d", dropout2d, x); }, x); }
Tensor Dropout3d::operator()(const Tensor& x) const { return nn::call(*this, [&] { return drop("Dropout3d", dropout3d, x); }, x); }
Tensor AlphaDropout::operator()(const Tensor& x) const {
  return nn::call(*this, [&] { return drop("AlphaDropout", alpha_dropout, x); }, x);
}
Tensor FeatureAlphaDropout::operator()(const Tensor& x) const {
  return nn::call(*this, [&] { return drop("FeatureAlphaDropout", feature_alpha_dropout, x); }, x);
}

}  // namespace gradus::nn
