// Who listens to a walk: hooks of tensors and of leaves, the listener of one backward; when they are called, what they may rely on, and
// what stands when something fails afterwards.
#include <atomic>
#include <cmath>
#include <functional>
#include <thread>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/ops.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/autograd/walk/grad.h>

#include "support.h"

namespace gradus {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

std::vector<double> values(const Tensor& x) { return x.value().to_vector(); }

// Writes down when its backward runs; fails on demand.
struct Marked final : Op {
  std::string mark;
  std::vector<std::string>* log;
  bool fails = false;
  Marked(std::string mark, std::vector<std::string>& log, bool fails = false) : mark(std::move(mark)), log(&log), fails(fails) {}
  std::string_view name() const override { return "marked"; }
  Array forward(const Tensor& x) { return x.value(); }
  Grads backward(Tensor g) override {
    if (fails) fail<ValueError>("on purpose");
    log->push_back(mark);
    return {g};
  }
};
Tensor marked(std::string mark, std::vector<std::string>& log, const Tensor& x, bool fails = false) {
  return record(Marked(std::move(mark), log, fails), x);
}

TEST(Listener, HearsOfEachLeafAsSoonAsItIsFinal) {
  std::vector<std::string> log;
  const Tensor early = variable(tensor(2.0), "early"), late = variable(tensor(3.0), "late"), unused = variable(tensor(1.0), "unused");
  const Tensor h = marked("first", log, marked("deeper", log, early * 2.0));
  const Tensor y = marked("last", log, h * late);
  const auto listener = [&](const Tensor& leaf) { log.push_back(text(describe(leaf), " ", leaf.grad().item())); };
  y.backward({.on_final = listener});
  EXPECT_THAT(log, ElementsAreArray({"last", "late [] f32 4", "first", "deeper", "early [] f32 6"}));
  EXPECT_FALSE(unused.grad().defined());
}

TEST(Listener, HearsOfALeafOnceHoweverOftenItIsUsedAndOfTheWholeSum) {
  const Tensor x = variable(tensor(2.0, f64)), w = variable(tensor(5.0, f64));
  std::vector<double> heard;
  const auto backward = [&] {
    Tensor y = x;
    for (int i = 0; i < 20; ++i) y = y * w;
    (y + w + x * x).backward({.on_final = [&](const Tensor& leaf) { heard.push_back(leaf.grad().item()); }});
  };
  backward();
  const double dw = 20 * 2 * std::pow(5, 19) + 1, dx = std::pow(5, 20) + 4;
  EXPECT_THAT(heard, ElementsAre(dx, dw));   // x is in the oldest operation with w, and last: both are final after it
  backward();
  EXPECT_THAT(heard, ElementsAre(dx, dw, 2 * dx, 2 * dw));
}

TEST(Listener, HearsNothingOfALeafToWhichNoGradientComes) {
  const Tensor x = variable(tensor(2.0)), label = variable(tensor(1.0));
  int heard = 0;
  // sign passes on zeros; where() passes nothing to an input that is not wanted, and select to rows only what there is
  struct Blocks final : Op {
    std::string_view name() const override { return "blocks"; }
    Array forward(const Tensor&, const Tensor& b) { return b.value(); }
    Grads backward(Tensor g) override { return {Tensor{}, g}; }
  };
  record(Blocks{}, marked("never", *new std::vector<std::string>, label * 3.0, true), x).backward({.on_final = [&](const Tensor& leaf) {
    EXPECT_EQ(leaf.node(), x.node());
    ++heard;
  }});
  EXPECT_EQ(heard, 1);
  EXPECT_FALSE(label.grad().defined());
}

TEST(Listener, OfALeafThatIsTheResult) {
  const Tensor x = variable(tensor(2.0));
  int heard = 0;
  x.backward({.on_final = [&](const Tensor& leaf) { heard += leaf.grad().item() == 1; }});
  EXPECT_EQ(heard, 1);
}

// What has been told stays told; the rest is as if there had been no walk.
TEST(Listener, KeepsWhatItWasToldWhenALaterOperationFails) {
  std::vector<std::string> log;
  const Tensor early = variable(tensor(2.0)), late = variable(tensor(3.0)), waiting = variable(tensor(4.0));
  const auto loss = [&](bool fails) { return marked("x", log, early * waiting, fails) * late; };
  EXPECT_THROW(loss(true).backward({.on_final = [](const Tensor&) {}}), ValueError);
  EXPECT_EQ(late.grad().item(), 8);
  EXPECT_FALSE(early.grad().defined());
  EXPECT_FALSE(waiting.grad().defined());
  late.zero_grad();
  // A hook on one leaf leaves the others together: they take theirs when nothing can fail any more.
  const HookHandle hook = early.register_post_accumulate_grad_hook([](const Tensor&) { fail<ValueError>("the hook fails"); });
  EXPECT_THROW(loss(false).backward(), ValueError);
  EXPECT_EQ(early.grad().item(), 12);
  EXPECT_FALSE(late.grad().defined());
  EXPECT_FALSE(waiting.grad().defined());
}

TEST(Hook, OfALeafIsCalledAfterItsGradientCameUntilItIsRemoved) {
  Parameter w(Array::full({2}, 3), "w");
  std::vector<std::vector<double>> heard;
  HookHandle hook = w.register_post_accumulate_grad_hook([&](const Tensor& leaf) { heard.push_back(values(leaf.grad())); });
  sum(w.tensor() * 2).backward();
  sum(w.tensor() * 2).backward();
  EXPECT_THAT(heard, ElementsAre(ElementsAreArray({2, 2}), ElementsAreArray({4, 4})));
  grad(sum(w.tensor() * 2), w.tensor());   // leaves nothing at the leaf
  EXPECT_EQ(heard.size(), 2u);
  hook.remove();
  sum(w.tensor() * 2).backward();
  EXPECT_EQ(heard.size(), 2u);
  hook.remove();
  HookHandle{}.remove();
}

TEST(Hook, OfATensorSeesTheWholeGradientAndMayChangeIt) {
  const Tensor x = variable(tensor({1.0, 2.0})), w = variable(tensor({1.0, 1.0}));
  std::vector<std::vector<double>> heard;
  w.register_hook([&](const Tensor& g) { heard.push_back(values(g)); });
  const auto loss = [&] {
    const Tensor h = x * w;
    h.register_hook([&](const Tensor& g) {
      heard.push_back(values(g));
      return 10 * g;
    });
    return sum(h * 2) + sum(h * h);
  };
  loss().backward();
  EXPECT_THAT(heard, ElementsAre(ElementsAreArray({4, 6}), ElementsAreArray({40, 120})));   // of h: 2 + 2h; of w: ten times that, times x
  EXPECT_THAT(values(x.grad()), ElementsAreArray({40, 60}));
  EXPECT_THAT(values(w.grad()), ElementsAreArray({40, 120}));
  heard.clear();
  const Tensor h2 = x * w;
  h2.register_hook([](const Tensor& g) { return 10 * g; });
  const auto gs = grad(sum(h2 * 2), {h2, w});
  EXPECT_THAT(values(gs[0]), ElementsAreArray({20, 20}));
  EXPECT_THAT(values(gs[1]), ElementsAreArray({20, 40}));
  EXPECT_EQ(heard.size(), 1u);
  const Tensor twice = variable(tensor(1.0));
  twice.register_hook([](const Tensor& g) { return g + 1; });
  twice.register_hook([](const Tensor& g) { return g * 3; });   // in the order of registration
  (twice * 2 + twice * 3).backward();
  EXPECT_EQ(twice.grad().item(), 18);
}

TEST(Hook, OfOneResultOfSeveralSeesThatOne) {
  struct Halves final : Op {
    std::string_view name() const override { return "halves"; }
    std::array<Array, 2> forward(const Tensor& x) { return {x.value().slice(0, 0, 1), x.value().slice(0, 1, 2)}; }
    Grads backward_all(std::span<Tensor> gs) override { return {cat({gs[0], gs[1]}, 0)}; }
  };
  const Tensor x = variable(tensor({1.0, 2.0}));
  const auto [a, b] = record(Halves{}, x);
  b.register_hook([](const Tensor& g) { return -g; });
  sum(a * 2 + b * 5).backward();
  EXPECT_THAT(values(x.grad()), ElementsAreArray({2, -5}));
}

TEST(Hook, RefusesWhatDoesNotFit) {
  const Tensor x = variable(tensor({1.0, 2.0}), "x");
  expect_error<GraphError>([] { tensor(1.0).register_hook([](const Tensor&) {}); }, {"register_hook: the tensor", "not tracked"});
  expect_error<GraphError>([] { Tensor().register_hook([](const Tensor&) {}); }, {"register_hook", "undefined"});
  expect_error<GraphError>([&] { (x * 2).register_post_accumulate_grad_hook([](const Tensor&) {}); },
                           {"register_post_accumulate_grad_hook: only leaves", "register_hook(f)"});
  expect_error<GraphError>([] { Parameter().register_hook([](const Tensor&) {}); }, {"register_hook: the parameter is undefined"});
  HookHandle hook = x.register_hook([](const Tensor& g) { return sum(g); });
  expect_error<ShapeError>([&] { sum(x).backward(); }, {"register_hook: the hook returned a gradient of shape []", "[2]"});
  EXPECT_FALSE(x.grad().defined());
  hook.remove();
  hook = x.register_hook([](const Tensor& g) { return g.to(f64); });
  expect_error<DtypeError>([&] { sum(x).backward(); }, {"register_hook: the hook returned f64", "f32"});
  hook.remove();
  sum(x).backward();
  EXPECT_THAT(values(x.grad()), ElementsAreArray({1, 1}));
}

TEST(Hook, GoesWithItsLeafAndNotWithACopy) {
  Parameter w(Array::full({1}, 1));
  int calls = 0;
  w.register_post_accumulate_grad_hook([&](const Tensor&) { ++calls; });
  Parameter copy = w, moved = std::move(w);
  sum(copy.tensor()).backward();
  EXPECT_EQ(calls, 0);
  sum(moved.tensor()).backward();
  EXPECT_EQ(calls, 1);
}

TEST(Hook, SeesRecordedGradientsWhereTheWalkRecords) {
  const Tensor x = variable(tensor(3.0, f64));
  bool tracked = false;
  const HookHandle hook = x.register_post_accumulate_grad_hook([&](const Tensor& leaf) { tracked = leaf.grad().requires_grad(); });
  (x * x * x).backward({.create_graph = true});
  EXPECT_TRUE(tracked);
  EXPECT_EQ(grad(x.grad(), x).item(), 18);
  x.zero_grad();
}

TEST(Hook, OfATableWithAGradientOfRows) {
  Parameter table(zeros({4, 1}).value(), "words");
  int calls = 0;
  const auto rows = [&] { return sum(embedding(tensor({1, 3}, i64), table, {.sparse = true})); };
  HookHandle after = table.register_post_accumulate_grad_hook([&](const Tensor&) { calls += table.row_grad().rows.size() == 2; });
  rows().backward();
  EXPECT_EQ(calls, 1);
  after.remove();
  table.zero_grad();
  table.register_hook([](const Tensor& g) { return 2 * g; });   // a tensor's hook sees a tensor
  rows().backward();
  EXPECT_THAT(values(table.grad()), ElementsAreArray({0, 2, 0, 2}));
}

// An optimizer's step for each weight while the backward goes on: the weights are those of stepping afterwards, bit for bit, since an
// operation keeps the values that it saw.
TEST(Hook, StepsDuringBackward) {
  const auto train = [](bool during) {
    std::vector<Parameter> w;
    Generator random(3);
    for (int i = 0; i < 4; ++i) w.emplace_back((randn({3, 3}, random) * 0.5).value());
    const auto step = [](Leaf& leaf) {
      leaf.value = (Tensor(leaf.value) - 0.1 * leaf.gradient().detach()).value();
      leaf.zero_grad();
    };
    std::vector<std::size_t> order;
    if (during)
      for (std::size_t i = 0; i < w.size(); ++i)
        w[i].register_post_accumulate_grad_hook([&, i](const Tensor& leaf) {
          const NoGrad guard;
          EXPECT_EQ(leaf.node().get(), w[i].leaf().get());
          step(*w[i].leaf());
          order.push_back(i);
        });
    for (int t = 0; t < 5; ++t) {
      Tensor h = ones({2, 3});
      for (const Parameter& each : w) h = tanh(matmul(h, each.tensor()));
      sum(square(h)).backward();
      if (during) EXPECT_THAT(std::exchange(order, {}), ElementsAreArray({3, 2, 1, 0}));
      else
        for (const Parameter& each : w) step(*each.leaf());
    }
    std::vector<double> all;
    for (const Parameter& each : w)
      for (const double x : each.value().to_vector()) all.push_back(x);
    return all;
  };
  EXPECT_EQ(train(true), train(false));
}

// A hook may walk itself, on the same leaf too.
TEST(Hook, WalksInsideAWalk) {
  const Tensor x = variable(tensor(3.0)), w = variable(tensor(2.0));
  int depth = 0;
  x.register_post_accumulate_grad_hook([&](const Tensor& leaf) {
    if (depth++ > 0) return;
    const Recording on(true);
    (leaf * 10).backward();
    EXPECT_EQ(grad(leaf * w, w).item(), 3);
  });
  (x * w).backward();
  EXPECT_EQ(x.grad().item(), 12);
  EXPECT_EQ(w.grad().item(), 3);
  EXPECT_EQ(depth, 2);
}

TEST(Hook, InSeveralThreads) {
  const Tensor w = variable(zeros({3}));
  std::atomic<int> calls = 0;
  w.register_post_accumulate_grad_hook([&](const Tensor&) { ++calls; });
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) sum(w * 2).backward();
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(calls, 400);
  EXPECT_THAT(values(w.grad()), ElementsAreArray({800, 800, 800}));
}

