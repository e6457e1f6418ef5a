// xtensor beside gradus: data that goes there and back without a copy, and an operation of one's own written in expressions.
//
//   ./run example 13_xtensor
//
// You should see that the tensor has the memory that xtensor filled, the rows of the result with a mean square of 1, and "gradients
// agree": the expressions of the backward are compared with central differences, to second order.
#include <gradus/autograd/array/xtensor.h>
#include <gradus/gradus.h>

#include <iostream>

#include <xtensor/xio.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xrandom.hpp>

using namespace gradus;

constexpr double epsilon = 1e-6;

// Rows divided by the root of their mean square (Zhang and Sennrich, "Root mean square layer normalization", 2019):
// y = x·r, r = 1/√(mean x² + ε).
struct RmsNorm final : Op {
  std::string_view name() const override { return "rms_norm"; }

  Array forward(const Tensor& x) {
    check<ShapeError>(x.rank() == 2, "rms_norm: takes rows, [N, features]: x ", x.shape());
    save(x);
    return visit_floating(x.dtype(), name(), [&](auto zero) {
      using T = decltype(zero);
      const auto rows = as_xtensor<T, 2>(x.value());
      return from_xtensor<T>(rows * scale_of<T>(rows));
    });
  }

  // dx = r·(g − y·mean(g·y)): in expressions while nobody records it, else in differentiable functions.
  Grads backward(Tensor g) override {
    const auto [x] = saved<1>();
    if (recording()) {
      const Tensor r = pow(mean(square(x), 1, true) + epsilon, -0.5), y = x * r;
      return {r * (g - y * mean(g * y, 1, true))};
    }
    const Array values = x.value(), slopes = g.value();
    return {Tensor(visit_floating(x.dtype(), name(), [&](auto zero) {
      using T = decltype(zero);
      const auto rows = as_xtensor<T, 2>(values), up = as_xtensor<T, 2>(slopes);
      const xt::xtensor<T, 2> r = scale_of<T>(rows), y = rows * r, along = xt::mean(up * y, {1}, xt::keep_dims);
      return from_xtensor<T>(r * (up - y * along));
    }))};
  }

 private:
  // [N, 1], computed once: an expression would be computed again for every element that it meets.
  template <class T, class E>
  static xt::xtensor<T, 2> scale_of(const E& rows) {
    return T(1) / xt::sqrt(xt::mean(rows * rows, {1}, xt::keep_dims) + T(epsilon));
  }
};

Tensor rms_norm(const Tensor& x) { return record(RmsNorm{}, x); }

int main() {
  xt::random::seed(1);
  xt::xarray<double> table = xt::random::randn<double>({3, 4});
  const double* memory = table.data();
  const Tensor x = variable(from_xtensor(std::move(table)));
  std::cout << "the tensor has xtensor's memory: " << (x.value().raw() == memory ? "yes" : "no") << "\n";

  const Tensor y = rms_norm(x);
  const auto rows = as_xtensor<double>(y.value());
  std::cout << "normalised rows:\n" << rows << "\nmean square of each: " << xt::mean(rows * rows, {1}) << "\n";

  sum(y * y * y).backward();
  std::cout << "largest slope: " << xt::amax(xt::abs(as_xtensor<double>(x.grad().value())))() << "\n";
  check_gradients([](const auto& in) { return rms_norm(in[0]); }, {x.detach()});
  std::cout << "gradients agree with central differences, first and second order\n";
}
