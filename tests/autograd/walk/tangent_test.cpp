// Forward mode along the tape, and derivatives of functions: against closed forms, against reverse mode, in every nesting, and what is
// refused. The op table checks every operation.
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

#include <gradus/autograd/fuse.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/ops.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/autograd/walk/functional.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/walk/tangent.h>

#include "support.h"

namespace gradus::tangent_test {

using testing::ElementsAre;
using testing::ElementsAreArray;
using Tensors = std::vector<Tensor>;

std::vector<double> values(const Tensor& x) { return x.value().to_vector(); }

TEST(Tangent, IsTheDirectionalDerivative) {
  const Tensor x = variable(tensor({1.0, 2.0, 3.0}, f64)), v = tensor({1.0, 0.0, -1.0}, f64);
  const Tensor y = x * x * x;
  EXPECT_THAT(values(tangent(y, x, v)), ElementsAreArray({3, 0, -27}));
  EXPECT_THAT(values(tangent(y, x, v)), ElementsAreArray({3, 0, -27}));   // the graph is kept
  sum(y).backward();
  EXPECT_THAT(values(x.grad()), ElementsAreArray({3, 12, 27}));
  expect_error<GraphError>([&] { tangent(y, x, v); }, {"tangent: ", "already released"});
}

TEST(Tangent, OfSeveralResultsAlongSeveralInputs) {
  const Tensor a = variable(tensor(2.0, f64)), b = variable(tensor(5.0, f64)), c = variable(tensor(1.0, f64));
  const Tensors ys{a * b, a + 1.0, b * b, c * 2.0};
  const Tensors found = tangent(ys, Tensors{a, b}, Tensors{tensor(1.0, f64), tensor(10.0, f64)});
  EXPECT_EQ(found[0].item(), 5 + 20);
  EXPECT_EQ(found[1].item(), 1);
  EXPECT_EQ(found[2].item(), 100);
  EXPECT_EQ(found[3].item(), 0);
  EXPECT_EQ(tangent(ys, Tensors{a, b}, Tensors{Tensor(), tensor(10.0, f64)})[1].item(), 0);   // an undefined v is zero
}

// The transpose of grad(): where h was computed from x, both move.
TEST(Tangent, AlongATensorInTheMiddle) {
  const Tensor x = variable(tensor(2.0, f64)), h = x * 3.0, y = h * h;
  EXPECT_EQ(tangent(y, h, tensor(1.0, f64)).item(), 12);
  EXPECT_EQ(tangent(Tensors{y, h}, Tensors{x, h}, Tensors{tensor(1.0, f64), tensor(1.0, f64)})[0].item(), 12 * 3 + 12);
  EXPECT_EQ(tangent(x, x, tensor(7.0, f64)).item(), 7);
}

TEST(Tangent, OfConstantsIsZeroAndNoGradMakesConstants) {
  const Tensor x = variable(tensor(2.0, f64)), one = tensor(1.0, f64);
  Tensor frozen;
  {
    const NoGrad guard;
    frozen = x * x;
    EXPECT_EQ(jvp([](const Tensor& t) { return t * t; }, x, one).second.item(), 4);   // a function's tape is its own
  }
  EXPECT_EQ(tangent(x * frozen, x, one).item(), 4);
  EXPECT_EQ(tangent(x * (x * x).detach(), x, one).item(), 4);
  EXPECT_EQ(jvp([&](const Tensor&) { return frozen; }, x, one).second.item(), 0);
}

TEST(Tangent, RefusesWhatDoesNotFit) {
  const Tensor x = variable(tensor({1.0, 2.0})), y = x * 2;
  expect_error<GraphError>([&] { tangent(tensor(1.0), x, x); }, {"tangent: the tensor", "not tracked"});
  expect_error<GraphError>([&] { tangent(y, tensor(1.0), tensor(1.0)); }, {"tangent", "make it a leaf"});
  expect_error<ShapeError>([&] { tangent(y, x, tensor(1.0)); }, {"tangent: v has shape []", "[2]"});
  expect_error<DtypeError>([&] { tangent(y, x, zeros({2}, f64)); }, {"tangent: v is f64", "f32"});
  expect_error<ValueError>([&] { tangent(Tensors{y}, Tensors{x}, Tensors{}); }, {"one v for each x"});
  expect_error<ShapeError>([&] { jvp([](const Tensor& t) { return t; }, x, tensor(1.0)); }, {"jvp: v has shape []", "[2]"});
  expect_error<DtypeError>([&] { jvp([](const Tensor& t) { return t; }, zeros({2}, i64), zeros({2}, i64)); }, {"jvp", "i64"});
  expect_error<ShapeError>([&] { hessian([](const Tensor& t) { return t; }, x); }, {"hessian: f must return a scalar", "[2]"});
}

template <class T>
struct Wrong final : Op {
  T tangent_of;
  explicit Wrong(T t) : tangent_of(t) {}
  std::string_view name() const override { return "wrong"; }
  Array forward(const Tensor& x) { return x.value(); }
  Grads backward(Tensor g) override { return {g}; }
  Tensor tangent(std::span<const Tensor> vs) override { return tangent_of(vs[0]); }
};
template <class T>
Tensor wrong(const Tensor& x, T t) { return record(Wrong<T>(t), x); }

TEST(Tangent, OfAnOperationIsCheckedAndByCheckGradientsToo) {
  const Tensor x = variable(tensor({1.0, 2.0}, f64)), v = tensor({1.0, 1.0}, f64);
  expect_error<ShapeError>([&] { tangent(exp(wrong(x, [](const Tensor& t) { return sum(t); })), x, v); },
                           {"wrong: tangent returned the shape []", "[2]"});
  expect_error<DtypeError>([&] { tangent(wrong(x, [](const Tensor& t) { return t.to(f32); }), x, v); },
                           {"wrong: tangent returned f32", "f64"});
  const Function twice = [](const Tensors& t) { return wrong(t[0], [](const Tensor& u) { return 2 * u; }); };
  expect_error<GraphError>([&] { check_gradients(twice, {x.detach()}); },
                           {"tangent of result 0", "forward mode says", "central differences say"});
  EXPECT_NO_THROW(check_gradients(twice, {x.detach()}, {.forward_mode = false}));
}

// An operation whose inputs nobody can tell the form of, and which has no tangent.
struct Silent final : Op {
  static constexpr bool checks_gradients = false;
  std::string_view name() const override { return "silent"; }
  Array forward(const Tensor& x) { return x.value(); }
  Grads backward(Tensor g) override { return {g}; }
};

TEST(Tangent, WithoutAFormToTransposeIsExplained) {
  const Tensor x = variable(tensor(1.0));
  EXPECT_EQ(tangent(record(Silent{}, x), x, tensor(3.0)).item(), 3);   // the result's form is known
  expect_error<GraphError>([&] { tangent(record(Silent{}, record(Silent{}, x)), x, tensor(3.0)); },
                           {"silent: forward mode", "checks_gradients"});
}

// Masks select, they never multiply: what is infinite behind a mask stays away.
TEST(Tangent, MasksSelect) {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor x = variable(tensor({-1.0, 2.0}, f64)), v = tensor({inf, 1.0}, f64);
  EXPECT_THAT(values(tangent(relu(x), x, v)), ElementsAreArray({0, 1}));
  EXPECT_THAT(values(tangent(clamp(x, 0, 5), x, v)), ElementsAreArray({0, 1}));
  EXPECT_THAT(values(tangent(where(x > 0, x, 0.0), x, v)), ElementsAreArray({0, 1}));
  EXPECT_THAT(values(tangent(max(x), x, v)), ElementsAre(1));
  for (const bool create_graph : {false, true})
    for (const bool transposed : {false, true})
      EXPECT_THAT(values(tangent(relu(x), x, v, {.create_graph = create_graph, .transposed = transposed})), ElementsAreArray({0, 1}));
}

TEST(Tangent, OfFusedFormulas) {
  const Tensor x = variable(tensor({0.5, -1.0}, f64)), w = variable(tensor({{2.0}, {3.0}}, f64));
  const Tensor vx = tensor({1.0, 2.0}, f64), vw = tensor({{-1.0}, {0.5}}, f64);
  const auto plain = [](const Tensor& a, const Tensor& b) { return a * sigmoid(b) + exp(a); };
  const Tensor fused = fuse([](auto a, auto b) { return a * sigmoid(b) + exp(a); }, x, w);
  const auto wanted = values(tangent(Tensors{plain(x, w)}, Tensors{x, w}, Tensors{vx, vw})[0]);
  for (const bool create_graph : {false, true}) {
    const auto found = values(tangent(Tensors{fused}, Tensors{x, w}, Tensors{vx, vw}, {.create_graph = create_graph})[0]);
    for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-14);
  }
}

