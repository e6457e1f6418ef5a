#include <pthread.h>

#include <thread>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/autograd/walk/grad.h>

#include "support.h"

namespace gradus::tape_test {

using testing::ElementsAre;
using testing::ElementsAreArray;

std::vector<double> values(const Tensor& x) { return x.value().to_vector(); }

TEST(Backward, ProductRule) {
  const Tensor x = variable(tensor({1.0, 2.0, 3.0}));
  const Tensor y = sum(x * x * x);
  y.backward();
  EXPECT_THAT(values(x.grad()), ElementsAreArray({3, 12, 27}));
}

TEST(Backward, GradientsAccumulateUntilZeroed) {
  const Tensor x = variable(tensor({1.0, 2.0}));
  sum(x * 3).backward();
  sum(x * 4).backward();
  EXPECT_THAT(values(x.grad()), ElementsAreArray({7, 7}));
  x.zero_grad();
  EXPECT_FALSE(x.grad().defined());
}

TEST(Backward, SharedSubexpressionsAreVisitedOnce) {
  const Tensor x = variable(tensor(2.0, f64));
  Tensor y = x;
  for (int i = 0; i < 60; ++i) y = y + y;   // 2^60 paths
  y.backward();
  EXPECT_EQ(x.grad().item(), 0x1p60);
}

TEST(Backward, OneLeafsGradientIsNotAnothers) {
  const Tensor a = variable(tensor({1.0})), b = variable(tensor({1.0}));
  sum(a + b).backward();   // both get the same array
  sum(a * 5).backward();
  EXPECT_THAT(values(a.grad()), ElementsAre(6));
  EXPECT_THAT(values(b.grad()), ElementsAre(1));
}

TEST(Backward, SeedAndItsErrors) {
  const Tensor x = variable(tensor({1.0, 2.0}));
  (x * x).backward(tensor({10.0, 100.0}));
  EXPECT_THAT(values(x.grad()), ElementsAreArray({20, 400}));
  expect_error<ShapeError>([&] { (x * x).backward(); }, {"backward", "scalar", "[2]", "sum(y)"});
  expect_error<ShapeError>([&] { (x * x).backward(tensor({1.0})); }, {"seed", "[1]", "[2]"});
  expect_error<DtypeError>([&] { (x * x).backward(ones({2}, f64)); }, {"seed", "f64", "f32"});
  expect_error<GraphError>([&] { sum(tensor({1.0})).backward(); }, {"not tracked"});
  expect_error<GraphError>([&] { (void)(x * x).grad(); }, {"only leaves", "mul"});
}

TEST(Backward, ASecondWalkThroughAReleasedGraphIsAnErrorThatChangesNothing) {
  const Tensor x = variable(tensor(3.0));
  const Tensor y = square(x), z = exp(y);
  z.backward();
  const double before = x.grad().item();
  expect_error<GraphError>([&] { z.backward(); }, {"already released", "exp", "retain_graph"});
  expect_error<GraphError>([&] { (y * 2 + x).backward(); }, {"already released", "square"});
  EXPECT_EQ(x.grad().item(), before);
  const Tensor kept = square(x);
  x.zero_grad();
  kept.backward({.retain_graph = true});
  kept.backward();
  EXPECT_EQ(x.grad().item(), 12);
}

TEST(Grad, OfAnyTrackedTensorAndLeavesNothingBehind) {
  const Tensor x = variable(tensor(2.0, f64)), w = variable(tensor(5.0, f64));
  const Tensor h = x * w, y = square(h);
  const auto [dh, dw] = grad<2>(y, {h, w});
  EXPECT_EQ(dh.item(), 20);
  EXPECT_EQ(dw.item(), 40);
  EXPECT_FALSE(x.grad().defined());
  EXPECT_FALSE(w.grad().defined());
}

TEST(Grad, ZerosWhereThereIsNoPath) {
  const Tensor x = variable(tensor({1.0, 2.0})), other = variable(tensor({{1.0, 2.0}}));
  const auto gs = grad(sum(x), {x, other});
  EXPECT_THAT(values(gs[1]), ElementsAreArray({0, 0}));
  EXPECT_EQ(gs[1].shape(), (Shape{1, 2}));
  expect_error<GraphError>([&] { grad(sum(x), tensor(1.0)); }, {"grad", "not tracked"});
}

TEST(Grad, HigherOrders) {
  const Tensor x = variable(tensor(1.5, f64));
  Tensor y = x * x * x * x;                  // x⁴
  for (double expected : {4 * 1.5 * 1.5 * 1.5, 12 * 1.5 * 1.5, 24 * 1.5, 24.0}) {
    y = grad(y, x, {.create_graph = true});
    EXPECT_NEAR(y.item(), expected, 1e-12);
  }
  EXPECT_NEAR(grad(grad(tanh(x), x, {.create_graph = true}), x).item(), -2 * std::tanh(1.5) / std::pow(std::cosh(1.5), 2), 1e-12);
}

TEST(Grad, CreateGraphOnBackwardLeavesDifferentiableGradients) {
  const Tensor x = variable(tensor(3.0, f64));
  (x * x * x).backward({.create_graph = true});
  const Tensor slope = x.grad();
  EXPECT_EQ(slope.item(), 27);
  EXPECT_EQ(grad(slope, x).item(), 18);
  x.zero_grad();   // the gradient holds a graph that holds the leaf: let go
}

TEST(Recording, NoGradRecordsNothing) {
  const Tensor x = variable(tensor(1.0));
  const std::int64_t before = Node::live();
  {
    const NoGrad guard;
    EXPECT_FALSE((x * 2).requires_grad());
    EXPECT_EQ(Node::live(), before);
  }
  EXPECT_TRUE((x * 2).requires_grad());
  EXPECT_FALSE(no_grad([&] { return x * 2; }).requires_grad());
  EXPECT_FALSE((x * 2).detach().requires_grad());
  try {
    const NoGrad guard;
    fail("out");
  } catch (const Error&) {
  }
  EXPECT_TRUE(recording());
}

TEST(Tape, GraphsAreFreedWithTheirTensors) {
  const std::int64_t nodes = Node::live();
  const std::int64_t bytes = pool::live_bytes();
  {
    const Tensor x = variable(randn({10, 10}));
    const Tensor y = sum(sigmoid(matmul(x, x)) + exp(x));   // never walked
    const Tensor z = sum(tanh(x));
    z.backward();
    EXPECT_GT(Node::live(), nodes);
  }
  EXPECT_EQ(Node::live(), nodes);
  EXPECT_EQ(pool::live_bytes(), bytes);
}

TEST(Tape, BackwardFreesWhatItHasPassed) {
  const Tensor x = variable(randn({1000}));
  const Tensor y = sum(exp(x) * tanh(x));
  const std::int64_t before = pool::live_bytes();
  y.backward();
  x.zero_grad();
  EXPECT_LT(pool::live_bytes(), before - 2 * 4000);   // exp's and tanh's results
}

void* deep_chain(void* failed) {
  try {
    const std::int64_t nodes = Node::live();
    {
      const Tensor x = variable(tensor(1.0));
      Tensor y = x;
      for (int i = 0; i < 1'000'000; ++i) y = y + 1e-6;
      y.backward();
      *static_cast<bool*>(failed) = x.grad().item() != 1;
      Tensor z = x;
      for (int i = 0; i < 1'000'000; ++i) z = z * 1.0;   // freed without a walk
      (void)grad(z, x, {.retain_graph = true});
    }
    *static_cast<bool*>(failed) |= Node::live() != nodes;
  } catch (...) {
    *static_cast<bool*>(failed) = true;
  }
  return nullptr;
}

TEST(Tape, AMillionOperationsNeedNoStack) {
  pthread_attr_t small;
  pthread_attr_init(&small);
  ASSERT_EQ(pthread_attr_setstacksize(&small, 256 * 1024), 0);
  pthread_t thread;
  bool failed = true;
  ASSERT_EQ(pthread_create(&thread, &small, deep_chain, &failed), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&small);
  EXPECT_FALSE(failed);
}

TEST(Tape, IndependentGraphsInSeveralThreads) {
  const Tensor shared = tensor({{1.0, 2.0}, {3.0, 4.0}});
  std::vector<std::thread> threads;
  std::vector<double> results(4);
  for (std::size_t t = 0; t < results.size(); ++t)
    threads.emplace_back([&, t] {
      for (int round = 0; round < 200; ++round) {
        const Tensor x = variable(shared);
        sum(exp(x * 0.1) * x).backward();
        results[t] = sum(x.grad()).item();
      }
    });
  for (auto& thread : threads) thread.join();
  for (double r : results) EXPECT_EQ(r, results[0]);
}

struct SplitSigns final : Op {   // several results
  std::string_view name() const override { return "split_signs"; }
  std::array<Array, 2> forward(const Tensor& x) {
    save(x);
    return {relu(x).value(), relu(-x).value()};
  }
  Grads backward_all(std::span<Tensor> gs) override {
    const auto [x] = saved<1>();
    Tensor total = zeros_like(x);
    if (gs[0].defined()) total = total + gs[0] * relu(sign(x));
    if (gs[1].defined()) total = total - gs[1] * relu(-sign(x));
    return {total};
  }
};

TEST(Op, SeveralResults) {
  const Tensor x = variable(tensor({-2.0, 3.0}));
  const auto [up, down] = record(SplitSigns{}, x);
  EXPECT_THAT(values(up), ElementsAreArray({0, 3}));
  EXPECT_THAT(values(down), ElementsAreArray({2, 0}));
  sum(up * 10 + down).backward();
  EXPECT_THAT(values(x.grad()), ElementsAreArray({-1, 10}));
  const auto again = record(SplitSigns{}, x);
  x.zero_grad();
  sum(again[1]).backward();   // the first result is not used: its gradient is undefined
  EXPECT_THAT(values(x.grad()), ElementsAreArray({-1, 0}));
}

struct Failing final : Op {
  std::string_view name() const override { return "failing"; }
  Array forward(const Tensor& x) { return x.value(); }
  Grads backward(Tensor) override { fail("no luck"); }
};

TEST(Op, AnErrorInBackwardLeavesNoGradientBehind) {
  const Tensor x = variable(tensor(1.0)), w = variable(tensor(1.0));
  const Tensor y = record(Failing{}, x) + w;
  EXPECT_THROW(y.backward(), Error);
  EXPECT_FALSE(x.grad().defined());
  EXPECT_FALSE(w.grad().defined());
  sum(w * 2).backward();
  EXPECT_EQ(w.grad().item(), 2);
}

TEST(Leaf, TakesAGradientOfOnesOwnMaking) {
  const Tensor x = variable(tensor({1, 2}));
  x.set_grad(tensor({3, 4}));
  EXPECT_THAT(x.grad().value().to_vector(), testing::ElementsAreArray({3, 4}));
  sum(x).backward();   // adds, as to any gradient
  EXPECT_THAT(x.grad().value().to_vector(), testing::ElementsAreArray({4, 5}));
  x.set_grad(x * x);   // its value: no graph is kept alive
  EXPECT_FALSE(x.grad().requires_grad());
  x.set_grad({});
  EXPECT_FALSE(x.grad().defined());
  Parameter w(Array::zeros({2}), "w");
  w.set_grad(tensor({3, 4}));
  EXPECT_THAT(w.grad().value().to_vector(), testing::ElementsAreArray({3, 4}));
  expect_error<ShapeError>([&] { w.set_grad(zeros({3})); }, {"set_grad: w has shape [2]", "[3]"});
  expect_error<DtypeError>([&] { w.set_grad(zeros({2}, f64)); }, {"set_grad: w is f32", "f64"});
  expect_error<GraphError>([&] { (x * 2).set_grad(zeros({2})); }, {"set_grad: only leaves", "[2] f32"});
  EXPECT_THAT(w.grad().value().to_vector(), testing::ElementsAreArray({3, 4}));
}

TEST(Parameter, CopiesAreIndependentAndMovesAreNot) {
  Parameter p(Array::full({2}, 1), "w");
  const auto leaf = p.leaf();
  Parameter copy = p, moved = std::move(p);
  EXPECT_EQ(moved.leaf(), leaf);
  EXPECT_FALSE(copy.leaf() == leaf);
  moved.set_value(Array::full({2}, 5));
  EXPECT_THAT(copy.value().to_vector(), ElementsAreArray({1, 1}));
  sum(moved.tensor() * 2).backward();
  EXPECT_THAT(values(moved.grad()), ElementsAreArray({2, 2}));
  moved.set_requires_grad(false);
  EXPECT_FALSE(Tensor(moved).requires_grad());
  expect_error<ShapeError>([&] { moved.set_value(Array::full({3}, 5)); }, {"w", "[2]", "[3]"});
  expect_error<DtypeError>([&] { moved.set_value(Array::full({2}, 5, f64)); }, {"w", "f32", "f64"});
}

TEST(Parameter, AGraphKeepsTheValueItSaw) {
  Parameter p(Array::full({1}, 3));
  const Tensor y = sum(p.tensor() * p.tensor());
  const_cast<Array&>(p.value()).mutable_data<float>()[0] = 100;   // as an optimizer writes
  y.backward();
  EXPECT_EQ(p.grad().item(), 6);
}

TEST(Tensor, CastIsDifferentiable) {
  const Tensor x = variable(tensor({1.5, 2.5}));
  sum(x.to(f64) * 3).backward();
  EXPECT_EQ(x.grad().dtype(), f32);
  EXPECT_THAT(values(x.grad()), ElementsAreArray({3, 3}));
  EXPECT_FALSE(x.to(i64).requires_grad());
  expect_error<DtypeError>([] { variable(zeros({1}, i64)); }, {"variable", "i64"});
}

TEST(Backward, WritesOverNoGradientThatSomebodyHolds) {
  const Tensor a = variable(tensor({0.5, -1.0})), b = variable(tensor({2.0, 3.0})), seed = tensor({1.0, 10.0});
  const Tensor left = tanh(a), right = exp(b);
  (left + right).backward(seed);   // one gradient, handed to two operations that would write into it
  EXPECT_EQ(seed.value().to_vector(), (std::vector<double>{1, 10}));
  for (int i = 0; i < 2; ++i) {
    const double g = seed.value().at({i}), y = std::tanh(a.value().at({i}));
    EXPECT_NEAR(a.grad().value().at({i}), g * (1 - y * y), 1e-5);
    EXPECT_NEAR(b.grad().value().at({i}), g * std::exp(b.value().at({i})), 1e-4);
  }
}

}  // namespace gradus::tape_test
