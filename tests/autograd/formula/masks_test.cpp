// Masks select and do not multiply: where one lets nothing through, the gradient is 0 also when what arrives is infinite (0·∞ is NaN).
// In the fast backward, in the recorded one, and in fuse; the values are PyTorch's, but that of abs at 0 (NaN there). A product stays one.
#include <functional>
#include <limits>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/fuse.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/dropout.h>
#include <gradus/autograd/ops/loss.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::masks_test {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

using Numbers = std::vector<double>;
using Unary = std::function<Tensor(const Tensor&)>;

Tensor column(const Numbers& x, Dtype dtype) {
  return variable(Tensor(Array::from(x, {static_cast<std::int64_t>(x.size())})).to(dtype).detach());
}

void expect_numbers(const Tensor& got, const Numbers& wanted, const std::string& what) {
  expect_near(got.value().to(f64), Array::from(wanted, {static_cast<std::int64_t>(wanted.size())}), 1e-6, what);
}

// The gradients of f(x...) for the seed g everywhere are `wanted`, whichever way they are computed.
void expect_gradients(const std::string& what, const std::function<Tensor(std::span<const Tensor>)>& f, const std::vector<Numbers>& xs,
                      double g, const std::vector<Numbers>& wanted) {
  for (const Dtype dtype : {f32, f64})
    for (const bool recorded : {false, true}) {
      std::vector<Tensor> x;
      for (const Numbers& numbers : xs) x.push_back(column(numbers, dtype));
      const Tensor y = f(x);
      const auto found = grad(y, x, {.create_graph = recorded, .seed = full(y.shape(), g, dtype)});
      for (std::size_t i = 0; i < x.size(); ++i)
        expect_numbers(found[i], wanted[i], text(what, recorded ? ", recorded" : "", " in ", dtype, ", by input ", i));
    }
}

// For a lambda, by operations and fused.
template <class F>
void expect_both(const std::string& what, F f, const Numbers& x, double g, const Numbers& wanted) {
  expect_gradients(what, [f](std::span<const Tensor> v) { return f(v[0]); }, {x}, g, {wanted});
  expect_gradients(what + ", fused", [f](std::span<const Tensor> v) { return fuse(f, v[0]); }, {x}, g, {wanted});
}
template <class F>
void expect_both(const std::string& what, F f, const Numbers& a, const Numbers& b, double g, const Numbers& by_a, const Numbers& by_b) {
  expect_gradients(what, [f](std::span<const Tensor> v) { return f(v[0], v[1]); }, {a, b}, g, {by_a, by_b});
  expect_gradients(what + ", fused", [f](std::span<const Tensor> v) { return fuse(f, v[0], v[1]); }, {a, b}, g, {by_a, by_b});
}

const Numbers points{-inf, -3, -0., 0, 3, inf, nan};

TEST(Masks, OfOneTensorLetNothingThrough) {
  expect_both("relu", [](auto x) { return relu(x); }, points, inf, {0, 0, 0, 0, inf, inf, inf});
  expect_both("abs", [](auto x) { return abs(x); }, points, inf, {-inf, -inf, 0, 0, inf, inf, nan});
  expect_both("sign", [](auto x) { return sign(x); }, points, inf, {0, 0, 0, 0, 0, 0, 0});
  expect_both("x⁰", [](auto x) { return pow(x, 0.0) + 0 * sign(x); }, {-3, 2, 0}, inf, {0, 0, 0});
  expect_both("where", [](auto x) { return where(x > 0, x, like(x, 1)); }, points, inf, {0, 0, 0, 0, inf, inf, 0});
  expect_gradients("clamp", [](auto x) { return clamp(x[0], 0, 9); }, {{-inf, -1, 0, 4, 9, 10, inf, nan}}, inf,
                   {{0, 0, inf, inf, inf, 0, 0, 0}});
}

TEST(Masks, OfTwoTensorsLetNothingThrough) {
  const Numbers a{1, 2, 1, nan, 1, inf, -inf}, b{2, 1, 1, 1, nan, inf, -inf};
  for (const double g : {inf, 1.0}) {
    const Numbers first{0, g, g / 2, g, g, g / 2, g / 2}, second{g, 0, g / 2, g, g, g / 2, g / 2};
    expect_both("maximum", [](auto x, auto y) { return maximum(x, y); }, a, b, g, first, second);
  }
  const Numbers first{inf, 0, inf, inf, inf, inf, inf}, second{0, inf, inf, inf, inf, inf, inf};
  expect_both("minimum", [](auto x, auto y) { return minimum(x, y); }, a, b, inf, first, second);
}