TEST(Tangent, OfALongChainNeedsNoStack) {
  const Tensor x = variable(tensor(1.0));
  Tensor y = x;
  for (int i = 0; i < 100'000; ++i) y = y + 1e-6;
  EXPECT_EQ(tangent(y, x, tensor(2.0)).item(), 2);
}

TEST(Tangent, InSeveralThreadsOnOneGraph) {
  const Tensor x = variable(tensor({1.0, 2.0}, f64)), y = sum(softmax(x * x, 0) * x);
  const double wanted = tangent(y, x, tensor({1.0, 0.0}, f64)).item();
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) wrong += tangent(y, x, tensor({1.0, 0.0}, f64)).item() != wanted;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Tangent, LeavesNothingOnTheTape) {
  const std::int64_t nodes = Node::live();
  {
    const Tensor x = variable(randn({3, 3}));
    const Tensor y = matmul(tanh(x), x);
    const std::int64_t recorded = Node::live();
    tangent(y, x, ones({3, 3}));
    tangent(y, x, ones({3, 3}), {.transposed = true});
    EXPECT_EQ(Node::live(), recorded);
    tangent(y, x, ones({3, 3}), {.create_graph = true});
    EXPECT_EQ(Node::live(), recorded);
  }
  EXPECT_EQ(Node::live(), nodes);
}

