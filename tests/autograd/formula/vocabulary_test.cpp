// Every function of the vocabulary in fuse: values and slopes to second order, in f32 and f64, against the same lambda on Tensors.
#include <gradus/autograd/fuse.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/gradcheck.h>

#include "declared_functions.h"
#include "support.h"

namespace gradus::vocabulary_test {

// The functions, several at a time: what is compiled costs less, and each has slopes of its own in the sum.
const auto activations = [](auto x, auto y) {
  return std::array{gelu(x) + 2 * gelu_tanh(y) + 3 * silu(x * y) + mish(y) - hardsigmoid(x) + hardswish(y) + tanhshrink(x * y),
                    softsign(x) + logsigmoid(y) + relu6(4 * x) + leaky_relu(x, 0.2) * elu(y, 0.5) + celu(x, 2) + selu(x * y),
                    hardtanh(x, -0.5, 0.75) + hardshrink(y, 0.1) * softshrink(x, 0.2) + threshold(x, 0.1, 3) * softplus(y, 2, 1)};
};
const auto trigonometry = [](auto x, auto y) {
  return std::tuple{sin(x) + 2 * cos(y) + tan(0.5 * x) + asin(0.3 * x) + acos(0.3 * y) + atan(x * y) + atan2(x, y),
                    sinh(x) + cosh(y) + asinh(x * y) + acosh(2 + square(x)) + atanh(0.3 * y) + sinc(x), deg2rad(x) * rad2deg(y)};
};
const auto functions = [](auto x, auto y) {
  return std::array{expm1(x) + exp2(y) + log2(1 + square(x)) + log10(2 + x * x) + rsqrt(1 + x * x) + reciprocal(3 + y) + expit(x) + neg(y),
                    logaddexp(x, y) + logaddexp2(y, 2 * x) + hypot(x, y) + copysign(x, y) + fmax(x, y) * fmin(x, 0.5 * y) + xlogy(x, 4 + y),
                    erfc(x) + erfinv(0.3 * y) + lgamma(4 + x) + digamma(4 + y) + polygamma(1, 4 + x * y) + logit(0.5 + 0.1 * x) +
                        logit(0.5 + 0.2 * y, 0.2)};
};
const auto steps = [](auto x, auto y) {
  return floor(x) * y + ceil(y) * x + trunc(3 * x) * y + round(2 * x) * y + frac(x) + fmod(x, 3 + y) + remainder(x, 3 + y) +
         floor_divide(x, y + 5) + lerp(x, y, x * y) + addcmul(x, y, x, 0.5) + addcdiv(x, y, 4 + x, 0.5) + clamp(x, -0.5, 0.5) +
         clamp(x, y - 1, y + 1) + clamp_min(x, 0.2) * clamp_max(y, 0.2) + nan_to_num(x, 0, 1, 2) + where(isnan(x) || isinf(y), y, x * y) +
         where(isfinite(x) && signbit(y), x, like(y, 3));
};

const auto more = [](auto x, auto y) {
  const auto both = logical_or(logical_and(x > 0, y), logical_xor(logical_not(x), isclose(x, y)));
  return std::array{prelu(x, y) + prelu(x * y, like(x, 0.25)) * rrelu(y) + rrelu(x, 0.1, 0.5) + mvlgamma(5 + x, 3) + ldexp(x, y) +
                        add(x, y, 2) * sub(x, y, 3) + mul(x, y) + div(x, 4 + y) + clamp_min(x, y) * clamp_max(x, 2 * y),
                    div(x, y, Rounding::trunc) * y + div(x, y, Rounding::floor) * x + round(x, {.decimals = 1}) * y +
                        round(y, {.straight_through = true}) * 0 + straight_through(x, x) + heaviside(x, y) * y +
                        nan_to_num(x) * nan_to_num(y, 2) + where(both, x * y, x - y) + scale_gradient(x, 1) + flip_gradient(y, -1)};
};

template <class F>
std::vector<Tensor> all_of(const F& f, const std::vector<Tensor>& x) {
  const auto found = detail::as_array(fuse(f, x[0], x[1]));
  return {found.begin(), found.end()};
}

template <class F>
void expect_right(const F& f, const std::string& what) {
  Generator g(1);
  const std::vector<Tensor> x{randn({2, 7}, g, f64), randn({7}, g, f64)};
  EXPECT_NO_THROW(check_gradients(Functions([&](const auto& v) { return all_of(f, v); }), x)) << what;
  for (const Dtype dtype : {f32, f64}) {
    const std::vector<Tensor> at{x[0].to(dtype).detach(), x[1].to(dtype).detach()};
    const auto fused = all_of(f, at);
    const auto composed = detail::as_array(f(at[0], at[1]));
    for (std::size_t k = 0; k < fused.size(); ++k) {
      const auto a = fused[k].value().to_vector(), b = composed[k].value().to_vector();
      for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], (dtype == f32 ? 2e-5 : 1e-12) * (1 + std::abs(b[i]))) << what;
    }
  }
}

TEST(FuseVocabulary, Activations) { expect_right(activations, "activations"); }
TEST(FuseVocabulary, Trigonometry) { expect_right(trigonometry, "trigonometry"); }
TEST(FuseVocabulary, Functions) { expect_right(functions, "functions"); }
TEST(FuseVocabulary, Steps) { expect_right(steps, "steps"); }
TEST(FuseVocabulary, More) { expect_right(more, "more"); }

