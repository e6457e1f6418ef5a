#include "landscape/waves.h"

#include <cmath>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/tape/op.h>

namespace landscape {
namespace {

using namespace gradus;

double turned(double x, int quarters) {
  switch (quarters % 4) {
    case 0: return std::cos(x);
    case 1: return -std::sin(x);
    case 2: return -std::cos(x);
    default: return std::sin(x);
  }
}

struct Cosine final : Op {
  int quarters;
  explicit Cosine(int quarters) : quarters(quarters) {}
  std::string_view name() const override { return "cosine"; }

  Array forward(const Tensor& x) {
    check<DtypeError>(x.dtype() == f64, "cosine: takes f64, not ", x.dtype());
    save(x);
    Array y = x.value().contiguous_copy();
    for (double& value : y.mutable_span<double>()) value = turned(value, quarters);
    return y;
  }
  Grads backward(Tensor g) override {
    const auto [x] = saved<1>();
    return {g * cosine(x, quarters + 1)};
  }
};

}  // namespace

Tensor cosine(const Tensor& x, int quarters) { return record(Cosine(quarters), x); }

}  // namespace landscape
