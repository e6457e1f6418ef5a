// Intermediate results that retain their gradients: PyTorch's meaning, after hooks, in several threads, and what a walk that fails gives
// them: nothing.
#include <thread>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/walk/grad.h>

#include "support.h"

namespace gradus::retain_grad_test {

using testing::ElementsAre;

std::vector<double> values(const Tensor& x) { return x.value().to_vector(); }

struct Bad final : Op {
  std::string_view name() const override { return "bad"; }
  Array forward(const Tensor& x) { return x.value(); }
  Grads backward(Tensor) override { fail<ValueError>("on purpose"); }
};

TEST(RetainGrad, KeepsTheGradientOfAnIntermediateResult) {
  const Tensor x = variable(tensor({1.0, 2.0}));
  const Tensor y = x * x, z = y * 3 + y, unused = x * 2;
  expect_error<GraphError>([&] { y.grad(); }, {"only leaves keep their gradient", "x.retain_grad() before backward"});
  EXPECT_FALSE(y.retains_grad());
  y.retain_grad();
  y.retain_grad();
  unused.retain_grad();
  x.retain_grad();   // a leaf does anyway
  EXPECT_TRUE(y.retains_grad() && !x.retains_grad() && !z.retains_grad());
  EXPECT_FALSE(y.grad().defined());
  sum(z).backward({.retain_graph = true});
  EXPECT_THAT(values(y.grad()), ElementsAre(4, 4));
  EXPECT_FALSE(y.grad().requires_grad() || unused.grad().defined());
  grad(sum(z), x, {.retain_graph = true});   // leaves nothing behind
  EXPECT_THAT(values(y.grad()), ElementsAre(4, 4));
  const Tensor held = y.grad();
  sum(z).backward({.retain_graph = true});   // adds, as PyTorch does
  EXPECT_THAT(values(y.grad()), ElementsAre(8, 8));
  EXPECT_THAT(values(held), ElementsAre(4, 4));
  EXPECT_THAT(values(x.grad()), ElementsAre(16, 32));
  y.zero_grad();
  EXPECT_FALSE(y.grad().defined());
  sum(z).backward();
  EXPECT_THAT(values(y.grad()), ElementsAre(4, 4));
  expect_error<GraphError>([&] { tensor(1.0).retain_grad(); }, {"retain_grad: the tensor [] f32 is not tracked"});
}

TEST(RetainGrad, OfOneResultOfSeveralOfTheRootAndAfterHooks) {
  const Tensor x = variable(tensor({3.0, 1.0, 2.0}));
  const auto parts = split(x * 1, 1, 0);
  parts[1].retain_grad();
  const Tensor y = sum(parts[1] * 5) + sum(parts[2]);
  y.retain_grad();
  const ScopedHook doubles = parts[1].register_hook([](const Tensor& g) { return g * 2; });
  y.backward();
  EXPECT_EQ(parts[1].grad().item(), 10);
  EXPECT_EQ(y.grad().item(), 1);
  expect_error<GraphError>([&] { parts[2].grad(); }, {"only leaves keep"});
  EXPECT_THAT(values(x.grad()), ElementsAre(0, 10, 1));
}

TEST(RetainGrad, TakesNothingFromAWalkThatFailsAndAHistoryFromOneThatIsRecorded) {
  const Tensor x = variable(tensor({1.0, 2.0}));
  const Tensor bad = record(Bad{}, x * x) * x;
  bad.retain_grad();
  EXPECT_THROW(sum(bad).backward(), ValueError);
  EXPECT_FALSE(bad.grad().defined() || x.grad().defined());
  const Tensor y = x * x;
  y.retain_grad();
  sum(y * y * y).backward({.create_graph = true});
  const Tensor g = y.grad();   // 3 y²
  EXPECT_THAT(values(grad(sum(g), x)), ElementsAre(6 * 1 * 2, 6 * 4 * 4));
  y.zero_grad(), x.zero_grad();   // the ring
}

TEST(RetainGrad, InSeveralThreads) {
  const Tensor x = variable(tensor({1.0, 2.0}));
  const Tensor y = x * x;
  y.retain_grad();
  const Tensor loss = sum(y * 2);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) loss.backward({.retain_graph = true});
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(values(y.grad()), ElementsAre(800, 800));
  EXPECT_THAT(values(x.grad()), ElementsAre(1600, 3200));
}

}  // namespace gradus::retain_grad_test
