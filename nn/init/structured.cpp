// Initial values that are more than independent draws: truncated, orthogonal, sparse, and identities. Declared in init.h.
#include <gradus/nn/init/init.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/linalg.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/tape.h>
#include <gradus/nn/init/internal/defined.h>

namespace gradus::nn::init {
namespace {

using detail::check_defined;

// Of a standard normal variable, below x.
double share_below(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

// A standard normal number in [low, high], of which 0 < low, or which are near one another: by rejecting others (Robert, "Simulation of
// truncated normal variables", 1995).
double rare_normal(double low, double high, Generator& generator) {
  if (high <= 0) return -rare_normal(-high, -low, generator);
  const double rate = 0.5 * (low + std::sqrt(low * low + 4)), nearest = std::max(low, 0.0);
  const bool flat = low <= 0 || high - low < 2 / (low + rate);   // little of the density is lost over the interval
  while (true) {
    const double x = flat ? low + (high - low) * generator.uniform() : low - std::log(1 - generator.uniform()) / rate;
    const double log_keep = flat ? 0.5 * (nearest * nearest - x * x) : -0.5 * (x - rate) * (x - rate);
    if (x <= high && generator.uniform() < std::exp(log_keep)) return x;
  }
}

}  // namespace

void trunc_normal(Parameter& p, double mean, double deviation, double a, double b, Generator& generator) {
  check_defined(p, "trunc_normal");
  check<ValueError>(std::isfinite(mean) && std::isfinite(deviation) && deviation > 0,
                    "init::trunc_normal: needs a finite mean and a finite deviation above 0, not ", mean, " and ", deviation);
  check<ValueError>(a < b, "init::trunc_normal: needs a < b, not ", a, " and ", b);
  const double low = (a - mean) / deviation, high = (b - mean) / deviation;
  const bool common = share_below(high) - share_below(low) > 0.3;
  std::vector<double> values(static_cast<std::size_t>(p.shape().elements()));
  for (double& value : values) {
    double x = common ? generator.normal() : rare_normal(low, high, generator);
    while (common && (x < low || x > high)) x = generator.normal();
    value = std::clamp(mean + deviation * x, a, b);
  }
  p.set_value(Array::from(values, p.shape()).to(p.dtype()));
}

void eye(Parameter& matrix) {
  check_defined(matrix, "eye");
  check<ShapeError>(matrix.shape().rank() == 2, "init::eye: takes a matrix, not ", matrix.shape());
  matrix.set_value(gradus::eye(matrix.shape()[0], matrix.shape()[1], matrix.dtype()).value());
}

void dirac(Parameter& weight, std::int64_t groups) {
  check_defined(weight, "dirac");
  const Shape& shape = weight.shape();
  check<ShapeError>(shape.rank() >= 3 && shape.rank() <= 5,
                    "init::dirac: takes [out, in, kernel...] with one to three kernel dimensions, not ", shape);
  check<ValueError>(groups >= 1 && shape[0] % groups == 0, "init::dirac: ", groups, " groups must divide the ", shape[0],
                    " output channels");
  const std::int64_t out = shape[0] / groups, kernel = shape.elements() == 0 ? 0 : shape.elements() / (shape[0] * shape[1]);
  std::int64_t middle = 0;
  for (int i = 2; i < shape.rank(); ++i) middle = middle * shape[i] + shape[i] / 2;
  std::vector<double> values(static_cast<std::size_t>(shape.elements()));
  for (std::int64_t g = 0; kernel > 0 && g < groups; ++g)
    for (std::int64_t c = 0; c < std::min(out, shape[1]); ++c)
      values[static_cast<std::size_t>(((g * out + c) * shape[1] + c) * kernel + middle)] = 1;
  weight.set_value(Array::from(values, shape).to(weight.dtype()));
}

void orthogonal(Parameter& weight, double gain, Generator& generator) {
  check_defined(weight, "orthogonal");
  const Shape& shape = weight.shape();
  check<ShapeError>(shape.rank() >= 2, "init::orthogonal: needs at least 2 dimensions [out, in, ...], not ", shape);
  check<ValueError>(std::isfinite(gain), "init::orthogonal: needs a finite gain, not ", gain);
  if (shape.elements() == 0) return;
  const NoGrad guard;
  const std::int64_t rows = shape[0], columns = shape.elements() / rows;
  const auto [q, r] = linalg::qr(randn({std::max(rows, columns), std::min(rows, columns)}, generator, f64));
  const Tensor d = diagonal(r);
  const Tensor uniform = q * where(d < 0, full_like(d, -1), full_like(d, 1)) * gain;   // the signs make it so: Mezzadri, 2007
  weight.set_value((rows < columns ? transpose(uniform) : uniform).value().as_contiguous().reshape(shape).to(weight.dtype()));
}

void sparse(Parameter& matrix, double sparsity, double deviation, Generator& generator) {
  check_defined(matrix, "sparse");
  check<ShapeError>(matrix.shape().rank() == 2, "init::sparse: takes a matrix, not ", matrix.shape());
  check<ValueError>(sparsity >= 0 && sparsity <= 1, "init::sparse: sparsity must lie in [0, 1], not ", sparsity);
  check<ValueError>(std::isfinite(deviation) && deviation >= 0, "init::sparse: needs a finite deviation >= 0, not ", deviation);
  const std::int64_t rows = matrix.shape()[0], columns = matrix.shape()[1];
  const auto zeros = static_cast<std::int64_t>(std::ceil(sparsity * static_cast<double>(rows)));
  Array values = gradus::normal(Array(matrix.shape(), f64), 0, deviation, generator);
  double* all = values.mutable_data<double>();
  std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
  for (std::int64_t column = 0; column < columns; ++column) {
    std::iota(order.begin(), order.end(), 0);
    for (std::int64_t i = 0; i < zeros; ++i) {
      const auto from = i + static_cast<std::int64_t>(generator.below(static_cast<std::uint64_t>(rows - i)));
      std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(from)]);
      all[order[static_cast<std::size_t>(i)] * columns + column] = 0;
    }
  }
  matrix.set_value(values.to(matrix.dtype()));
}

}  // namespace gradus::nn::init
