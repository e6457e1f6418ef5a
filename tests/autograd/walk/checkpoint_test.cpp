// Checkpoints: the same gradients, bit for bit, from the same random numbers, with less kept; what f captures; second order, forward mode,
// nesting; and what happens when f does not do the same again.
#include <functional>
#include <thread>

#include <gradus/autograd/base/pool.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/ops.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/autograd/walk/checkpoint.h>
#include <gradus/autograd/walk/functional.h>
#include <gradus/autograd/walk/grad.h>

#include "support.h"

namespace gradus::checkpoint_test {

using testing::ElementsAreArray;
using Tensors = std::vector<Tensor>;

std::vector<double> values(const Tensor& x) { return x.value().to_vector(); }

Tensor drop(const Tensor& x, double p, Generator& generator = default_generator()) { return dropout(x, p, generator); }

struct Block {   // an aggregate, as models are
  Parameter w, b;
  double p = 0;
  Tensor operator()(const Tensor& x) const { return drop(tanh(linear(x, w, b)), p); }
};
Block block(std::uint64_t seed, double p = 0, std::int64_t n = 5) {
  Generator random(seed);
  return {Parameter(randn({n, n}, random, f64).value(), "w"), Parameter(randn({n}, random, f64).value(), "b"), p};
}

struct Gradients {
  double loss;
  std::vector<std::vector<double>> all;
  bool operator==(const Gradients&) const = default;
};
// Of a stack of blocks, with every block in a checkpoint or none, from one seed.
Gradients of(const std::vector<Block>& blocks, bool kept, bool by_grad = false) {
  manual_seed(11);
  const Tensor start = variable(tensor({{0.5, -1.0, 2.0, 0.1, 0.3}, {1.5, 0.25, -0.75, 1, -1}}, f64));
  Tensor x = start;
  for (const Block& b : blocks) x = kept ? b(x) : checkpoint(b, x);
  const Tensor loss = sum(square(x));
  const double after = default_generator().uniform();
  Gradients found{loss.item() + after, {}};
  Tensors leaves{start};
  for (const Block& b : blocks) leaves.push_back(b.w), leaves.push_back(b.b);
  if (by_grad) {
    for (const Tensor& g : grad(loss, leaves)) found.all.push_back(values(g));
  } else {
    for (const Tensor& leaf : leaves) leaf.zero_grad();
    loss.backward();
    for (const Tensor& leaf : leaves) found.all.push_back(values(leaf.grad()));
  }
  EXPECT_NE(default_generator().uniform(), after);
  return found;
}

TEST(Checkpoint, GivesTheSameBitsWithTheSameRandomNumbers) {
  for (const double p : {0.0, 0.5}) {
    const std::vector<Block> blocks{block(1, p), block(2, p), block(3, p)};
    const Gradients expected = of(blocks, true);
    EXPECT_EQ(of(blocks, false), expected);
    EXPECT_EQ(of(blocks, false, true), expected);
  }
}

TEST(Checkpoint, KeepsLessAndLeavesNothingBehind) {
  const std::int64_t nodes = Node::live();
  {
    const Block b = block(1, 0.1, 64);
    const Tensor x = variable(ones({256, 64}, f64));
    const auto kept = [&](bool all) {
      const std::int64_t before = pool::live_bytes();
      Tensor y = x;
      for (int i = 0; i < 8; ++i) y = all ? b(b(y)) : checkpoint([&](const Tensor& t) { return b(b(t)); }, y);
      const std::int64_t bytes = pool::live_bytes() - before;
      sum(y).backward();
      return bytes;
    };
    const std::int64_t all = kept(true), some = kept(false);
    EXPECT_LT(some, all / 2.5);
    EXPECT_GT(some, 7 * 256 * 64 * 8);
  }
  EXPECT_EQ(Node::live(), nodes);
}

TEST(Checkpoint, WithoutATapeIsTheFunction) {
  const Block b = block(1);
  int calls = 0;
  const auto f = [&](const Tensor& t) { return ++calls, t * 2; };
  const Tensor constant = tensor({1.0, 2.0});
  EXPECT_FALSE(checkpoint(f, constant).requires_grad());
  const Tensor unrecorded = no_grad([&] { return checkpoint(f, variable(constant)); });
  EXPECT_FALSE(unrecorded.requires_grad());
  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(checkpoint(b, zeros({1, 5}, f64)).requires_grad());   // the parameters are
}

TEST(Checkpoint, GivesWhatFCapturesItsGradient) {
  const Tensor x = variable(tensor({1.0, 2.0}, f64)), w = variable(tensor({3.0, 5.0}, f64), "w");
  const Tensor v = exp(w);   // computed outside from w, which f uses as well: no path is taken twice
  const auto f = [&](const Tensor& t) { return t * v * w + v; };
  const auto expected = grad(sum(square(f(x * w))), {x, w, v}, {.retain_graph = true});
  const auto found = grad(sum(square(checkpoint(f, x * w))), {x, w, v});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(values(found[i]), values(expected[i])) << i;
  // Handed on untouched, given twice, unused, or a frozen parameter.
  EXPECT_THAT(values(grad(sum(checkpoint([&](const Tensor&) { return w; }, x) * 2.0), w)), ElementsAreArray({2, 2}));
  EXPECT_THAT(values(grad(sum(checkpoint([](const Tensor& t) { return t; }, x) * 2.0), x)), ElementsAreArray({2, 2}));
  EXPECT_THAT(values(grad(sum(checkpoint([](const Tensor& a, const Tensor& b) { return a * b; }, x, x)), x)), ElementsAreArray({2, 4}));
  EXPECT_THAT(values(grad(sum(checkpoint([](const Tensor& a, const Tensor&) { return a * 1.0; }, x, w)), w)), ElementsAreArray({0, 0}));
  EXPECT_THAT(values(grad(sum(checkpoint([&](const Tensor& t) { return t * w.detach() + no_grad([&] { return w * t; }); }, x)), x)),
              ElementsAreArray({3, 5}));
  Parameter frozen(Array::full({2}, 3, f64));
  frozen.set_requires_grad(false);
  EXPECT_FALSE(checkpoint([&](const Tensor& t) { return t * frozen; }, x.detach()).requires_grad());
}

TEST(Checkpoint, OfSeveralInputsAndResults) {
  const Tensor a = variable(tensor({1.0, 2.0}, f64)), b = variable(tensor({3.0, 5.0}, f64));
  const auto f = [](const Tensor& a, const Tensor& b, const Tensor& left_out) {
    EXPECT_FALSE(left_out.defined());
    return Tensors{a * b, sum(a), argmax(b, 0), tensor(1.0, f64)};
  };
  const Tensors ys = checkpoint(f, a, b, Tensor{});
  EXPECT_EQ(ys[2].dtype(), i64);
  EXPECT_FALSE(ys[2].requires_grad());
  EXPECT_THAT(values(grad(ys[1], a, {.retain_graph = true})), ElementsAreArray({1, 1}));
  sum(ys[0] * ys[1]).backward();
  EXPECT_THAT(values(a.grad()), ElementsAreArray({3 * 3 + 13, 5 * 3 + 13}));
  EXPECT_THAT(values(b.grad()), ElementsAreArray({3, 6}));
}

TEST(Checkpoint, IsRightToSecondOrderInBothModesAndNested) {
  const Tensor x = tensor({{0.5, -1.0}, {1.5, 0.25}}, f64), w = tensor({{0.3, 0.7}, {-0.4, 0.9}}, f64);
  const auto product = [](const Tensor& a, const Tensor& b) { return tanh(matmul(a, b)) * a; };
  check_gradients([&](const Tensors& t) { return checkpoint(product, t[0], t[1]); }, {x, w});
  // w is captured, the inner one in the outer one.
  const auto nested = [](const Tensors& t) {
    const auto inner = [&](const Tensor& a) { return tanh(matmul(a, t[1])); };
    const auto outer = [&, inner](const Tensor& a) { return checkpoint(inner, a * t[1]) * checkpoint(inner, a) + t[1]; };
    return checkpoint(outer, exp(t[0]));
  };
  const auto plain = [](const Tensors& t) {
    const auto inner = [&](const Tensor& a) { return tanh(matmul(a, t[1])); };
    const Tensor a = exp(t[0]);
    return inner(a * t[1]) * inner(a) + t[1];
  };
  // In a function of `nested` t lives on until backward, as a model does.
  for (const bool create : {false, true}) {
    const Tensors t{variable(x), variable(w)};
    const auto a = grad(sum(square(nested(t))), t, {.create_graph = create}), b = grad(sum(square(plain(t))), t, {.create_graph = create});
    for (int i = 0; i < 2; ++i) EXPECT_EQ(values(a[i]), values(b[i])) << i;
    if (!create) continue;
    const auto aa = grad(sum(a[0] * a[0] * a[1]), t), bb = grad(sum(b[0] * b[0] * b[1]), t);
    for (int i = 0; i < 2; ++i)
      for (std::size_t e = 0; e < 4; ++e) EXPECT_NEAR(values(aa[i])[e], values(bb[i])[e], 1e-9 * (1 + std::abs(values(bb[i])[e])));
  }
}

TEST(Checkpoint, DrawsAgainWhateverTheGeneratorsAre) {
  Generator own(5);
  const auto f = [&](const Tensor& x) {
    Generator local(9);
    Tensor y = drop(x, 0.5, local) + drop(x, 0.5, own) + drop(x, 0.5);
    { Generator another(9); y = y + drop(x, 0.3, another) * own.uniform(); }
    return checkpoint([&](const Tensor& t) { return drop(t, 0.5, own) * t; }, y) + drop(x, 0.5, own);
  };
  const auto slope = [&](bool kept, Generator& after) {
    manual_seed(3);
    own = Generator(5);
    const Tensor x = variable(ones({64}, f64) * 1.5);
    const Tensor y = sum(kept ? f(x) : checkpoint(f, x));
    own.bits(), default_generator().bits();
    y.backward();
    after = own;
    return values(x.grad());
  };
  Generator one, other;
  const auto expected = slope(true, one), found = slope(false, other);
  EXPECT_EQ(found, expected);
  EXPECT_EQ(one.state().position, other.state().position);   // backward has not moved them on
}

TEST(Checkpoint, IsWalkedAgainAndInAnotherThread) {
  const Block b = block(1, 0.5);
  const Tensor x = variable(ones({2, 5}, f64));
  const Tensor y = sum(checkpoint(b, x));
  const auto first = values(grad(y, x, {.retain_graph = true}));
  EXPECT_EQ(values(grad(y, x, {.retain_graph = true})), first);
  std::vector<double> there;
  std::thread([&] { there = values(grad(y, x, {.retain_graph = true})); }).join();
  EXPECT_EQ(there, first);
  y.backward();
  EXPECT_EQ(values(x.grad()), first);
  expect_error<GraphError>([&] { y.backward(); }, {"already released"});
}

TEST(Checkpoint, HooksOfWhatFUsesSeeTheWholeGradientOnce) {
  const Tensor w = variable(tensor({3.0, 5.0}, f64)), v = w * 2.0, x = v * 1.0;
  std::vector<std::vector<double>> seen;
  const ScopedHook of_leaf = w.register_hook([&](const Tensor& g) { seen.push_back(values(g)); });
  const ScopedHook of_result = v.register_hook([&](const Tensor& g) { seen.push_back(values(g)); });
  sum(checkpoint([&](const Tensor& t) { return t * v * w; }, x) + v).backward();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_THAT(seen[0], ElementsAreArray({2 * 6 * 3 + 1, 2 * 10 * 5 + 1}));
  EXPECT_THAT(seen[1], ElementsAreArray({2 * 37 + 36, 2 * 101 + 100}));
}

TEST(Checkpoint, RefusesAFunctionThatDoesSomethingElseTheSecondTime) {
  const Tensor x = variable(tensor({1.0, 2.0}, f64)), other = variable(tensor(1.0, f64));
  int calls = 0;
  const auto refused = [&](auto f, std::initializer_list<std::string> parts) {
    calls = 0;
    const Tensor y = sum(square(checkpoint(f, x)[0])) + other;
    expect_error<Error>([&] { y.backward(); }, parts);
    EXPECT_FALSE(x.grad().defined() || other.grad().defined());
    EXPECT_TRUE(recording());
  };
  refused([&](const Tensor& t) { return Tensors{calls++ ? cat({t, t}, 0) : t * 1.0}; },
          {"checkpoint: result 0 of f was [2] f64", "[4] f64"});
  refused([&](const Tensor& t) { return Tensors(calls++ ? 2 : 1, t * 1.0); }, {"checkpoint: f gave 1 results in forward and 2"});
  refused([&](const Tensor& t) { return Tensors{drop(calls++ ? drop(t, 0.5) : t, 0.5)}; }, {"draws more random numbers in backward"});
  refused(
      [&](const Tensor& t) {
        if (calls++) fail<ValueError>("not again");
        return Tensors{t * 1.0};
      },
      {"not again"});
  Parameter w(Array::full({2}, 3, f64), "w");
  const Tensor y = sum(checkpoint([&](const Tensor& t) { return t * w; }, x));
  w.set_value(Array::full({2}, 4, f64));
  expect_error<GraphError>([&] { y.backward(); }, {"checkpoint: w [2] f64 has another value than when f ran in forward"});
  expect_error<ValueError>([&] { checkpoint([](const Tensor&) -> Tensor { fail<ValueError>("at once"); }, x); }, {"at once"});
  EXPECT_TRUE((x * 2.0).requires_grad());   // nothing of the failed one is left
  EXPECT_THAT(values(grad(sum(x * 2.0), x)), ElementsAreArray({2, 2}));
}

}  // namespace gradus::checkpoint_test
