// Where numbers end: sums of any length and pattern, losses of certain logits, and arithmetic that may be trapped.
#include <cfenv>
#include <functional>
#include <limits>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/fuse.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/loss.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::edges_test {

constexpr double inf = std::numeric_limits<double>::infinity();

// Row i, column j of matrices whose sums are hard in one way or another.
const std::vector<std::pair<std::string, std::function<float(std::int64_t, std::int64_t)>>> patterns{
    {"equal numbers", [](std::int64_t, std::int64_t) { return 0.1f; }},
    {"a ramp", [](std::int64_t i, std::int64_t j) { return static_cast<float>(i + 3 * j) * 0.37f; }},
    {"falling", [](std::int64_t i, std::int64_t j) { return 1 / static_cast<float>(i + j + 1); }},
    {"waves", [](std::int64_t i, std::int64_t j) { return std::sin(static_cast<float>(7 * i + 11 * j)); }},
    {"large and small", [](std::int64_t i, std::int64_t j) { return i == 0 ? 16777216.f : 0.7f + static_cast<float>(j) * 0.01f; }}};

TEST(Edges, SumsOfF32AreRoundedAboutOnce) {
  for (const auto& [name, value] : patterns) {
    const bool outweighed = name == "large and small";
    for (const std::int64_t n :
         {1, 2, 3, 5, 8, 15, 16, 17, 31, 33, 63, 64, 65, 100, 127, 255, 256, 300, 1000, 1024, 2047, 2048, 5000, 70000})
      for (const std::int64_t width : {1, 3, 17, 70})
        for (const bool rows : {false, true}) {
          if (n * width > 100000) continue;
          std::vector<float> x(static_cast<std::size_t>(n * width));
          std::vector<long double> wanted(static_cast<std::size_t>(width)), sizes(wanted);
          for (std::int64_t i = 0; i < n; ++i)
            for (std::int64_t j = 0; j < width; ++j) {
              const float v = value(i, j);
              x[static_cast<std::size_t>(rows ? j * n + i : i * width + j)] = v;
              wanted[static_cast<std::size_t>(j)] += static_cast<long double>(v);
              sizes[static_cast<std::size_t>(j)] += std::abs(static_cast<long double>(v));
            }
          const Tensor sums = sum(Tensor(Array::from(x, rows ? Shape{width, n} : Shape{n, width})), rows ? 1 : 0);
          for (std::int64_t j = 0; j < width; ++j) {
            const auto k = static_cast<std::size_t>(j);
            ASSERT_LE(std::abs(static_cast<long double>(sums.value().span<float>()[k]) - wanted[k]),
                      (outweighed ? 1.8e-7L : 1e-7L) * sizes[k])
                << name << ", " << n << (rows ? " in each of " : " rows of ") << width;
          }
        }
  }
}

TEST(Edges, CertainLogitsCostNothingOrEverything) {
  for (const Dtype dtype : {f32, f64})
    for (const bool recorded : {false, true}) {
      const Tensor x = variable(tensor({inf, inf, -inf, -inf, inf, -inf, 0.}, dtype));
      const Tensor t = variable(tensor({1., 0., 0., 1., 0.25, 0.25, 0.5}, dtype));
      const Tensor loss = bce_with_logits(x, t, {.reduction = Reduction::none});
      expect_near(loss.value().to(f64), Array::from<double>({0, inf, 0, inf, inf, inf, std::log(2.)}, {7}), 1e-6);
      const Tensor certain = bce_with_logits(tensor({inf, -inf}, dtype), tensor({1., 0.}, dtype));
      EXPECT_EQ(certain.item(), 0);
      const auto slopes = grad(loss, {x, t}, {.create_graph = recorded, .seed = ones({7}, dtype)});
      expect_near(slopes[0].value().to(f64), Array::from<double>({0, 1, 0, -1, 0.75, -0.25, 0}, {7}), 1e-6);
      expect_near(slopes[1].value().to(f64), Array::from<double>({-inf, -inf, inf, inf, -inf, inf, 0}, {7}), 1e-6);
      const auto none =
          grad(bce_with_logits(x, t, {.reduction = Reduction::none}), {x, t}, {.create_graph = recorded, .seed = zeros({7}, dtype)});
      for (const Tensor& slope : none) expect_near(slope.value().to(f64), Array::zeros({7}, f64), 0);
      if (recorded) {
        const Tensor second = grad(sum(slopes[0]), x);
        expect_near(second.value().to(f64), Array::from<double>({0, 0, 0, 0, 0, 0, 0.25}, {7}), 1e-6);
      }
    }
}