TEST(FuseVocabulary, HasEveryElementwiseFunction) {
  const std::filesystem::path root = GRADUS_SOURCE;
  std::ifstream file(root / "tests/autograd/formula/vocabulary_test.cpp");
  const std::string here{std::istreambuf_iterator<char>(file), {}};
  const std::set<std::string> elsewhere{"glu", "allclose",   // of halves, of all elements; registers' and dual numbers' own: fuse_test.cpp
                                        "exp", "log", "log1p", "sqrt", "square", "abs", "sign", "tanh", "erf", "sigmoid", "relu",
                                        "softplus", "maximum", "minimum", "pow"};
  for (const char* family : {"activation", "arithmetic", "blend", "compare", "math", "rounding", "special", "surrogate", "trigonometry"})
    for (const std::string& name : declared_functions(root / "autograd/ops" / (std::string(family) + ".h")))
      EXPECT_TRUE(name.starts_with("operator") || elsewhere.contains(name) || here.find(name + "(") != here.npos) << name;
}

TEST(FuseVocabulary, SlopesOfPreluBroadcastAsArithmeticDoes) {
  const auto f = [](auto x, auto w) { return prelu(x, w); };
  const std::vector<std::pair<Shape, Shape>> shapes{{{2, 3, 4}, {4}}, {{1}, {5}}, {{2, 3}, {3}}, {{3}, {2, 1, 3}}, {{4}, {}}};
  for (const auto& [a, b] : shapes) {
    const std::vector<Tensor> inputs{variable(randn(a, default_generator(), f64)), variable(randn(b, default_generator(), f64))};
    for (const bool recorded : {false, true}) {
      const Tensor y = fuse(f, inputs[0], inputs[1]), seed = rand_like(y);
      const auto d = grad(y, inputs, {.create_graph = recorded, .seed = seed});
      const Tensor x = expand(inputs[0].detach(), y.shape()), w = expand(inputs[1].detach(), y.shape());
      EXPECT_EQ(y.value().to_vector(), where(x > 0, x, w * x).value().to_vector());
      EXPECT_EQ(d[0].value().to_vector(), sum_to(where(x > 0, seed, seed * w), a).value().to_vector()) << a << b;
      EXPECT_EQ(d[1].value().to_vector(), sum_to(where(x > 0, 0.0, seed * x), b).value().to_vector()) << a << b;
    }
  }
  const Tensor x = variable(tensor({-2.5, 3.5}, f64));   // values of a step, slopes of what goes in
  const Tensor step = fuse([](auto v) { return straight_through(round(v), 3 * v); }, x);
  EXPECT_EQ(step.value().to_vector(), (std::vector<double>{-2, 4}));
  EXPECT_EQ(grad(sum(step), x).value().to_vector(), (std::vector<double>{3, 3}));
  const Tensor broken = tensor({NAN, INFINITY, -INFINITY, 1});
  EXPECT_EQ(fuse([](auto v) { return nan_to_num(v); }, broken).value().to_vector(), nan_to_num(broken).value().to_vector());
}

TEST(FuseVocabulary, EightInputsAndAResultThatNobodyUsed) {
  const auto f = [](auto a, auto b, auto c, auto d, auto e, auto f, auto g, auto h) {
    return std::array{a * b + c * d, e * f + g * h * a, sqrt(a - a)};
  };
  std::vector<Tensor> x;
  for (int i = 0; i < 8; ++i) x.push_back(variable(tensor({0.5 + i, 2.0 - i}, f64)));
  for (const bool recorded : {false, true}) {
    const auto y = fuse(f, x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7]);
    const auto d = grad(sum(y[1]), x, {.create_graph = recorded});   // the slope of the last result is infinite, and nobody asked for it
    EXPECT_EQ(d[0].value().to_vector(), (x[6] * x[7]).value().to_vector());
    EXPECT_EQ(d[5].value().to_vector(), x[4].value().to_vector());
    EXPECT_EQ(d[1].value().to_vector(), (std::vector<double>{0, 0}));
  }
  EXPECT_NO_THROW(check_gradients(Functions([&](const auto& v) {
    const auto y = fuse([](auto a, auto b, auto c, auto d, auto e, auto f, auto g, auto h) {
      return std::array{a * b + c * d, e * f + g * h * a};
    }, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
    return std::vector<Tensor>(y.begin(), y.end());
  }), x));
}

TEST(FuseVocabulary, MasksOfFormulasLetNothingThrough) {
  const Tensor x = variable(tensor({-4, -0.5, 4}, f64));
  for (const bool recorded : {false, true}) {
    const auto slope = [&](auto f) { return grad(sum(fuse(f, x)), x, {.create_graph = recorded}).value().to_vector(); };
    EXPECT_EQ(slope([](auto v) { return sqrt(relu6(v)); }), (std::vector<double>{0, 0, 0.25}));
    EXPECT_EQ(slope([](auto v) { return log(threshold(v, 0, 0)); }), (std::vector<double>{0, 0, 0.25}));
    EXPECT_EQ(slope([](auto v) { return sqrt(fmax(v, like(v, 0))); }), (std::vector<double>{0, 0, 0.25}));
    EXPECT_EQ(slope([](auto v) { return flip_gradient(v, 2) + scale_gradient(v, 5); }), (std::vector<double>{3, 3, 3}));
  }
}

}  // namespace gradus::vocabulary_test
