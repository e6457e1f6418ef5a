// Derivatives of functions of lists: Jacobians and Hessians by blocks, in either mode and differentiable again; grad() and backward() of
// several results; gradients of each sample of a batch; all of them beside torch.func's.
#include <atomic>
#include <cmath>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/ops.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/tape/parameter.h>
#include <gradus/autograd/walk/functional.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/walk/per_sample.h>

#include <golden_values.h>
#include "support.h"

namespace gradus::functional_test {

using testing::ElementsAreArray;
using Tensors = std::vector<Tensor>;
using Rows = std::vector<Tensors>;

std::vector<double> values(const Tensor& x) { return x.value().to_vector(); }
void expect_near(const Tensor& x, const Tensor& y, double tolerance = 1e-12) {
  ASSERT_EQ(x.shape(), y.shape());
  ASSERT_EQ(x.dtype(), y.dtype());
  for (std::int64_t i = 0; i < x.size(); ++i) EXPECT_NEAR(values(x)[i], values(y)[i], tolerance) << "element " << i;
}

// Central differences of f's result k by xs[j], [result..., x...].
template <class F>
Tensor differences(F f, Tensors xs, std::size_t k, std::size_t j) {
  const Tensor x = xs[j];
  Tensors columns;
  for (std::int64_t i = 0; i < x.size(); ++i) {
    const auto at = [&](double h) {
      Array moved = x.value().contiguous_copy();
      moved.mutable_data<double>()[i] += h;
      xs[j] = moved;
      return flatten(f(xs)[k], 0);
    };
    columns.push_back((at(1e-6) - at(-1e-6)) / 2e-6);
  }
  const Tensor y = f(xs)[k];
  Shape shape = y.shape();
  for (int i = 0; i < x.rank(); ++i) shape.push_back(x.dim(i));
  return reshape(stack(columns, 1), shape);
}

const Tensors inputs{tensor({{0.5, -1.0, 2.0}, {1.5, 0.25, -0.75}}, f64), tensor({2.0, -3.0, 0.5}, f64), tensor(0.7, f64)};

TEST(Functional, JacobianOfListsIsAListOfLists) {
  std::int64_t rows = 0, columns = 0;
  const auto tall = [](const Tensors& x) {
    return Tensors{matmul(transpose(x[0]), x[0]) * x[2], tanh(x[0] * x[1]), zeros({2}, f64), x[1]};
  };
  const auto flat = [&](const Tensors& x) { return Tensors{sum(x[0] * x[1]) * x[2], tanh(x[1])}; };
  for (const bool is_tall : {true, false}) {
    const auto f = [&](const Tensors& x) { return is_tall ? tall(x) : flat(x); };
    const Rows blocks = jacobian(f, inputs);
    ASSERT_EQ(blocks.size(), is_tall ? 4u : 2u);
    for (std::size_t k = 0; k < blocks.size(); ++k) {
      ASSERT_EQ(blocks[k].size(), 3u);
      for (std::size_t j = 0; j < 3; ++j) expect_near(blocks[k][j], differences(f, inputs, k, j), 1e-8);
      rows += f(inputs)[k].size();
    }
    for (const Tensor& x : inputs) columns += x.size();
  }
  EXPECT_GT(rows, columns);   // both modes were taken
  const Tensors one = jacobian([](const Tensors& x) { return x[0] * x[1]; }, inputs);   // one result: a list, by x
  ASSERT_EQ(one.size(), 3u);
  EXPECT_EQ(one[1].shape(), (Shape{2, 3, 3}));
  const Tensors two = jacobian([](const Tensor& x) { return Tensors{x * x, sum(x)}; }, inputs[1]);   // one x: a list, by result
  ASSERT_EQ(two.size(), 2u);
  EXPECT_THAT(values(two[0]), ElementsAreArray({4, 0, 0, 0, -6, 0, 0, 0, 1}));
  EXPECT_THAT(values(two[1]), ElementsAreArray({1, 1, 1}));
  const Rows list_of_one = jacobian([](const Tensors& x) { return Tensors{x[0] * x[0]}; }, {inputs[1]});
  EXPECT_EQ(values(list_of_one[0][0]), values(two[0]));
}

TEST(Functional, HessianOfSeveralInputsIsByPairs) {
  const auto f = [](const Tensors& x) { return sum(tanh(x[0] * x[1]) * x[2]) + sum(x[1] * x[1] * x[1]); };
  const Rows h = hessian(f, inputs);
  const auto slopes = [&](const Tensors& x) {
    Tensors leaves;
    for (const Tensor& each : x) leaves.push_back(variable(each));
    return grad(f(leaves), leaves);
  };
  ASSERT_EQ(h.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j) expect_near(h[i][j], differences(slopes, inputs, i, j), 1e-8);
  const Rows linear = hessian([](const Tensors& x) { return sum(x[0]) * 2; }, inputs);
  EXPECT_EQ(values(linear[0][1]), std::vector<double>(18, 0));
  const Rows constant = hessian([](const Tensors&) { return tensor(1.0, f64); }, inputs);
  EXPECT_EQ(constant[2][0].shape(), (Shape{2, 3}));
  const Rows of_one = hessian([](const Tensors& x) { return sum(x[0] * x[0]); }, {inputs[2]});
  EXPECT_EQ(of_one[0][0].item(), 2);
  expect_error<ShapeError>([&] { hessian([](const Tensors& x) { return x[0]; }, inputs); }, {"hessian: f must return a scalar", "[2, 3]"});
  expect_error<ValueError>([&] { hessian([](const Tensors& x) { return x; }, inputs); }, {"hessian: f must return one tensor, not 3"});
}

// The derivative of each question's answer by a parameter that f uses, and by the point.
TEST(Functional, EveryAnswerCanBeDifferentiated) {
  const Parameter w(Array::full({3}, 2, f64), "w");
  const auto f = [&](const Tensors& x) { return Tensors{x[0] * x[0] * w.tensor(), sum(x[1] * x[0] * w.tensor())}; };
  const Tensors x{inputs[1], inputs[1] * 2};
  const FunctionalOptions create{.create_graph = true};
  const Rows j = jacobian(f, x, create);   // ∂y₀/∂x₀ = diag(2 x₀ w), 6 columns by 4 rows
  EXPECT_THAT(values(grad(sum(j[0][0]), w.tensor())), ElementsAreArray({4, -6, 1}));
  const auto wide = [&](const Tensors& t) { return Tensors{t[0], t[0] * t[0] * w.tensor() * 3.0}; };   // columns
  EXPECT_THAT(values(grad(sum(jacobian(wide, {x[0]}, create)[1][0]), w.tensor())), ElementsAreArray({12, -18, 3}));
  const auto energy = [&](const Tensors& x) { return sum(x[0] * x[0] * x[0] * w.tensor()) + sum(x[0] * x[1] * w.tensor()); };
  const Rows h = hessian(energy, x, create);
  EXPECT_THAT(values(grad(sum(h[0][0]), w.tensor(), {.retain_graph = true})), ElementsAreArray({12, -18, 3}));   // 6 x₀
  EXPECT_THAT(values(grad(sum(h[0][1]), w.tensor())), ElementsAreArray({1, 1, 1}));
  const Tensor at = variable(x[0]);   // a tracked point: no option needed
  const Tensor third = grad(sum(hessian([&](const Tensors& t) { return energy({t[0], x[1]}); }, {at})[0][0]), at);
  EXPECT_THAT(values(third), ElementsAreArray({12, 12, 12}));
  EXPECT_FALSE(jacobian(f, x)[0][0].requires_grad() || hessian(energy, x)[0][0].requires_grad());
}

TEST(Functional, BlocksHaveTheTypeOfWhatIsDifferentiatedBy) {
  const Tensors x{inputs[1], inputs[2].to(f32)};
  const Rows wide = jacobian([](const Tensors& t) { return Tensors{t[0] * t[1].to(f64), cat({t[0], t[0]}, 0)}; }, x);
  const Rows flat = jacobian([](const Tensors& t) { return Tensors{sum(t[0] * t[1].to(f64))}; }, x);
  for (const Rows& blocks : {wide, flat}) {
    EXPECT_EQ(blocks[0][0].dtype(), f64);
    EXPECT_EQ(blocks[0][1].dtype(), f32);
  }
  EXPECT_NEAR(flat[0][1].item(), -0.5, 1e-6);
}

TEST(Grad, OfSeveralResultsInOneWalk) {
  const Tensor x = variable(inputs[1]), w = variable(inputs[2]);
  const Tensor shared = x * w, a = sum(shared * shared), b = sum(shared);
  const auto ones = grad({a, b}, {x, w}, {}, {.retain_graph = true});
  expect_near(ones[0], grad(a + b, x, {.retain_graph = true}));
  expect_near(ones[1], grad(a + b, w, {.retain_graph = true}));
  const auto seeded = grad({shared, b}, {x}, {inputs[1], tensor(3.0, f64)}, {.retain_graph = true});
  expect_near(seeded[0], (inputs[1] + 3.0) * 0.7);
  expect_error<ValueError>([&] { grad({a, b}, {x}, {tensor(1.0, f64)}); }, {"grad: one seed for each result: 1 for 2"});
  expect_error<ShapeError>([&] { grad({a, shared}, {x}); }, {"grad: needs a scalar"});
  backward({a, b});
  expect_near(x.grad(), ones[0]);
  expect_near(w.grad(), ones[1]);
  expect_error<GraphError>([&] { backward({a}); }, {"backward", "already released"});
  expect_error<ValueError>([&] { backward({b}, {tensor(1.0, f64), tensor(1.0, f64)}); }, {"backward: one seed for each result: 2 for 1"});
}

struct Net {
  Parameter w, b;
  Net() {
    Generator random(3);
    w = Parameter(randn({4, 3}, random, f64).value(), "w"), b = Parameter(randn({4}, random, f64).value(), "b");
  }
  Tensor operator()(const Tensor& x) const { return linear(tanh(linear(x, w, b)), transpose(w), {}); }
  Parameters parameters() const { return {{"w", w.leaf()}, {"b", b.leaf()}}; }
};

TEST(PerSampleGrad, IsTheLoopOverTheSamples) {
  const Net net;
  Generator random(7);
  const Tensor x = randn({9, 3}, random, f64), target = randn({9, 3}, random, f64);
  const auto loss = [&](const Tensor& x, const Tensor& t) { return sum(square(net(x) - t)); };
  const Tensors all = per_sample_grad(loss, net.parameters(), {x, target});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].shape(), (Shape{9, 4, 3}));
  EXPECT_EQ(all[1].shape(), (Shape{9, 4}));
  for (std::int64_t i = 0; i < 9; ++i) {
    const auto one = grad(loss(narrow(x, 0, i, 1), narrow(target, 0, i, 1)), {net.w, net.b});
    EXPECT_EQ(values(select(all[0], 0, i)), values(one[0])) << i;
    EXPECT_EQ(values(select(all[1], 0, i)), values(one[1])) << i;
  }
  expect_near(sum(all[0], 0), grad(loss(x, target), net.w.tensor()), 1e-10);
  EXPECT_FALSE(net.w.grad().defined() || all[0].requires_grad());
  // A list, and a batch of no sample.
  const Tensors listed = per_sample_grad([&](const Tensors& s) { return loss(s[0], s[1]); }, {net.w, net.b}, {x, target});
  EXPECT_EQ(values(listed[1]), values(all[1]));
  EXPECT_EQ(per_sample_grad([&](const Tensor& x) { return sum(net(x)); }, {net.w}, {zeros({0, 3}, f64)})[0].shape(), (Shape{0, 4, 3}));
  // A loss that does not depend on one of them, or on any.
  EXPECT_EQ(values(per_sample_grad([&](const Tensor& x) { return sum(x); }, {net.b}, {x})[0]), std::vector<double>(36, 0));
}