// The lanes of a last register that hold no element must not do what the elements do not: a host may trap it.
TEST(Edges, NoLaneWithoutAnElementRaisesAFlag) {
  using Two = std::function<Tensor(const Tensor&, const Tensor&)>;
  const std::vector<std::pair<std::string, Two>> functions{
      {"exp", [](const Tensor& x, const Tensor&) { return exp(x); }},
      {"log", [](const Tensor& x, const Tensor&) { return log(x); }},
      {"log1p", [](const Tensor& x, const Tensor&) { return log1p(x); }},
      {"sqrt", [](const Tensor& x, const Tensor&) { return sqrt(x); }},
      {"tanh", [](const Tensor& x, const Tensor&) { return tanh(x); }},
      {"sigmoid", [](const Tensor& x, const Tensor&) { return sigmoid(x); }},
      {"softplus", [](const Tensor& x, const Tensor&) { return softplus(x); }},
      {"erf", [](const Tensor& x, const Tensor&) { return erf(x); }},
      {"gelu", [](const Tensor& x, const Tensor&) { return gelu(x); }},
      {"gelu_tanh", [](const Tensor& x, const Tensor&) { return gelu_tanh(x); }},
      {"silu", [](const Tensor& x, const Tensor&) { return silu(x); }},
      {"mish", [](const Tensor& x, const Tensor&) { return mish(x); }},
      {"1/x", [](const Tensor& x, const Tensor&) { return 1 / x; }},
      {"x/y", [](const Tensor& x, const Tensor& y) { return x / y; }},
      {"x^y", [](const Tensor& x, const Tensor& y) { return pow(x, y); }},
      {"x^-1.5", [](const Tensor& x, const Tensor&) { return pow(x, -1.5); }},
      {"maximum", [](const Tensor& x, const Tensor& y) { return maximum(x, y); }},
      {"sum", [](const Tensor& x, const Tensor&) { return sum(x); }},
      {"max", [](const Tensor& x, const Tensor&) { return max(x); }},
      {"softmax", [](const Tensor& x, const Tensor&) { return softmax(x, 0); }},
      {"log_softmax", [](const Tensor& x, const Tensor&) { return log_softmax(x, 0); }},
      {"mse_loss", [](const Tensor& x, const Tensor& y) { return mse_loss(x, y); }},
      {"bce_with_logits", [](const Tensor& x, const Tensor& y) { return bce_with_logits(x, y); }},
      {"fused log", [](const Tensor& x, const Tensor&) { return fuse([](auto a) { return log(a); }, x); }},
      {"fused quotient",
       [](const Tensor& x, const Tensor& y) { return fuse([](auto a, auto b) { return sqrt(a) / b + pow(a, b); }, x, y); }}};
  for (const Dtype dtype : {f32, f64})
    for (const auto& [name, f] : functions)
      for (std::int64_t n = 1; n <= 40; ++n) {
        const Tensor x = variable(linspace(0.5, 4, n, dtype)), y = variable(linspace(3, 0.25, n, dtype));
        std::feclearexcept(FE_ALL_EXCEPT);
        sum(f(x, y)).backward();
        EXPECT_FALSE(std::fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW)) << name << " of " << n << " in " << dtype;
      }
}

}  // namespace gradus::edges_test
