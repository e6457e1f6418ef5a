// The compiled SIMD loops against the same formulas on doubles: ordinary, extreme and special values, every tail length.
#include <gradus/autograd/ops/formulas/activation.h>
#include <gradus/autograd/ops/formulas/arithmetic.h>
#include <gradus/autograd/ops/formulas/math.h>

#include <cmath>
#include <limits>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/internal/elementwise.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

#include "support.h"

namespace gradus::formula_test {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

// `scale`: the size of the terms that the formula subtracts, whose rounding stays when they cancel (1 − y² of tanh without FMA).
void expect_same(double ours, double reference, double tolerance, const std::string& where, double scale = 1e-30) {
  if (std::isnan(reference)) EXPECT_TRUE(std::isnan(ours)) << where << " gives " << ours;
  else if (std::isinf(reference)) EXPECT_EQ(ours, reference) << where;
  else EXPECT_NEAR(ours, reference, tolerance * (std::abs(reference) + scale)) << where;
}

double slope(const auto& f, double x, double y) {
  if constexpr (requires { f.slope_at_output(y); }) return f.slope_at_output(y);
  else if constexpr (requires { f.pull_at_output(1.0, y); }) return f.pull_at_output(1.0, y);
  else if constexpr (requires { f.constants(); }) return f.constants()[0];
  else if constexpr (requires { f.pull(1.0, x); }) return f.pull(1.0, x)[0];
  else return f.slopes(x)[0];
}

template <class F>
void check_unary(F f, const std::vector<double>& points, double f32_tolerance = 2e-6, double f64_tolerance = 2e-14) {
  for (const Dtype dtype : {f32, f64}) {
    std::vector<double> rounded;
    for (double p : points) rounded.push_back(dtype == f32 ? static_cast<double>(static_cast<float>(p)) : p);
    const Tensor x = variable(Tensor(Array::from(rounded, {static_cast<std::int64_t>(points.size())})).to(dtype).detach());
    const Tensor y = elementwise(f, x);
    const auto values = y.value().to_vector(), slopes = grad(y, x, {.seed = ones_like(x)}).value().to_vector();
    const double tolerance = dtype == f32 ? f32_tolerance : f64_tolerance;
    for (std::size_t i = 0; i < rounded.size(); ++i) {
      const std::string where = text(f.name, "(", rounded[i], ") in ", dtype);
      const double reference = f.value(rounded[i]);
      expect_same(values[i], dtype == f32 ? static_cast<double>(static_cast<float>(reference)) : reference, tolerance, where);
      const double s = slope(f, rounded[i], values[i]);
      expect_same(slopes[i], dtype == f32 ? static_cast<double>(static_cast<float>(s)) : s, 4 * tolerance, "slope of " + where, 0.02);
    }
  }
}

std::vector<double> ordinary(double low, double high) {
  std::vector<double> points;
  for (int i = 0; i < 37; ++i) points.push_back(low + (high - low) * i / 36);   // 37: several registers and a tail
  return points;
}
std::vector<double> with(std::vector<double> points, std::initializer_list<double> more) {
  points.insert(points.end(), more);
  return points;
}

TEST(Formulas, OfOneTensor) {
  check_unary(formulas::Exp{}, with(ordinary(-10, 10), {0, 80, -80, -1000, 1000, inf, -inf, nan}));
  check_unary(formulas::Log{}, with(ordinary(0.01, 20), {1e-30, 1e30, inf, -1, nan}));
  check_unary(formulas::Log1p{}, with(ordinary(-0.9, 5), {0, 1e-20, -1e-10, inf, -2, nan}));
  check_unary(formulas::Sqrt{}, with(ordinary(0.01, 20), {0, 1e-30, 1e30, -1, nan}));
  check_unary(formulas::Square{}, with(ordinary(-3, 3), {0, 1e15, -1e-15, nan}));
  check_unary(formulas::Abs{}, with(ordinary(-3, 3), {0, -inf, nan}));
  check_unary(formulas::Sign{}, with(ordinary(-3, 3), {0, -inf, nan}));
  check_unary(formulas::Tanh{}, with(ordinary(-5, 5), {0, 1e-20, 30, -1000, 1000, inf, -inf, nan}), 2e-6, 1e-12);
  check_unary(formulas::Sigmoid{}, with(ordinary(-10, 10), {0, -80, -1000, 1000, nan}), 2e-6, 1e-11);
  check_unary(formulas::Softplus{}, with(ordinary(-10, 10), {0, 1000, inf, nan}));
  check_unary(formulas::Erf{}, with(ordinary(-3, 3), {0, 10, -10}), 2e-6, 2e-13);
  check_unary(formulas::Relu{}, with(ordinary(-3, 3), {0, -1e-30, inf, nan}));
  check_unary(formulas::Gelu{}, with(ordinary(-2, 5), {0}), 5e-6, 2e-12);
  check_unary(formulas::GeluTanh{}, with(ordinary(-2, 5), {0}), 5e-6, 1e-12);
  check_unary(formulas::Silu{}, with(ordinary(-10, 10), {0, -80, 1000, inf, -inf, nan}), 5e-6, 1e-12);
  check_unary(formulas::Mish{}, with(ordinary(-10, 10), {0, -80, 1000, inf, -inf, nan}), 5e-6, 1e-12);
  check_unary(formulas::Power{2.5}, with(ordinary(0.1, 5), {0}), 5e-6);
  check_unary(formulas::Power{-1.0}, ordinary(0.1, 5), 5e-6);
  check_unary(formulas::Power{3.0}, with(ordinary(-3, 3), {0}), 5e-6);
  check_unary(formulas::Clamp{-1, 2}, with(ordinary(-3, 3), {-1, 2, nan}));
  check_unary(formulas::AddNumber{1.5}, ordinary(-3, 3), 1e-5, 1e-13);
  check_unary(formulas::MulNumber{-2}, ordinary(-3, 3));
  check_unary(formulas::NumberOver{2}, ordinary(0.1, 3));
}

TEST(Formulas, EveryTailLength) {
  for (std::int64_t n = 0; n <= 70; ++n) {
    const Tensor x = linspace(-1, 1, n, f32);
    const auto values = tanh(x).value().to_vector(), points = x.value().to_vector();
    ASSERT_EQ(values.size(), static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], std::tanh(points[i]), 1e-6);
  }
}

