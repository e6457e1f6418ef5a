#include <gradus/autograd/ops/activation.h>

#include <algorithm>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/ops/formulas/activation.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/ops/internal/reducing.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/simd/internal/level.h>

namespace gradus {
namespace formulas {
GRADUS_DISPATCH(FormulaTable<Activation>, activation_table)
}

namespace {

// Uniform in [low, high), element i from word i % 4 of Philox block i / 4.
Array drawn(const Shape& shape, Dtype dtype, double low, double high, Generator& generator) {
  Array a(shape, dtype);
  const std::uint64_t key = generator.fork();
  visit_floating(dtype, "rrelu", [&]<class T>(T) {
    T* out = a.mutable_data<T>();
    const std::int64_t n = a.size();
    parallel_for((n + 3) / 4, 1 << 11, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t block = begin; block < end; ++block) {
        const auto at = static_cast<std::uint64_t>(block);
        const auto words = philox({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at >> 32), 0, 0},
                                  {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)});
        for (std::int64_t j = 0; j < std::min<std::int64_t>(4, n - 4 * block); ++j)
          out[4 * block + j] = static_cast<T>(low + (high - low) * 0x1p-32 * words[static_cast<std::size_t>(j)]);
      }
    });
  });
  return a;
}

}  // namespace

Tensor relu(const Tensor& x) { return elementwise(formulas::Relu{}, x); }
Tensor sigmoid(const Tensor& x) { return elementwise(formulas::Sigmoid{}, x); }
Tensor softplus(const Tensor& x) { return elementwise(formulas::Softplus{}, x); }
Tensor gelu(const Tensor& x) { return elementwise(formulas::Gelu{}, x); }
Tensor gelu_tanh(const Tensor& x) { return elementwise(formulas::GeluTanh{}, x); }
Tensor silu(const Tensor& x) { return elementwise(formulas::Silu{}, x); }
Tensor mish(const Tensor& x) { return elementwise(formulas::Mish{}, x); }
Tensor softplus(const Tensor& x, double beta, double threshold) {
  check<ValueError>(beta != 0, "softplus: beta must not be 0");
  return elementwise(formulas::SoftplusOf{beta, threshold}, x);
}
Tensor logsigmoid(const Tensor& x) { return elementwise(formulas::LogSigmoid{}, x); }

Tensor relu6(const Tensor& x) { return elementwise(formulas::HardTanh{0, 6, "relu6"}, x); }
Tensor leaky_relu(const Tensor& x, double slope) { return elementwise(formulas::LeakyRelu{slope}, x); }

Tensor prelu(const Tensor& x, const Tensor& weight) {
  check_defined("prelu", x);
  check_defined("prelu", weight, "weight");
  if (weight.rank() != 1) return elementwise(formulas::Prelu{}, x, weight);
  const std::int64_t channels = x.rank() == 0 ? 1 : x.dim(x.rank() == 1 ? 0 : 1);
  check<ShapeError>(weight.size() == 1 || weight.size() == channels, "prelu: weight ", weight.shape(),
                    " is a vector, which has one slope, or one for each channel, dimension 1 of ", x.shape());
  Shape along = Shape::filled(std::max(x.rank() - 1, 1), 1);
  along[0] = weight.size();
  if (x.rank() == 0) along = Shape();
  return elementwise(formulas::Prelu{}, x, reshape(weight, along));
}

Tensor rrelu(const Tensor& x, double lower, double upper, Generator& generator) {
  check_defined("rrelu", x);
  check_computes_in(x.dtype(), "rrelu");
  check<ValueError>(lower <= upper, "rrelu: the lower bound ", lower, " is above the upper bound ", upper);
  return elementwise(formulas::Prelu{"rrelu"}, x, Tensor(drawn(x.shape(), x.dtype(), lower, upper, generator)));
}
Tensor rrelu(const Tensor& x, double lower, double upper) {
  check<ValueError>(lower <= upper, "rrelu: the lower bound ", lower, " is above the upper bound ", upper);
  return elementwise(formulas::LeakyRelu{(lower + upper) / 2, "rrelu"}, x);
}

Tensor elu(const Tensor& x, double alpha) { return elementwise(formulas::Elu{alpha}, x); }
Tensor celu(const Tensor& x, double alpha) {
  check<ValueError>(alpha != 0, "celu: alpha must not be 0");
  return elementwise(formulas::Elu{alpha, 1, 1 / alpha, "celu"}, x);
}
Tensor selu(const Tensor& x) { return elementwise(formulas::Elu{formulas::selu_alpha, formulas::selu_scale, 1, "selu"}, x); }
Tensor hardtanh(const Tensor& x, double low, double high) {
  check<ValueError>(low <= high, "hardtanh: the lower bound ", low, " is above the upper bound ", high);
  return elementwise(formulas::HardTanh{low, high}, x);
}
Tensor hardsigmoid(const Tensor& x) { return elementwise(formulas::HardSigmoid{}, x); }
Tensor hardswish(const Tensor& x) { return elementwise(formulas::HardSwish{}, x); }
Tensor hardshrink(const Tensor& x, double lambda) { return elementwise(formulas::HardShrink{lambda}, x); }
Tensor softshrink(const Tensor& x, double lambda) {
  check<ValueError>(lambda >= 0, "softshrink: lambda must not be negative: ", lambda);
  return elementwise(formulas::SoftShrink{lambda}, x);
}
Tensor tanhshrink(const Tensor& x) { return elementwise(formulas::TanhShrink{}, x); }
Tensor softsign(const Tensor& x) { return elementwise(formulas::SoftSign{}, x); }
Tensor threshold(const Tensor& x, double limit, double value) { return elementwise(formulas::Threshold{limit, value}, x); }

Tensor glu(const Tensor& x, Axis axis) {
  check_defined("glu", x);
  check<ShapeError>(x.rank() > 0, "glu: a scalar has no halves");
  const int along = detail::axis_of(axis, x, "glu");
  const std::int64_t n = x.dim(along);
  check<ShapeError>(n % 2 == 0, "glu: dimension ", along, " of ", x.shape(), " has no halves");
  return elementwise(formulas::Glu{}, slice(x, along, 0, n / 2), slice(x, along, n / 2, n));
}

}  // namespace gradus