TEST(PerSampleGrad, CanBeDifferentiated) {
  const Net net;
  const Tensor x = variable(tensor({{0.5, -1.0, 2.0}, {1.5, 0.25, -0.75}}, f64));
  const auto loss = [&](const Tensor& x) { return sum(square(net(x))); };
  const auto penalty = [&](const Tensor& g) { return sum(square(sum(square(g), {1, 2}))); };
  const Tensor all = per_sample_grad(loss, {net.w}, {x}, {.create_graph = true})[0];
  Tensors one;
  for (int i = 0; i < 2; ++i) one.push_back(grad(loss(narrow(x, 0, i, 1)), net.w.tensor(), {.create_graph = true}));
  const auto together = grad(penalty(all), {net.w, x}), apart = grad(penalty(stack(one, 0)), {net.w, x});
  expect_near(together[0], apart[0], 1e-9);
  expect_near(together[1], apart[1], 1e-9);
}

TEST(PerSampleGrad, DrawsWhatTheSampleSaysOnAnyNumberOfThreads) {
  const Net net;
  const Tensor x = ones({8, 3}, f64);
  const int threads = num_threads();
  std::vector<std::vector<double>> found;
  for (const int n : {1, 2, 5, 1}) {
    set_threads(n);
    manual_seed(5);
    const auto loss = [&](const Tensor& x) { return sum(dropout(net(x), 0.5, default_generator())); };
    found.push_back(values(per_sample_grad(loss, {net.b}, {x})[0]));
  }
  set_threads(threads);
  EXPECT_EQ(found[0], found[1]);
  EXPECT_EQ(found[0], found[2]);
  EXPECT_EQ(found[0], found[3]);
  EXPECT_NE(std::vector(found[0].begin(), found[0].begin() + 4), std::vector(found[0].begin() + 4, found[0].begin() + 8));
}

