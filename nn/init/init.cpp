#include <gradus/nn/init/init.h>

#include <cmath>

#include <gradus/autograd/creation.h>
#include <gradus/nn/init/internal/defined.h>

namespace gradus::nn::init {
namespace {

using detail::check_defined;

double kaiming_deviation(const Parameter& weight, const KaimingOptions& options, const char* what) {
  check_defined(weight, what);
  const Fans f = fans(weight.shape());
  const double fan = static_cast<double>(options.mode == Fan::in ? f.in : f.out);
  return fan > 0 ? calculate_gain(options.nonlinearity, options.a) / std::sqrt(fan) : 0;
}

double xavier_deviation(const Parameter& weight, double gain, const char* what) {
  check_defined(weight, what);
  const Fans f = fans(weight.shape());
  return f.in + f.out > 0 ? gain * std::sqrt(2.0 / static_cast<double>(f.in + f.out)) : 0;
}

void uniform_around_zero(Parameter& p, double deviation, Generator& generator) {
  const double bound = std::sqrt(3.0) * deviation;
  uniform(p, -bound, bound, generator);
}

}  // namespace

Fans fans(const Shape& weight) {
  check<ShapeError>(weight.rank() >= 2, "init: fan in and fan out need at least 2 dimensions [out, in, ...], not ", weight);
  std::int64_t kernel = 1;
  for (int i = 2; i < weight.rank(); ++i) kernel *= weight[i];
  return {weight[1] * kernel, weight[0] * kernel};
}

double calculate_gain(Nonlinearity nonlinearity, double a) {
  switch (nonlinearity) {
    case Nonlinearity::tanh: return 5.0 / 3;
    case Nonlinearity::relu: return std::sqrt(2.0);
    case Nonlinearity::leaky_relu: return std::sqrt(2 / (1 + a * a));
    case Nonlinearity::selu: return 0.75;
    default: return 1;
  }
}

void kaiming_uniform(Parameter& weight, const KaimingOptions& options, Generator& generator) {
  uniform_around_zero(weight, kaiming_deviation(weight, options, "kaiming_uniform"), generator);
}
void kaiming_normal(Parameter& weight, const KaimingOptions& options, Generator& generator) {
  normal(weight, 0, kaiming_deviation(weight, options, "kaiming_normal"), generator);
}
void xavier_uniform(Parameter& weight, double gain, Generator& generator) {
  uniform_around_zero(weight, xavier_deviation(weight, gain, "xavier_uniform"), generator);
}
void xavier_normal(Parameter& weight, double gain, Generator& generator) {
  normal(weight, 0, xavier_deviation(weight, gain, "xavier_normal"), generator);
}

void uniform(Parameter& p, double low, double high, Generator& generator) {
  check_defined(p, "uniform");
  check<ValueError>(std::isfinite(low) && std::isfinite(high) && low <= high,
                    "init::uniform: needs finite low <= high, not ", low, " and ", high);
  p.set_value(gradus::uniform(Array(p.shape(), p.dtype()), low, high, generator));
}
void normal(Parameter& p, double mean, double deviation, Generator& generator) {
  check_defined(p, "normal");
  check<ValueError>(std::isfinite(mean) && std::isfinite(deviation) && deviation >= 0,
                    "init::normal: needs a finite mean and a finite deviation >= 0, not ", mean, " and ", deviation);
  p.set_value(gradus::normal(Array(p.shape(), p.dtype()), mean, deviation, generator));
}
void constant(Parameter& p, double value) {
  check_defined(p, "constant");
  p.set_value(Array::full(p.shape(), value, p.dtype()));
}
void zeros(Parameter& p) { constant(p, 0); }
void ones(Parameter& p) { constant(p, 1); }

}  // namespace gradus::nn::init