TEST(Hook, NoneIsLeftBehindByALeafThatIsGone) {
  ASSERT_FALSE(detail::any_leaf_has_hooks());
  {
    const Tensor x = variable(tensor(1.0));
    x.register_hook([](const Tensor&) {});
    EXPECT_TRUE(detail::any_leaf_has_hooks());
  }
  EXPECT_FALSE(detail::any_leaf_has_hooks());
}

TEST(Listener, WithAWideGraphOfManyLeaves) {
  std::vector<Tensor> leaves;
  for (int i = 0; i < 100; ++i) leaves.push_back(variable(tensor(double(i), f64)));
  Tensor total = tensor(0.0, f64);
  for (int round = 0; round < 3; ++round)
    for (const Tensor& leaf : leaves) total = total + square(leaf);
  std::vector<double> heard;
  total.backward({.on_final = [&](const Tensor& leaf) { heard.push_back(leaf.value().item()); }});
  ASSERT_EQ(heard.size(), 100u);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(heard[i], 99 - i);   // the newest first: of the first round, which is the oldest use
    EXPECT_EQ(leaves[i].grad().item(), 6.0 * i);
  }
}

TEST(Hook, InAScopeIsRemovedWithIt) {
  const Tensor x = variable(tensor({1.0, 2.0}));
  int calls = 0;
  const auto count = [&](const Tensor&) { ++calls; };
  try {
    const ScopedHook first = x.register_hook(count);
    ScopedHook second = x.register_post_accumulate_grad_hook(count), moved = std::move(second);
    second = {};   // which held nothing any more
    sum(x * x).backward();
    EXPECT_EQ(calls, 2);
    moved = x.register_hook(count);
    moved = {};
    sum(x * x).backward();
    EXPECT_EQ(calls, 3);
    fail<ValueError>("out of the scope");
  } catch (const ValueError&) {
  }
  sum(x * x).backward();
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace gradus
