#include <gradus/autograd/ops/surrogate.h>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/tape/op.h>

namespace gradus {
namespace {

// Its derivative is a number.
struct Scaled final : Op {
  const char* named;
  Array value;
  double factor;
  Scaled(const char* name, Array value, double factor) : named(name), value(std::move(value)), factor(factor) {}
  std::string_view name() const override { return named; }
  Array forward(const Tensor&) { return std::move(value); }
  Grads backward(Tensor g) override { return {factor == 1 ? g : g * factor}; }
  Tensor tangent(std::span<const Tensor> vs) override { return factor == 1 ? vs[0] : vs[0] * factor; }
};

Tensor scaled(const char* name, const Tensor& x, double factor) {
  check_defined(name, x);
  return record(Scaled(name, x.value(), factor), x);
}

}  // namespace

Tensor straight_through(const Tensor& value, const Tensor& x) {
  check_defined("straight_through", value, "value");
  check_defined("straight_through", x);
  check<ShapeError>(value.shape() == x.shape(), "straight_through: the value ", value.shape(), " has not the shape of x ", x.shape());
  check<DtypeError>(value.dtype() == x.dtype(), "straight_through: dtypes differ: the value ", describe(value), " and x ", describe(x),
                    "; convert one side with b.to(", x.dtype(), ")");
  return record(Scaled("straight_through", value.value(), 1), x);
}
Tensor scale_gradient(const Tensor& x, double factor) { return scaled("scale_gradient", x, factor); }
Tensor flip_gradient(const Tensor& x, double factor) { return scaled("flip_gradient", x, -factor); }

}  // namespace gradus
