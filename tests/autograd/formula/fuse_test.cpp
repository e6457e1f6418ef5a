#include <gradus/autograd/fuse.h>

#include <limits>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/math.h>

#include "support.h"

namespace gradus::fuse_test {

const auto everything = [](auto x, auto g) {
  return tanh(x) * sigmoid(g) + x * g / (1 + exp(-g)) - where(x > g, sqrt(abs(x) + 1), log(g * g + 2)) + relu(x - 0.3) + erf(g) -
         softplus(x) + maximum(x, 0.5 * g) + minimum(x, 2 * g) + pow(abs(x) + 1, g) + square(x) + log1p(abs(g)) - like(x, 3) + sign(x);
};

TEST(Fuse, SlopesToSecondOrder) {
  Generator g(1);
  for (std::uint64_t round = 0; round < 3; ++round)
    check_gradients([](const auto& x) { return fuse(everything, x[0], x[1]); }, {randn({2, 7}, g, f64), randn({7}, g, f64)});
}

TEST(Fuse, AgreesWithTheSameLambdaOnTensors) {
  Generator g(2);
  for (const Dtype dtype : {f32, f64}) {
    const Tensor x = randn({5, 33}, g, dtype), y = randn({5, 1}, g, dtype);
    const Tensor fused = fuse(everything, x, y), composed = everything(x, y);
    EXPECT_EQ(fused.shape(), composed.shape());
    EXPECT_EQ(fused.dtype(), dtype);
    const auto a = fused.value().to_vector(), b = composed.value().to_vector();
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], dtype == f32 ? 2e-5 : 1e-12);
  }
}

TEST(Fuse, OneNodeAndOneBuffer) {
  const Tensor x = variable(ones({1000})), g = variable(ones({1000}));
  const std::int64_t nodes = Node::live(), bytes = pool::live_bytes();
  const Tensor y = fuse([](auto a, auto b) { return tanh(a) * sigmoid(b) + a * b; }, x, g);
  EXPECT_EQ(Node::live(), nodes + 1);
  EXPECT_LT(pool::live_bytes() - bytes, 4000 + 4096);   // the result and a node
}

TEST(Fuse, CapturesAndSeveralInputs) {
  const double slope = 0.2;
  const auto leaky = [slope](auto x) { return where(x > 0, x, slope * x); };
  check_gradients([&](const auto& x) { return fuse(leaky, x[0]); }, {tensor({-1.0, 2.0, -0.5}, f64)});
  check_gradients(
      [](const auto& x) { return fuse([](auto a, auto b, auto c, auto d) { return a * b + c * d * a; }, x[0], x[1], x[2], x[3]); },
      {tensor({1.0, 2.0}, f64), tensor({3.0}, f64), tensor({{1.0}, {2.0}}, f64), tensor(2.0, f64)});
}

TEST(Fuse, AnInputThatIsNotUsed) {
  check_gradients([](const auto& x) { return fuse([](auto a, auto) { return a * a; }, x[0], x[1]); },
                  {tensor({1.0, 2.0}, f64), tensor({{3.0, 1.0}, {2.0, 2.0}}, f64)});
}

TEST(Fuse, NaNIsUnequalToItself) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Dtype dtype : {f32, f64}) {
    const Tensor y =
        fuse([](auto x) { return where(x != x, like(x, 1), where(x == x, like(x, 2), like(x, 3))); }, tensor({nan, 0.0}, dtype));
    EXPECT_THAT(y.value().to_vector(), testing::ElementsAreArray({1, 2}));
  }
}

TEST(Fuse, Errors) {
  const auto product = [](auto a, auto b) { return a * b; };
  expect_error<ShapeError>([&] { fuse(product, zeros({2}), zeros({3})); }, {"fuse", "[2]", "[3]"});
  expect_error<DtypeError>([&] { fuse(product, zeros({2}), zeros({2}, f64)); }, {"fuse", "f32", "f64"});
  expect_error<DtypeError>([&] { fuse(product, zeros({2}, i64), zeros({2}, i64)); }, {"fuse", "i64"});
}

}  // namespace gradus::fuse_test
