// Normalisation by lengths: of neighbouring channels, and of vectors.
#include <algorithm>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/kernels/axes/cut.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/blend.h>
#include <gradus/autograd/ops/internal/reducing.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/norm.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/internal/described.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

// Of every channel the sum of those from `before` places before it to `behind` places behind it; what lies outside is zero.
struct NeighbourSum final : Op, detail::Described {
  std::string_view name() const override { return "local_response_norm"; }
  void describe(detail::OpOptions& o) const override { o("before", before)("behind", behind); }
  std::int64_t before, behind;
  NeighbourSum(std::int64_t before, std::int64_t behind) : before(before), behind(behind) {}

  Array forward(const Tensor& x) {
    const Array from = x.value().as_contiguous();
    Array to = Array::zeros(x.shape(), x.dtype());
    const kernels::Cut cut(x.shape(), 1);
    visit_floating(x.dtype(), name(), [&]<class T>(T) {
      const T* in = from.data<T>();
      T* out = to.mutable_data<T>();
      parallel_for(cut.outer * cut.n, items_worth(1 << 14, cut.inner * (before + behind + 1)), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row) {
          const std::int64_t channel = row % cut.n, sample = row - channel;
          T* const sum = out + row * cut.inner;
          for (std::int64_t c = std::max<std::int64_t>(channel - before, 0); c <= std::min(channel + behind, cut.n - 1); ++c)
            for (std::int64_t i = 0; i < cut.inner; ++i) sum[i] += in[(sample + c) * cut.inner + i];
        }
      });
    });
    return to;
  }
  Grads backward(Tensor g) override { return {record(NeighbourSum(behind, before), g)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return record(NeighbourSum(before, behind), vs[0]); }
};

}  // namespace

Tensor local_response_norm(const Tensor& x, std::int64_t size, double alpha, double beta, double k) {
  check_defined("local_response_norm", x);
  check_computes_in(x.dtype(), "local_response_norm");
  check<ShapeError>(x.rank() >= 2, "local_response_norm: x must be [N, C] or [N, C, ...], not ", x.shape());
  check<ValueError>(size >= 1, "local_response_norm: size must be at least 1, not ", size);
  const Tensor squares = record(NeighbourSum(size / 2, (size - 1) / 2), square(x));
  return x * pow(squares * (alpha / static_cast<double>(size)) + k, -beta);
}

Tensor normalize(const Tensor& x, double p, Axis axis, double eps) {
  check_defined("normalize", x);
  check_computes_in(x.dtype(), "normalize");
  return x / clamp_min(norm(x, p, {detail::axis_of(axis, x, "normalize")}, true), eps);
}

}  // namespace gradus