TEST(PerSampleGrad, RefusesWhatDoesNotFitAndPassesErrorsOn) {
  const Net net;
  const Tensor x = ones({4, 3}, f64);
  const auto loss = [&](const Tensor& x) { return sum(net(x)); };
  const auto both = [](const Tensor& a, const Tensor& b) { return sum(a) + sum(b); };
  expect_error<ShapeError>([&] { per_sample_grad(both, {net.w}, {x, ones({3})}); },
                           {"per_sample_grad: dimension 0", "[4, 3] and [3]"});
  expect_error<ShapeError>([&] { per_sample_grad(net, {net.w}, {x}); }, {"per_sample_grad: f must return a scalar", "[1, 3]"});
  expect_error<GraphError>([&] { per_sample_grad(loss, {x}, {x}); }, {"per_sample_grad: the tensor", "not tracked"});
  expect_error<ValueError>([&] { per_sample_grad(loss, {net.w}, {x, x}); }, {"per_sample_grad: f takes 1 tensors, the batch has 2"});
  expect_error<ValueError>([&] { per_sample_grad([](const Tensors&) { return Tensor(); }, {net.w}, Tensors{}); }, {"needs a batch"});
  std::atomic<int> calls = 0;
  expect_error<ValueError>(
      [&] {
        per_sample_grad(
            [&](const Tensor& x) {
              if (++calls == 3) fail<ValueError>("the third");
              return loss(x);
            },
            {net.w}, {x});
      },
      {"the third"});
}