TEST(Masks, InFrontOfAnInfiniteSlope) {
  const Numbers x{-4, -0.5, 4};
  expect_both("√relu", [](auto v) { return sqrt(relu(v)); }, x, 1, {0, 0, 0.25});
  expect_both("log relu", [](auto v) { return log(relu(v)); }, x, 1, {0, 0, 0.25});
  expect_both("1/relu", [](auto v) { return 1 / relu(v); }, x, 1, {0, 0, -0.0625});
  expect_both("√maximum", [](auto v) { return sqrt(maximum(v, like(v, 0))); }, x, 1, {0, 0, 0.25});
  expect_both("log maximum", [](auto v) { return log(maximum(v, like(v, 0))); }, x, 1, {0, 0, 0.25});
  expect_both("√−minimum", [](auto v) { return sqrt(-minimum(v, like(v, 0))); }, {4, 0.5, -4}, 1, {0, 0, -0.25});
  expect_both("√where", [](auto v) { return sqrt(where(v > 0, v, like(v, 0))); }, x, 1, {0, 0, 0.25});
  expect_both("√|x|", [](auto v) { return sqrt(abs(v)); }, {0, -0., -4}, 1, {0, 0, -0.25});
  expect_gradients("√clamp", [](auto v) { return sqrt(clamp(v[0], 0, 9)); }, {x}, 1, {{0, 0, 0.25}});
  expect_gradients("log clamp", [](auto v) { return log(clamp(v[0], 0, 9)); }, {x}, 1, {{0, 0, 0.25}});
  expect_gradients("√max", [](auto v) { return sqrt(max(v[0])); }, {{-1, 0, 0, -2}}, 1, {{0, inf, inf, 0}});
}

TEST(Masks, InFrontOfAnInfiniteSlopeToSecondOrder) {
  for (const auto& [name, f] : std::vector<std::pair<std::string, Unary>>{
           {"relu", [](const Tensor& x) { return sqrt(relu(x)); }},
           {"clamp", [](const Tensor& x) { return sqrt(clamp(x, 0, 9)); }},
           {"maximum", [](const Tensor& x) { return sqrt(maximum(x, like(x, 0))); }},
           {"fuse", [](const Tensor& x) { return fuse([](auto v) { return sqrt(relu(v)); }, x); }}}) {
    const Tensor x = column({-4, 4}, f64), dx = grad(sum(f(x)), x, {.create_graph = true});
    expect_numbers(grad(sum(dx), x), {0, -1. / 32}, name);
  }
}

TEST(Masks, ProductsAreNoMasks) {
  const Numbers x{1, 4}, w{0, 1};
  expect_both("√(x·w)", [](auto a, auto b) { return sqrt(a * b); }, x, w, 1, {nan, 0.25}, {inf, 1});
  expect_both("√x²", [](auto v) { return sqrt(square(v)); }, {0, 2}, 1, {nan, 1});
  expect_gradients("0·x", [](auto v) { return v[0] * 0.0; }, {{1}}, inf, {{nan}});
}

TEST(Masks, SlopesThatAreZeroInTheLimit) {
  expect_both("x^y", [](auto x, auto y) { return pow(x, y); }, {inf, 0, 0, inf, 2}, {-1, 2, 0, -2, 3}, 1, {-0., 0, 0, -0., 12},
              {0, 0, 0, 0, 8 * std::log(2.)});
  for (const Dtype dtype : {f32, f64}) {
    const Tensor x = column({-inf, -1e20, 0.5, 1e20, inf}, dtype), dx = grad(sum(erf(x)), x, {.create_graph = true});
    const double slope = 2 / std::sqrt(std::acos(-1.)) * std::exp(-0.25);
    expect_numbers(dx, {0, 0, slope, 0, 0}, "erf");
    expect_numbers(grad(sum(dx), x), {0, 0, -slope, 0, 0}, "erf to second order");
  }
}

TEST(Masks, OfReductionsAndWindows) {
  expect_gradients("max", [](auto x) { return max(x[0]); }, {{1, 2, 2, -inf}}, inf, {{0, inf, inf, 0}});
  expect_gradients("max along an axis", [](auto x) { return max(reshape(x[0], {2, 2}), 1); }, {{1, 2, 3, -3}}, inf, {{0, inf, inf, 0}});
  expect_gradients("max_pool2d", [](auto x) { return max_pool2d(reshape(x[0], {1, 1, 2, 2}), {.kernel = 2}); }, {{1, 5, 2, -inf}}, inf,
                   {{0, inf, 0, 0}});
}

TEST(Masks, OfDropout) {
  for (const bool recorded : {false, true})
    for (const double p : {0.5, 1.0}) {
      Generator noise(7);
      const Tensor x = variable(ones({200})), y = dropout(x, p, noise),
                   dx = grad(y, x, {.create_graph = recorded, .seed = full({200}, inf, f32)});
      const auto kept = y.value().to_vector(), slopes = dx.value().to_vector();
      for (std::size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(slopes[i], kept[i] == 0 ? 0 : inf) << i;
    }
}

TEST(Masks, OfIgnoredRows) {
  const Tensor label = Array::from<std::int64_t>({1, -100}, {2});
  for (const bool recorded : {false, true}) {
    const Tensor x = variable(tensor({{0., 0.}, {nan, inf}}, f64));
    const Tensor loss = cross_entropy(x, label, {.reduction = Reduction::none});
    const Tensor dx = grad(loss, x, {.create_graph = recorded, .seed = tensor({1., inf}, f64)});
    expect_near(dx, Array::from<double>({0.5, -0.5, 0, 0}, {2, 2}), 1e-15);
    if (recorded) expect_near(grad(sum(square(dx)), x), Array::from<double>({0.5, -0.5, 0, 0}, {2, 2}), 1e-15);
  }
}

}  // namespace gradus::masks_test