// x³ and its derivatives, the inner ones by either mode.
TEST(Functional, NestsToAnyOrderWithoutConfusion) {
  const auto cube = [](const Tensor& x) { return x * x * x; };
  const Tensor x = tensor(1.5, f64), one = tensor(1.0, f64);
  const auto forward = [&](auto f) { return [=](const Tensor& t) { return jvp(f, t, one).second; }; };
  const auto reverse = [&](auto f) { return [=](const Tensor& t) { return vjp(f, t).second; }; };
  EXPECT_NEAR(forward(cube)(x).item(), 3 * 1.5 * 1.5, 1e-14);
  EXPECT_NEAR(reverse(cube)(x).item(), 3 * 1.5 * 1.5, 1e-14);
  EXPECT_NEAR(forward(forward(cube))(x).item(), 9, 1e-14);
  EXPECT_NEAR(forward(reverse(cube))(x).item(), 9, 1e-14);
  EXPECT_NEAR(reverse(forward(cube))(x).item(), 9, 1e-14);
  EXPECT_NEAR(reverse(reverse(cube))(x).item(), 9, 1e-14);
  EXPECT_NEAR(forward(reverse(forward(cube)))(x).item(), 6, 1e-14);
  // d/dx (x · d/dy (x + y)) at y = 1: the inner derivative must not see the outer x.
  const auto confusing = [&](const Tensor& t) { return t * jvp([&](const Tensor& y) { return t + y; }, one, one).second; };
  EXPECT_EQ(jvp(confusing, x, one).second.item(), 1);
}

TEST(Functional, ResultsCarryNoGraphUnlessAsked) {
  const Parameter w(Array::full({2}, 3, f64), "w");
  const auto f = [&](const Tensor& x) { return sum(square(x) * w.tensor()); };
  const Tensor x = tensor({1.0, 2.0}, f64), v = tensor({1.0, 1.0}, f64);
  const auto [y, dy] = jvp(f, x, v);
  EXPECT_FALSE(y.requires_grad() || dy.requires_grad());
  EXPECT_EQ(dy.item(), 2 * 3 + 4 * 3);
  const auto [z, dz] = jvp(f, x, v, {.create_graph = true});
  EXPECT_THAT(values(grad(dz, w.tensor())), ElementsAreArray({2, 4}));
  EXPECT_FALSE(w.grad().defined());
}

TEST(Functional, SeveralInputsAndResults) {
  const Tensor a = tensor({1.0, 2.0}, f64), b = tensor({3.0, 4.0}, f64), va = tensor({1.0, 0.0}, f64), vb = tensor({0.0, 1.0}, f64);
  const auto f = [](const Tensors& x) { return Tensors{x[0] * x[1], sum(square(x[0]))}; };
  const auto [ys, dys] = jvp(f, {a, b}, {va, vb});
  EXPECT_THAT(values(ys[0]), ElementsAreArray({3, 8}));
  EXPECT_THAT(values(dys[0]), ElementsAreArray({3, 2}));
  EXPECT_EQ(dys[1].item(), 2);
  const auto [zs, dxs] = vjp(f, {a, b}, {tensor({1.0, 10.0}, f64), tensor(1.0, f64)});
  EXPECT_THAT(values(dxs[0]), ElementsAre(3 + 2, 40 + 4));
  EXPECT_THAT(values(dxs[1]), ElementsAreArray({1, 20}));
}

