#include <gradus/autograd/ops/dropout.h>

#include <cmath>

#include <gradus/autograd/kernels/elementwise/dropout.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

// Its gradient is what it does to x itself: the same mask again, drawn anew from the key, with the same factor.
struct Dropout final : Op {
  std::string_view name() const override { return name_; }
  const char* name_;
  kernels::Dropping how;
  Dropout(const char* name, const kernels::Dropping& how) : name_(name), how(how) {}
  Array forward(const Tensor& x) { return kernels::dropout(x.value().as_contiguous(), how); }
  Grads backward(Tensor g) override { return {record(slope(), g)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return record(slope(), vs[0]); }
  Dropout slope() const { return {name_, {how.p, how.key, how.scale, 0, 0, how.together}}; }
};

void check_dropout(const char* op, const Tensor& x, double p) {
  check<ValueError>(0 <= p && p <= 1, op, ": the probability must lie in [0, 1], not ", p);
  check_defined(op, x);
  check_computes_in(x.dtype(), op);
}

// How many elements a channel has that is the dimension before the last `dimensions`.
std::int64_t elements_of_channel(const Tensor& x, int dimensions) {
  std::int64_t n = 1;
  for (int i = 1; i <= dimensions; ++i) n *= x.dim(-i);
  return n;
}

Tensor drop_channels(const char* op, const Tensor& x, double p, Generator& generator, int dimensions) {
  return p == 0 ? x : record(Dropout(op, {p, generator.fork(), 1 / (1 - p), 0, 0, elements_of_channel(x, dimensions)}), x);
}

Tensor drop_to_alpha(const char* op, const Tensor& x, double p, Generator& generator, std::int64_t together) {
  constexpr double alpha = -1.7580993408473766;   // selu(−∞)
  if (p == 0) return x;
  const std::uint64_t key = generator.fork();
  if (p == 1) return record(Dropout(op, {p, key, 0}), x);
  const double a = 1 / std::sqrt((1 - p) * (1 + p * alpha * alpha)), b = -a * p * alpha;
  return record(Dropout(op, {p, key, a, b, a * alpha + b, together}), x);
}

}  // namespace

Tensor dropout(const Tensor& x, double p, Generator& generator) {
  check_dropout("dropout", x, p);
  return drop_channels("dropout", x, p, generator, 0);
}

Tensor dropout1d(const Tensor& x, double p, Generator& generator) {
  check_dropout("dropout1d", x, p);
  check<ShapeError>(x.rank() == 2 || x.rank() == 3, "dropout1d: needs x [N, C, L] or [C, L], not ", x.shape());
  return drop_channels("dropout1d", x, p, generator, 1);
}

Tensor dropout2d(const Tensor& x, double p, Generator& generator) {
  check_dropout("dropout2d", x, p);
  check<ShapeError>(x.rank() == 3 || x.rank() == 4, "dropout2d: needs x [N, C, H, W] or [N, C, L], not ", x.shape());
  return drop_channels("dropout2d", x, p, generator, x.rank() - 2);
}

Tensor dropout3d(const Tensor& x, double p, Generator& generator) {
  check_dropout("dropout3d", x, p);
  check<ShapeError>(x.rank() == 4 || x.rank() == 5, "dropout3d: needs x [N, C, D, H, W] or [C, D, H, W], not ", x.shape());
  return drop_channels("dropout3d", x, p, generator, 3);
}

Tensor alpha_dropout(const Tensor& x, double p, Generator& generator) {
  check_dropout("alpha_dropout", x, p);
  return drop_to_alpha("alpha_dropout", x, p, generator, 1);
}

Tensor feature_alpha_dropout(const Tensor& x, double p, Generator& generator) {
  check_dropout("feature_alpha_dropout", x, p);
  check<ShapeError>(x.rank() >= 2, "feature_alpha_dropout: needs x [N, C, ...], not ", x.shape());
  return drop_to_alpha("feature_alpha_dropout", x, p, generator, elements_of_channel(x, x.rank() - 2));
}

}  // namespace gradus
