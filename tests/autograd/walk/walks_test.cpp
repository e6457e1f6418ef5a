// Walks that share nodes and leaves: of several threads on one model, of one graph, one inside another's backward; and what a walk does
// with gradients that an operation should not have returned.
#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/embedding.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/pool.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/autograd/walk/grad.h>

#include "support.h"

namespace gradus::walks_test {

using testing::ElementsAre;
using testing::ElementsAreArray;

std::vector<double> values(const Tensor& x) { return x.value().to_vector(); }

// Runs f(t) for t = 0 … n − 1 in n threads that begin together.
void in_threads(int n, const std::function<void(int)>& f) {
  std::atomic<int> waiting = n;
  std::vector<std::thread> threads;
  for (int t = 0; t < n; ++t)
    threads.emplace_back([&, t] {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      f(t);
    });
  for (std::thread& thread : threads) thread.join();
}

// A small model with integer weights, so that every sum of gradients is exact in any order.
struct Model {
  Parameter w{Array::from({1.f, 2.f, 3.f, -1.f}, {2, 2}), "w"}, b{Array::from({1.f, -2.f}, {2}), "b"};
  Tensor operator()(const Tensor& x) const { return sum(square(matmul(relu(matmul(x, w.tensor()) + b.tensor()), w.tensor()))); }
};
Tensor input_of(int t) { return tensor({{1.0 + t, 2.0}, {3.0, double(t)}}); }

TEST(WalksInThreads, GradOfOneModelIsExact) {
  const Model model;
  std::vector<std::vector<std::vector<double>>> expected(4);
  for (int t = 0; t < 4; ++t)
    for (const Tensor& g : grad(model(input_of(t)), {model.w, model.b})) expected[t].push_back(values(g));
  std::atomic<int> wrong = 0;
  in_threads(4, [&](int t) {
    for (int round = 0; round < 300; ++round) {
      const auto gs = grad(model(input_of(t)), {model.w, model.b});
      wrong += values(gs[0]) != expected[t][0] || values(gs[1]) != expected[t][1];
    }
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_FALSE(model.w.grad().defined());
}

TEST(WalksInThreads, BackwardOfOneModelAddsUpExactly) {
  const Model together, alone;
  constexpr int rounds = 100;
  in_threads(4, [&](int t) {
    for (int round = 0; round < rounds; ++round) together(input_of(t)).backward();
  });
  for (int t = 0; t < 4; ++t)
    for (int round = 0; round < rounds; ++round) alone(input_of(t)).backward();
  EXPECT_EQ(values(together.w.grad()), values(alone.w.grad()));
  EXPECT_EQ(values(together.b.grad()), values(alone.b.grad()));
}

TEST(WalksInThreads, RowsOfOneTableAddUpExactly) {
  const Tensor table = variable(zeros({5, 2}));
  in_threads(4, [&](int t) {
    for (int round = 0; round < 100; ++round) {
      if (t == 3) sum(table * 2).backward();
      else sum(embedding(tensor({t, 4}).to(i64), table, {.sparse = true})).backward();
    }
  });
  EXPECT_THAT(values(table.grad()), ElementsAreArray({300, 300, 300, 300, 300, 300, 200, 200, 500, 500}));
}

TEST(WalksInThreads, ThatKeepOneGraphDoNotMeet) {
  const Tensor x = variable(tensor({1.0, 2.0, 3.0})), w = variable(tensor({2.0, 2.0, 2.0}));
  const Tensor y = sum(square(x * w) * x);
  const std::vector<double> dx = values(grad(y, x, {.retain_graph = true})), dw = values(grad(y, w, {.retain_graph = true}));
  std::atomic<int> wrong = 0;
  in_threads(4, [&](int t) {   // each wants less than all: an operation is told what, in this walk
    for (int round = 0; round < 500; ++round) wrong += values(grad(y, t % 2 ? x : w, {.retain_graph = true})) != (t % 2 ? dx : dw);
  });
  EXPECT_EQ(wrong, 0);
  in_threads(4, [&](int) { y.backward({.retain_graph = true}); });
  EXPECT_EQ(values(x.grad()), values(4 * tensor({dx[0], dx[1], dx[2]})));
}

// Whoever comes second is refused, or had finished before: no walk sees half of a graph.
TEST(WalksInThreads, OneThatUsesTheGraphUpIsExactOrRefused) {
  for (int round = 0; round < 300; ++round) {
    const Tensor x = variable(tensor(1.0, f64));
    Tensor y = x;
    for (int i = 0; i < 50; ++i) y = y + y * 0.0;
    const Tensor shared = y;
    std::vector<Tensor> heads;
    for (int t = 0; t < 3; ++t) heads.push_back(shared * double(t + 1));
    y = {};
    std::atomic<int> sum = 0, refused = 0;
    in_threads(3, [&](int t) {
      try {
        heads[t].backward({.retain_graph = t == 0});
        sum += t + 1;
      } catch (const GraphError&) {
        ++refused;
      }
    });
    ASSERT_GE(refused, 1);
    ASSERT_EQ(x.grad().defined() ? x.grad().item() : 0, sum);
  }
}

TEST(WalksInThreads, ThatUseUpGraphsOfOneTrunkLeaveNoNodeBehind) {
  const std::int64_t nodes = Node::live();
  {
    const Model model;
    in_threads(3, [&](int t) {
      for (int round = 0; round < 50; ++round) model(input_of(t)).backward();
    });
  }
  EXPECT_EQ(Node::live(), nodes);
}

// Runs f again in its backward, on the leaf that the walk around it will reach too.
struct Recomputed final : Op {
  Tensor weight;
  explicit Recomputed(Tensor weight) : weight(std::move(weight)) {}
  std::string_view name() const override { return "recomputed"; }
  static Tensor f(const Tensor& x, const Tensor& w) { return square(x) * w; }
  Array forward(const Tensor& x, const Tensor& w) {
    save(x);
    return f(x.detach(), w.detach()).value();
  }
  Grads backward(Tensor g) override {
    const Recording on(true);
    const Tensor x = variable(saved()[0].detach());
    const auto gs = grad(f(x, weight), {x, weight}, {.seed = g});
    return {gs[0], gs[1]};
  }
};

TEST(WalksInsideWalks, GradInABackwardOnTheSameLeaves) {
  const Tensor x = variable(tensor({1.0, 2.0})), w = variable(tensor({3.0, 5.0}));
  const Tensor y = sum(record(Recomputed(w), x * w, w) * w);   // x²w²·w·w
  y.backward();
  EXPECT_THAT(values(x.grad()), ElementsAre(2 * 81, 2 * 2 * 625));
  EXPECT_THAT(values(w.grad()), ElementsAre(4 * 27, 4 * 4 * 125));
  const auto gs = grad(sum(record(Recomputed(w), x * w, w) * w), {x, w});
  EXPECT_EQ(values(gs[0]), values(x.grad()));
  EXPECT_EQ(values(gs[1]), values(w.grad()));
}

// Asks in its backward for gradients of the graph that is being walked.
struct Nosy final : Op {
  bool keep;
  explicit Nosy(bool keep) : keep(keep) {}
  std::string_view name() const override { return "nosy"; }
  Array forward(const Tensor& x) {
    save(x);
    return x.value();
  }
  Grads backward(Tensor g) override {
    const Tensor x = saved()[0];
    const Recording on(true);
    sum(x * 1).backward({.retain_graph = keep});
    return {g};
  }
};

TEST(WalksInsideWalks, OfTheSameGraph) {
  const Tensor x = variable(tensor(3.0));
  record(Nosy(true), square(x)).backward();
  EXPECT_EQ(x.grad().item(), 6 + 6);
  x.zero_grad();
  expect_error<GraphError>([&] { record(Nosy(false), square(x)).backward(); }, {"already released", "square"});
  EXPECT_EQ(x.grad().item(), 6);   // of the inner walk, which was complete
}

template <class G>
struct Returns final : Op {
  G gradient;
  explicit Returns(G gradient) : gradient(gradient) {}
  std::string_view name() const override { return "returns"; }
  Array forward(const Tensor& x) { return x.value(); }
  Grads backward(Tensor) override { return {gradient()}; }
};
template <class G>
Tensor returns(const Tensor& x, G gradient) { return record(Returns<G>(gradient), x); }

// Before an operation that trusts its gradient sees it.
TEST(GradientsOfAnOperation, AreCheckedWhereTheyArrive) {
  const Tensor x = variable(reshape(arange(0, 16), {1, 1, 4, 4}));
  const Tensor weight = variable(ones({1})), bias = variable(zeros({1}));
  const std::vector<std::function<Tensor(const Tensor&)>> operations{
      [](const Tensor& t) { return relu(t); },
      [](const Tensor& t) { return tanh(t); },
      [](const Tensor& t) { return softmax(t, -1); },
      [](const Tensor& t) { return max_pool2d(t, PoolOptions{}); },
      [](const Tensor& t) { return avg_pool2d(t, PoolOptions{}); },
      [](const Tensor& t) { return t; },
  };
  for (const auto& operation : operations) {
    const Tensor y = operation(x);
    const Shape shape = y.shape();
    const Tensor wrong_shape = returns(operation(x), [] { return tensor(1.0); });
    expect_error<ShapeError>([&] { wrong_shape.backward(ones(shape)); },
                             {"returns: backward returned a gradient of shape []", text(shape)});
    const Tensor wrong_dtype = returns(operation(x), [shape] { return ones(shape, f64); });
    expect_error<DtypeError>([&] { wrong_dtype.backward(ones(shape)); }, {"returns", "f64", "f32"});
    EXPECT_FALSE(x.grad().defined());
    returns(operation(x), [shape] { return ones(shape); }).backward(ones(shape));
    EXPECT_TRUE(x.grad().defined());
    x.zero_grad();
  }
}

struct ReturnsTwo final : Op {
  std::string_view name() const override { return "returns_two"; }
  Array forward(const Tensor& x) { return x.value(); }
  Grads backward(Tensor g) override { return {g, g}; }
};
struct SavesOne final : Op {
  std::string_view name() const override { return "saves_one"; }
  Array forward(const Tensor& x) {
    save(x);
    return x.value();
  }
  Grads backward(Tensor g) override { return {g * saved<4>()[3]}; }
};

TEST(GradientsOfAnOperation, AreNotMoreThanItsInputsAndMadeOfWhatWasSaved) {
  const Tensor x = variable(tensor(1.0));
  expect_error<GraphError>([&] { record(ReturnsTwo{}, exp(x)).backward(); }, {"returns_two", "2 gradients for 1 inputs"});
  expect_error<GraphError>([&] { record(SavesOne{}, exp(x)).backward(); }, {"saves_one", "asks for 4", "has saved 1"});
}

// An error leaves what was not yet passed as it was.
TEST(Walk, ThatFailsAtItsFirstStepCanBeRepeated) {
  const Tensor x = variable(tensor(2.0));
  bool fails = true;
  const Tensor y = returns(square(x), [&fails] {
    if (fails) fail<ValueError>("not today");
    return tensor(1.0);
  });
  EXPECT_THROW(y.backward(), ValueError);
  fails = false;
  y.backward();
  EXPECT_EQ(x.grad().item(), 4);
}

TEST(Walk, ErrorsNameTheFunctionThatWasCalled) {
  const Tensor x = variable(tensor({1.0, 2.0}));
  expect_error<ShapeError>([&] { grad(x * 2, x); }, {"grad: needs a scalar"});
  expect_error<ShapeError>([&] { grad(x * 2, x, {.seed = tensor(1.0)}); }, {"grad: the seed has shape [], the result [2]"});
  expect_error<GraphError>([&] { grad(tensor(1.0), x); }, {"grad: the tensor", "not tracked"});
  const Tensor y = sum(square(x));
  y.backward();
  expect_error<GraphError>([&] { grad(y, x); }, {"grad: ", "already released"});
  expect_error<ShapeError>([&] { (x * 2).backward(); }, {"backward: needs a scalar"});
}

// More nodes wait at a time than are looked at one by one, in any order of age; some are reached again.
TEST(Walk, WithAWideFrontier) {
  for (const int n : {15, 16, 17, 18, 40, 1000}) {
    const Tensor x = variable(tensor(1.0, f64));
    std::vector<Tensor> terms;
    for (int i = 0; i < n; ++i) terms.push_back(x * double(i + 1));
    Tensor total = x * 0.0;
    for (int i = 0; i < n; ++i) total = total + terms[i * 7 % n] * terms[(i + 1) % n];
    std::vector<Tensor> rest;
    for (const Tensor& t : terms) rest.push_back(reshape(t * 2.0, {1}));
    total = total + sum(cat(rest, 0));
    double expected = 0;
    for (int i = 0; i < n; ++i) expected += 2.0 * (i * 7 % n + 1) * ((i + 1) % n + 1) + 2.0 * (i + 1);
    EXPECT_EQ(grad(total, x, {.retain_graph = true}).item(), expected) << n;
    total.backward();
    EXPECT_EQ(x.grad().item(), expected) << n;
  }
}

TEST(Walk, ToManyLeaves) {
  std::vector<Tensor> leaves, squares;
  for (int i = 0; i < 100; ++i) leaves.push_back(variable(tensor(double(i), f64)));
  Tensor total = tensor(0.0, f64);
  for (int round = 0; round < 2; ++round)
    for (const Tensor& leaf : leaves) total = total + square(leaf);
  const auto gs = grad(total, leaves, {.retain_graph = true});
  total.backward();
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(leaves[i].grad().item(), 4.0 * i);
    EXPECT_EQ(gs[i].item(), 4.0 * i);
  }
}

}  // namespace gradus::walks_test