// {x} is a Tensor to C++; what f takes says what was meant.
TEST(Functional, AListOfOneIsAListToAFunctionOfLists) {
  const auto list = [](const Tensors& t) { return Tensors{t[0] * t[0] * t[0]}; };
  const auto one = [](const Tensor& t) { return t * t * t; };
  const Tensor x = tensor({2.0, -1.0}, f64), v = tensor({1.0, 10.0}, f64), u = tensor({1.0, 1.0}, f64);
  const auto [ys, dys] = jvp(list, {x}, {v});
  ASSERT_EQ(std::pair(ys.size(), dys.size()), std::pair(std::size_t{1}, std::size_t{1}));
  EXPECT_THAT(values(ys[0]), ElementsAreArray({8, -1}));
  EXPECT_THAT(values(dys[0]), ElementsAreArray({12, 30}));
  EXPECT_THAT(values(jvp(one, {x}, {v}).second), ElementsAreArray({12, 30}));
  EXPECT_THAT(values(vjp(list, {x}, {u}).second[0]), ElementsAreArray({12, 3}));
  EXPECT_THAT(values(vjp(one, {x}, {u}).second), ElementsAreArray({12, 3}));
  EXPECT_THAT(values(hvp([](const Tensors& t) { return sum(t[0] * t[0] * t[0]); }, {x}, {v}).second[0]), ElementsAreArray({12, -60}));
  EXPECT_THAT(values(hvp([](const Tensor& t) { return sum(t * t * t); }, {x}, {v}).second), ElementsAreArray({12, -60}));
}

TEST(Functional, JacobianAndHessian) {
  const Tensor x = tensor({1.0, 2.0, 3.0}, f64);
  const Tensor tall = jacobian([](const Tensor& t) { return matmul(reshape(arange(0, 15, 1, f64), {5, 3}), unsqueeze(t, 1)); }, x);
  EXPECT_EQ(tall.shape(), (Shape{5, 1, 3}));
  for (int i = 0; i < 15; ++i) EXPECT_EQ(values(tall)[i], i);
  const Tensor flat = jacobian([](const Tensor& t) { return sum(t * t); }, x);
  EXPECT_EQ(flat.shape(), Shape{3});
  EXPECT_THAT(values(flat), ElementsAreArray({2, 4, 6}));
  const auto f = [](const Tensor& t) { return select(t, 0, 0) * select(t, 0, 1) * select(t, 0, 2); };
  EXPECT_THAT(values(hessian(f, x)), ElementsAreArray({0, 3, 2, 3, 0, 1, 2, 1, 0}));
  EXPECT_THAT(values(hvp(f, x, tensor({1.0, 0.0, 1.0}, f64)).second), ElementsAreArray({2, 4, 2}));
  EXPECT_THAT(values(hessian([](const Tensor& t) { return sum(t); }, x)), ElementsAreArray({0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_THAT(values(jacobian([](const Tensor& t) { return zeros_like(t); }, x)), ElementsAreArray({0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

// Forward over reverse and reverse over reverse on a small network.
TEST(Functional, HessianVectorProductsOfANetwork) {
  Generator random(5);
  const Tensor x = randn({6, 3}, random, f64), target = randn({6, 2}, random, f64);
  const Tensors w{randn({4, 3}, random, f64), randn({4}, random, f64), randn({2, 4}, random, f64)};
  const Tensors v{randn({4, 3}, random, f64), randn({4}, random, f64), randn({2, 4}, random, f64)};
  const auto loss = [&](const Tensors& p) { return mse_loss(linear(gelu(linear(x, p[0], p[1])), p[2], {}), target); };
  const Tensors forward = hvp(loss, w, v).second;
  Tensors leaves;
  for (const Tensor& each : w) leaves.push_back(variable(each));
  const Tensors slopes = grad(loss(leaves), leaves, {.create_graph = true}), reverse = grad(slopes, leaves, v);
  for (std::size_t i = 0; i < w.size(); ++i) {
    const auto a = values(forward[i]), b = values(reverse[i]);
    for (std::size_t e = 0; e < a.size(); ++e) EXPECT_NEAR(a[e], b[e], 1e-12) << i << " " << e;
  }
}

}  // namespace gradus::tangent_test
