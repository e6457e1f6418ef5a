// The elementwise vocabulary where it could go wrong: infinities, NaN, signs of zero, poles, huge and tiny numbers; what differs from
// PyTorch; values with another gradient.
#include <cmath>
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/bitwise.h>
#include <gradus/autograd/ops/blend.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/rounding.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/special.h>
#include <gradus/autograd/ops/surrogate.h>
#include <gradus/autograd/ops/trigonometry.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"
#include "support.h"

namespace gradus::elementwise_test {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
using Numbers = std::vector<double>;

Tensor column(const Numbers& x, Dtype dtype = f64) {
  return variable(Tensor(Array::from(x, {static_cast<std::int64_t>(x.size())})).to(dtype).detach());
}
void expect_numbers(const Tensor& got, const Numbers& wanted, const std::string& what, double tolerance = 1e-6) {
  expect_near(got.value().to(f64), Array::from(wanted, {static_cast<std::int64_t>(wanted.size())}), tolerance, what);
}

// Values at the points, and gradients for the seed g, in f32 and f64, recorded or not.
void expect_all(const std::string& what, Tensor (*f)(const Tensor&), const Numbers& x, const Numbers& y, const Numbers& slopes,
                double g = 1) {
  for (const Dtype dtype : {f32, f64})
    for (const bool recorded : {false, true}) {
      const Tensor at = column(x, dtype), out = f(at);
      const std::string where = text(what, " in ", dtype, recorded ? ", recorded" : "");
      expect_numbers(out, y, where);
      expect_numbers(grad(out, at, {.create_graph = recorded, .seed = full(out.shape(), g, dtype)}), slopes, "slope of " + where);
    }
}
void expect_all(const std::string& what, Tensor (*f)(const Tensor&, const Tensor&), const Numbers& a, const Numbers& b, const Numbers& y,
                const Numbers& by_a, const Numbers& by_b, double g = 1) {
  for (const Dtype dtype : {f32, f64})
    for (const bool recorded : {false, true}) {
      const Tensor first = column(a, dtype), second = column(b, dtype), out = f(first, second);
      const std::string where = text(what, " in ", dtype, recorded ? ", recorded" : "");
      expect_numbers(out, y, where);
      const auto [da, db] = grad<2>(out, {first, second}, {.create_graph = recorded, .seed = full(out.shape(), g, dtype)});
      expect_numbers(da, by_a, "first slope of " + where);
      expect_numbers(db, by_b, "second slope of " + where);
    }
}

TEST(Elementwise, ActivationsFarOut) {
  const Numbers x{-inf, -1e4, 1e4, inf, nan};
  expect_all("leaky_relu", [](const Tensor& v) { return leaky_relu(v, 0.5); }, x, {-inf, -5e3, 1e4, inf, nan}, {0.5, 0.5, 1, 1, 0.5});
  expect_all("elu", [](const Tensor& v) { return elu(v); }, x, {-1, -1, 1e4, inf, nan}, {0, 0, 1, 1, nan});
  expect_all("hardswish", hardswish, x, {0, 0, 1e4, inf, nan}, {0, 0, 1, 1, nan});
  expect_all("hardsigmoid", hardsigmoid, x, {0, 0, 1, 1, nan}, {0, 0, 0, 0, 0});
  expect_all("relu6", relu6, x, {0, 0, 6, 6, nan}, {0, 0, 0, 0, 1});
  expect_all("softsign", softsign, x, {-1, -1e4 / 10001, 1e4 / 10001, 1, nan}, {0, 1 / (10001. * 10001), 1 / (10001. * 10001), 0, nan});
  expect_all("logsigmoid", logsigmoid, x, {-inf, -1e4, 0, 0, nan}, {1, 1, 0, 0, nan});
  expect_all("softshrink", [](const Tensor& v) { return softshrink(v); }, x, {-inf, -9999.5, 9999.5, inf, nan}, {1, 1, 1, 1, 1});
  expect_all("softplus", [](const Tensor& v) { return softplus(v, 2); }, x, {0, 0, 1e4, inf, nan}, {0, 0, 1, 1, nan});
}

TEST(Elementwise, MasksLetNothingThrough) {
  expect_all("relu6", relu6, {-1, 0, 3, 6, 7}, {0, 0, 3, 6, 6}, {0, 0, inf, 0, 0}, inf);
  expect_all("hardshrink", [](const Tensor& v) { return hardshrink(v); }, {-1, 0.5, 2}, {-1, 0, 2}, {inf, 0, inf}, inf);
  expect_all("threshold", [](const Tensor& v) { return threshold(v, 1, 9); }, {0, 1, 2}, {9, 9, 2}, {0, 0, inf}, inf);
  expect_all("floor", floor, {-0.5, 0, 1.5}, {-1, 0, 1}, {0, 0, 0}, inf);
  expect_all("nan_to_num", [](const Tensor& v) { return nan_to_num(v, 5, 6, 7); }, {nan, inf, -inf, 2}, {5, 6, 7, 2}, {0, 0, 0, inf}, inf);
  expect_all("fmax", fmax, {1, nan, 2, nan}, {2, 3, nan, nan}, {2, 3, 2, nan}, {0, 0, inf, inf}, {inf, inf, 0, 0}, inf);
}

TEST(Elementwise, SpecialPointsOfTrigonometry) {
  const double pi = std::acos(-1.), quarter = pi / 4;
  expect_all("atan2", atan2, {0, -0., 0, -0., inf, inf, -inf, 1, nan}, {0, 0, -0., -0., inf, -inf, -inf, 0, 1},
             {0, -0., pi, -pi, quarter, 3 * quarter, -3 * quarter, 2 * quarter, nan}, {0, 0, 0, 0, nan, nan, nan, 0, nan},
             {0, 0, 0, 0, nan, nan, nan, -1, nan});
  expect_all("sinc", sinc, {0, 1, 1e-5, 0.5}, {1, 0, 1, 2 / pi}, {0, -1, -pi * pi / 3 * 1e-5, -4 / pi});
  expect_all("asin", asin, {-1, 1, 2}, {-pi / 2, pi / 2, nan}, {inf, inf, nan});
  expect_all("asinh", asinh, {-1e20, 1e20, 0, -inf}, {-46.74484904044086, 46.74484904044086, 0, -inf}, {1e-20, 1e-20, 1, 0});
  for (const Dtype dtype : {f32, f64})
    for (const auto& f : {sin, tan, asin, atan, sinh, asinh, atanh})
      EXPECT_TRUE(std::signbit(f(tensor({-0.}, dtype)).item())) << dtype;   // odd functions keep −0
  EXPECT_TRUE(std::signbit(expm1(tensor({-0.}, f32)).item()));
  EXPECT_TRUE(std::isnan(sin(tensor({inf}, f64)).item()));
  EXPECT_NEAR(sin(tensor({1e22}, f64)).item(), -0.8522008497671888, 1e-14);
}

TEST(Elementwise, SpecialPointsOfTwoNumbers) {
  expect_all("logaddexp", logaddexp, {-inf, inf, -inf, 5, nan, 1000}, {-inf, inf, 3, inf, 1, 1000},
             {-inf, inf, 3, inf, nan, 1000 + std::log(2.)}, {0, 0.5, 0, 0, nan, 0.5}, {0, 0.5, 1, 1, nan, 0.5});
  expect_all("hypot", hypot, {0, -0., 3e30, 3e-30, inf}, {0, 0, 4e30, 4e-30, nan}, {0, 0, 5e30, 5e-30, inf}, {0, 0, 0.6, 0.6, nan},
             {0, 0, 0.8, 0.8, nan});
  expect_all("xlogy", xlogy, {0, 0, 0, 0, 2, 2}, {0, inf, -1, nan, 0, 1}, {0, 0, 0, nan, -inf, 0}, {0, inf, 0, nan, -inf, 0},
             {0, 0, 0, nan, inf, 2});
  expect_all("copysign", copysign, {1, -1, 0, inf}, {-0., 0, -1, -2}, {-1, 1, -0., -inf}, {-1, -1, 0, -1}, {0, 0, 0, 0});
  expect_all("fmod", fmod, {5.5, -5.5, 5.5, -0., inf, 1}, {2, 2, -2, 3, 2, 0}, {1.5, -1.5, 1.5, -0., nan, nan}, {1, 1, 1, 1, 1, 1},
             {-2, 2, 2, 0, nan, nan});
  expect_all("remainder", [](const Tensor& a, const Tensor& b) { return remainder(a, b); }, {5.5, -5.5, 5.5, 1}, {2, 2, -2, inf},
             {1.5, 0.5, -0.5, 1}, {1, 1, 1, 1}, {-2, 3, 3, 0});
  expect_all("floor_divide", [](const Tensor& a, const Tensor& b) { return floor_divide(a, b); }, {0.9, -7, 1, 0}, {0.1, 2, 0, -2},
             {8, -4, inf, -0.}, {0, 0, 0, 0}, {0, 0, 0, 0});
}

TEST(Elementwise, SpecialFunctionsAtTheirPoles) {
  expect_all("lgamma", lgamma, {0, -1, inf, 1e20}, {inf, inf, inf, 1e20 * (std::log(1e20) - 1)}, {-inf, nan, inf, std::log(1e20)});
  expect_all("digamma", digamma, {0, -0., -2, -inf}, {-inf, inf, nan, nan}, {inf, inf, inf, nan});
  expect_all("erfinv", erfinv, {-1, 0, 1, 2}, {-inf, 0, inf, nan}, {inf, 0.886226925452758, inf, nan});
  expect_all("erfc", erfc, {-inf, 30, inf, nan}, {2, 0, 0, nan}, {0, 0, 0, nan});
  expect_all("logit", [](const Tensor& v) { return logit(v); }, {0, 1, 0.5, 2}, {-inf, inf, 0, nan}, {inf, inf, 4, nan});
  EXPECT_NEAR(erfc(tensor({10.}, f64)).item(), 2.0884875837625446e-45, 1e-58);
  EXPECT_NEAR(logit(tensor({0.5 + 1e-12}, f64)).item(), 4 * ((0.5 + 1e-12) - 0.5), 1e-24);   // where log(x/(1 − x)) has four digits
  EXPECT_EQ(expm1(tensor({1e-20}, f64)).item(), 1e-20);
}

TEST(Elementwise, ToSecondOrderAtZero) {
  const Tensor x = column({0, 0.5, 2});
  const Tensor slope = grad(sum(sinc(x)), x, {.create_graph = true});
  const double pi = std::acos(-1.);
  expect_numbers(grad(sum(slope), x), {-pi * pi / 3, 16 / pi - 2 * pi, -0.5}, "sinc'' ", 1e-9);
  const Tensor y = column({0, 1000, -1000}), d = grad(sum(elu(y)), y, {.create_graph = true});
  expect_numbers(grad(sum(d), y), {1, 0, 0}, "elu''");
}

TEST(Elementwise, RandomSlopes) {
  Generator g(1), again(1);
  const Tensor x = -ones({4000}), y = rrelu(x, 0.2, 0.6, g);
  EXPECT_EQ(y.value().to_vector(), rrelu(x, 0.2, 0.6, again).value().to_vector());
  EXPECT_NEAR(mean(y).item(), -0.4, 0.01);
  EXPECT_GE(min(y).item(), -0.6);
  EXPECT_LE(max(y).item(), -0.2);
  EXPECT_EQ(rrelu(ones({3}), 0.2, 0.6, g).value().to_vector(), (Numbers{1, 1, 1}));
}

TEST(Elementwise, TheValueIsOneThingTheGradientAnother) {
  const Tensor x = column({-1.4, 0.5, 2.6});
  const Tensor rounded = round(x, {.straight_through = true});
  expect_numbers(rounded, {-1, 0, 3}, "round");
  expect_numbers(grad(sum(square(rounded)), x), {-2, 0, 6}, "straight through");
  expect_numbers(grad(sum(round(x, {.decimals = 1, .straight_through = true}) * 2), x), {2, 2, 2}, "straight through");
  const Tensor flipped = flip_gradient(x, 2), scaled = scale_gradient(x, 0.25);
  EXPECT_EQ(flipped.value().to_vector(), x.value().to_vector());
  expect_numbers(grad(sum(square(flipped)), x), {5.6, -2, -10.4}, "flip_gradient");
  expect_numbers(grad(sum(square(scaled)), x), {-0.7, 0.25, 1.3}, "scale_gradient");
  expect_numbers(grad(sum(straight_through(sign(x), x) * x.detach()), x), {-1.4, 0.5, 2.6}, "straight_through");
  const Tensor twice = grad(sum(square(scale_gradient(x, 0.25))), x, {.create_graph = true});
  expect_numbers(grad(sum(twice), x), {0.125, 0.125, 0.125}, "scale_gradient to second order");
}

TEST(Elementwise, PropertiesOfNumbers) {
  for (const Dtype dtype : {f32, f64, f16, bf16}) {
    const Tensor x = tensor({-inf, -0., 0., 1., inf, nan}, f64).to(dtype);
    expect_numbers(isnan(x), {0, 0, 0, 0, 0, 1}, "isnan");
    expect_numbers(isinf(x), {1, 0, 0, 0, 1, 0}, "isinf");
    expect_numbers(isfinite(x), {0, 1, 1, 1, 0, 0}, "isfinite");
    expect_numbers(signbit(slice(x, 0, 0, 5)), {1, 1, 0, 0, 0}, "signbit");
  }
  const Tensor whole = tensor({-1, 0, 2}, i64);
  expect_numbers(isfinite(whole), {1, 1, 1}, "isfinite");
  expect_numbers(isinf(whole), {0, 0, 0}, "isinf");
  expect_numbers(signbit(whole), {1, 0, 0}, "signbit");
  expect_numbers(isclose(tensor({1, inf, inf, nan, 1}, f64), tensor({1 + 1e-6, inf, -inf, nan, inf}, f64)), {1, 1, 0, 0, 0}, "isclose");
  EXPECT_TRUE(allclose(tensor({nan, 100}, f32), tensor({nan, 101}, f32), 0.1, 0, true));
  EXPECT_FALSE(allclose(tensor({nan}, f32), tensor({nan}, f32)));
  EXPECT_TRUE(allclose(zeros({0}), zeros({0})));
  expect_numbers(heaviside(tensor({-1, 0, -0., 2, nan}, f64), tensor(0.5, f64)), {0, 0.5, 0.5, 1, 0}, "heaviside");
}

TEST(Elementwise, BitsOfWholeNumbers) {
  const Tensor a = tensor({12, -1, 5}, i64), b = tensor({10, 6, -2}, i64);
  expect_numbers(a & b, {8, 6, 4}, "and");
  expect_numbers(a | b, {14, -1, -1}, "or");
  expect_numbers(a ^ b, {6, -7, -5}, "xor");
  expect_numbers(~a, {-13, 0, -6}, "not");
  expect_numbers(~tensor({0, 5}, u8), {255, 250}, "not");
  expect_numbers(~tensor({0, 1}, boolean), {1, 0}, "not");
  expect_numbers(tensor({1, 1, 0}, boolean) ^ tensor({1, 0, 0}, boolean), {0, 1, 0}, "xor");
  // What C++ leaves undefined is PyTorch's: nothing is left, or the sign.
  expect_numbers(bitwise_left_shift(tensor({1, 1, 1, -3}, i32), tensor({31, 32, -1, 1}, i32)), {-2147483648., 0, 0, -6}, "left");
  expect_numbers(bitwise_right_shift(tensor({-8, -8, 8, 8, -8}, i64), tensor({1, 64, 70, -1, -1}, i64)), {-4, -1, 0, 0, -1}, "right");
  expect_numbers(bitwise_right_shift(tensor({200, 200}, u8), tensor({3, 8}, u8)), {25, 0}, "right");
}

TEST(Elementwise, WholeNumbersStayWhole) {
  const Tensor a = tensor({-7, 7, 0}, i64), b = tensor({2, -2, 3}, i64);
  expect_numbers(fmod(a, b), {-1, 1, 0}, "fmod");
  expect_numbers(div(a, b, Rounding::trunc), {-3, -3, 0}, "div");
  expect_numbers(div(a, b, Rounding::floor), {-4, -4, 0}, "div");
  expect_numbers(add(a, b, 2), {-3, 3, 6}, "add");
  expect_numbers(sub(a, b, 2), {-11, 11, -6}, "sub");
  expect_numbers(clamp(a, b, tensor({3, 3, 3}, i64)), {2, 3, 3}, "clamp");
  expect_numbers(fmax(a, b), {2, 7, 3}, "fmax");
  expect_numbers(round(a), {-7, 7, 0}, "round");
  const Tensor least = tensor(std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min()}, i64);
  EXPECT_EQ(div(least, -1, Rounding::trunc).value().as_contiguous().span<std::int64_t>()[0], std::numeric_limits<std::int64_t>::min());
  expect_numbers(fmod(least, -1), {0}, "fmod");
  expect_error<DtypeError>([&] { add(a, b, 0.5); }, {"add", "0.5 is no i64"});
}

TEST(Elementwise, ThreadsGiveEqualBits) {
  Generator g(2);
  const Tensor x = randn({200003}, g), w = rand({200003}, g);
  const auto run = [&] {
    const Tensor v = variable(x);
    const Tensor y = lerp(sin(v), atan2(v, w), w) + hypot(v, w) + logaddexp(v, w) + elu(v);
    Numbers all = y.value().to_vector(), slopes = grad(sum(y), v).value().to_vector();
    all.insert(all.end(), slopes.begin(), slopes.end());
    return all;
  };
  const Numbers many = run();
  const int before = num_threads();
  set_threads(1);
  const Numbers one = run();
  set_threads(before);
  EXPECT_EQ(one, many);
}

}  // namespace gradus::elementwise_test