TEST(Formulas, TiesAndNaNOfMaximumAndMinimum) {
  const Tensor a = variable(tensor({1.0, 2.0, nan, 1.0}, f64)), b = variable(tensor({1.0, 1.0, 1.0, nan}, f64));
  const Tensor top = maximum(a, b), low = minimum(a, b);
  EXPECT_EQ(top.value().at({1}), 2);
  EXPECT_EQ(low.value().at({1}), 1);
  for (const Tensor& y : {top, low})
    for (std::int64_t i : {2, 3}) EXPECT_TRUE(std::isnan(y.value().at({i})));
  const auto [da, db] = grad<2>(top, {a, b}, {.seed = ones({4}, f64)});
  EXPECT_EQ(da.value().at({0}), 0.5);
  EXPECT_EQ(db.value().at({0}), 0.5);
  EXPECT_EQ(da.value().at({1}), 1);
}

TEST(Formulas, PowerAtZero) {
  const Tensor base = variable(tensor({0.0, 0.0, 2.0, -2.0}, f64)), exponent = variable(tensor({0.0, 3.0, 0.0, 3.0}, f64));
  const Tensor y = pow(base, exponent);
  EXPECT_THAT(y.value().to_vector(), testing::ElementsAre(1, 0, 1, testing::DoubleNear(-8, 1e-13)));
  const auto [da, db] = grad<2>(sum(y), {base, exponent});
  EXPECT_EQ(da.value().at({0}), 0);
  EXPECT_EQ(da.value().at({1}), 0);
  EXPECT_EQ(db.value().at({0}), 0);
  EXPECT_NEAR(da.value().at({3}), 12, 1e-12);
  EXPECT_NEAR(db.value().at({2}), std::log(2), 1e-12);
}

TEST(Formulas, LargeArraysInParallelAgreeWithSmallOnes) {
  Generator g(1);
  const Tensor x = randn({300001}, g), y = randn({300001}, g);
  const Tensor all = x * y + exp(x);
  for (std::int64_t begin : {0, 123457, 299990}) {
    const Tensor a = slice(x, 0, begin, begin + 11), b = slice(y, 0, begin, begin + 11);
    EXPECT_EQ((a * b + exp(a)).value().to_vector(), slice(all, 0, begin, begin + 11).value().to_vector());
  }
}

}  // namespace gradus::formula_test
