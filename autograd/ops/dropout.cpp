#include <gradus/autograd/ops/dropout.h>

#include <gradus/autograd/kernels/elementwise/dropout.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

// Linear in x: its gradient is the same mask again, drawn anew from the key.
struct Dropout final : Op {
  std::string_view name() const override { return "dropout"; }
  double p;
  std::uint64_t key;
  Dropout(double p, std::uint64_t key) : p(p), key(key) {}
  Array forward(const Tensor& x) { return kernels::dropout(x.value().as_contiguous(), p, key); }
  Grads backward(Tensor g) override { return {record(Dropout(p, key), g)}; }
  Tensor tangent(std::span<const Tensor> vs) override { return record(Dropout(p, key), vs[0]); }
};

}  // namespace

Tensor dropout(const Tensor& x, double p, Generator& generator) {
  check<ValueError>(0 <= p && p <= 1, "dropout: the probability must lie in [0, 1], not ", p);
  check_defined("dropout", x);
  check_computes_in(x.dtype(), "dropout");
  return p == 0 ? x : record(Dropout(p, generator.fork()), x);
}

}  // namespace gradus