// torch.func's (golden/make_functional.py).
TEST(Functional, WhatTorchFuncGives) {
  const auto& golden = golden_values("functional");
  std::size_t seen = 0;
  const auto given = [&](const char* name) { return ++seen, Tensor(golden.at(name)); };
  const auto f = [](const Tensors& x) { return tanh(matmul(x[1], x[0])) * sum(square(x[0])); };
  const auto s = [&](const Tensors& x) { return sum(square(f(x))); };
  const Tensor x = given("in.x"), w = given("in.w"), u = given("in.u");
  const Tensors at{x, w}, along{given("in.vx"), given("in.vw")};
  const Tensors blocks = jacobian(f, at), pulled = vjp(f, at, Tensors{u}).second, products = hvp(s, at, along).second;
  const Rows h = hessian(s, at);
  const char* names[] = {"x", "w"};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string own = names[i];
    expect_near(blocks[i], given(("jacobian." + own).c_str()));
    expect_near(pulled[i], given(("pulled." + own).c_str()));
    expect_near(products[i], given(("product." + own).c_str()), 1e-11);
    for (std::size_t j = 0; j < 2; ++j) expect_near(h[i][j], given(("hessian." + own + names[j]).c_str()), 1e-11);
  }
  expect_near(jvp(f, at, along).second, given("pushed.f"));
  const auto traced = [&](const Tensor& y) { return trace(hessian([&](const Tensor& z) { return s({z, w}); }, y)); };
  const Tensor third = variable(x);
  expect_near(grad(traced(third), third), given("third.x"), 1e-10);
  const Tensors p{variable(w), variable(u)};
  const auto loss = [&](const Tensor& batch, const Tensor& t) { return sum(square(tanh(linear(batch, p[0], p[1])) - t)); };
  const Tensors samples = per_sample_grad(loss, p, {given("in.batch"), given("in.target")});
  expect_near(samples[0], given("sample.w"));
  expect_near(samples[1], given("sample.b"));
  EXPECT_EQ(seen, golden.size());
}

}  // namespace gradus::functional_test
