#include "autograd/ops/op_table.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <set>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/ops.h>
#include <gradus/autograd/tape/node.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/walk/tangent.h>

#include "declared_functions.h"
#include "support.h"

namespace gradus::op_table_test {

std::vector<double> values(const Tensor& x) { return x.value().to_vector(); }

Tensors random_like(const Tensors& xs, std::uint64_t seed) {
  Generator g(seed);
  Tensors out;
  for (const Tensor& x : xs) out.push_back(randn(x.shape(), g, f64).to(x.dtype()));
  return out;
}

// A row at a point: its inputs as variables, and its results, those that depend on them apart.
struct Point {
  Tensors xs, wanted, ys, tracked;
  Point(const Row& row, const Tensors& inputs) : xs(inputs) {
    for (Tensor& x : xs)
      if (is_floating(x.dtype()) && row.differentiable) wanted.push_back(x = variable(x));
    ys = row.f(xs);
    for (const Tensor& y : ys)
      if (y.requires_grad()) tracked.push_back(y);
  }
};

void append(std::vector<double>& all, const Tensors& xs) {
  for (const Tensor& x : xs) {
    const auto v = values(x);
    all.insert(all.end(), v.begin(), v.end());
  }
}

// The results, the gradients of all f64 inputs and the tangents, in one list.
std::vector<double> everything(const Row& row, const Tensors& inputs) {
  const Point at(row, inputs);
  std::vector<double> all;
  append(all, at.ys);
  if (at.tracked.empty()) return all;
  append(all, tangent(at.tracked, at.wanted, random_like(at.wanted, 12)));
  append(all, grad(at.tracked, at.wanted, random_like(at.tracked, 11)));
  return all;
}

double inner(const Tensors& a, const Tensors& b) {
  double total = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const auto x = values(a[k]), y = values(b[k]);
    for (std::size_t i = 0; i < x.size(); ++i) total += x[i] * y[i];
  }
  return total;
}

void expect_close(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool near = std::isfinite(b[i]) ? std::abs(a[i] - b[i]) <= tolerance * (1 + std::abs(b[i])) : a[i] == b[i];
    const bool alike = std::isnan(b[i]) ? std::isnan(a[i]) : near;
    EXPECT_TRUE(alike) << "element " << i << ": " << a[i] << " against " << b[i];
  }
}

TEST(OpTable, GradientsToSecondOrder) {
  for (const Row& row : op_table()) {
    if (!row.differentiable) continue;
    SCOPED_TRACE(row.name);
    for (std::uint64_t seed : {1, 2})
      EXPECT_NO_THROW(check_gradients(row.f, draw(row.inputs, seed))) << [&] {
        try { check_gradients(row.f, draw(row.inputs, seed)); } catch (const std::exception& e) { return std::string(e.what()); }
        return std::string();
      }();
  }
}

// Forward mode against backward, and what operations say of their tangents against their transposed backwards; recorded or not; for
// all inputs, and for each alone.
TEST(OpTable, ForwardAgreesWithBackward) {
  for (const Row& row : op_table()) {
    if (!row.differentiable) continue;
    SCOPED_TRACE(row.name);
    const Point at(row, draw(row.inputs, 13));
    ASSERT_FALSE(at.tracked.empty());
    const Tensors us = random_like(at.tracked, 14);
    const Tensors pulled = grad(at.tracked, at.wanted, us, {.retain_graph = true});
    for (std::size_t alone = 0; alone <= at.wanted.size(); ++alone) {
      Tensors vs = random_like(at.wanted, 15);
      for (std::size_t i = 0; i < vs.size(); ++i)
        if (alone != vs.size() && i != alone) vs[i] = Tensor(Array::zeros(vs[i].shape(), f64));
      Tensors given = vs;
      for (std::size_t i = 0; i < vs.size(); ++i)
        if (alone != vs.size() && i != alone) given[i] = Tensor();
      const Tensors pushed = tangent(at.tracked, at.wanted, given);
      const double there = inner(us, pushed), back = inner(pulled, vs);
      EXPECT_NEAR(there, back, 1e-11 * (1 + std::abs(back))) << "⟨u, Jv⟩ and ⟨Jᵀu, v⟩, input " << alone;
      for (const bool create_graph : {false, true})
        for (const bool transposed : {false, true}) {
          const Tensors other = tangent(at.tracked, at.wanted, given, {.create_graph = create_graph, .transposed = transposed});
          SCOPED_TRACE(text("input ", alone, create_graph ? ", recorded" : "", transposed ? ", transposed" : ""));
          for (std::size_t k = 0; k < pushed.size(); ++k) expect_close(values(other[k]), values(pushed[k]), 1e-11);
        }
    }
  }
}

// An input's gradient does not depend on who else wants one.
TEST(OpTable, EachInputAloneHasTheSameGradient) {
  for (const Row& row : op_table()) {
    const Tensors inputs = draw(row.inputs, 20);
    const Point all(row, inputs);
    if (all.wanted.size() < 2) continue;
    SCOPED_TRACE(row.name);
    const Tensors seeds = random_like(all.ys, 21);
    const auto gradient = [&](const Tensors& ys, const Tensor& x, bool recorded) {
      Tensors tracked, us;
      for (std::size_t k = 0; k < ys.size(); ++k)
        if (ys[k].requires_grad()) tracked.push_back(ys[k]), us.push_back(seeds[k]);
      return grad(tracked, Tensors{x}, us, {.create_graph = recorded, .retain_graph = true})[0];
    };
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!all.xs[i].requires_grad()) continue;
      SCOPED_TRACE(text("input ", i));
      Tensors xs = inputs;
      xs[i] = variable(inputs[i]);
      const Tensors ys = row.f(xs);
      for (const bool recorded : {false, true})
        expect_close(values(gradient(ys, xs[i], recorded)), values(gradient(all.ys, all.xs[i], recorded)), 1e-12);
    }
  }
}

// The derivative of ⟨u, Jv⟩ with respect to x: forward over reverse, reverse over forward, reverse over reverse.
TEST(OpTable, SecondOrderInAnyDirection) {
  for (const Row& row : op_table()) {
    if (!row.differentiable) continue;
    SCOPED_TRACE(row.name);
    const Point at(row, draw(row.inputs, 16));
    const Tensors us = random_like(at.tracked, 17), vs = random_like(at.wanted, 18), ws = random_like(at.wanted, 19);
    const Tensors slopes = grad(at.tracked, at.wanted, us, {.create_graph = true});
    Tensors tracked, along;
    for (std::size_t i = 0; i < slopes.size(); ++i)
      if (slopes[i].requires_grad()) tracked.push_back(slopes[i]), along.push_back(vs[i]);
    const double forward_over_reverse = tracked.empty() ? 0 : inner(along, tangent(tracked, at.wanted, ws));
    const double reverse_over_reverse = tracked.empty() ? 0 : inner(grad(tracked, at.wanted, along, {.retain_graph = true}), ws);
    EXPECT_NEAR(forward_over_reverse, reverse_over_reverse, 1e-10 * (1 + std::abs(reverse_over_reverse)));
    for (const bool transposed : {false, true}) {
      const Tensors pushed = tangent(at.tracked, at.wanted, vs, {.create_graph = true, .transposed = transposed});
      Tensors moving, seeds;
      for (std::size_t k = 0; k < pushed.size(); ++k)
        if (pushed[k].requires_grad()) moving.push_back(pushed[k]), seeds.push_back(us[k]);
      const double reverse_over_forward = moving.empty() ? 0 : inner(grad(moving, at.wanted, seeds, {.retain_graph = true}), ws);
      EXPECT_NEAR(reverse_over_forward, reverse_over_reverse, 1e-10 * (1 + std::abs(reverse_over_reverse))) << transposed;
      const double forward_over_forward = moving.empty() ? 0 : inner(seeds, tangent(moving, at.wanted, ws));
      EXPECT_NEAR(forward_over_forward, reverse_over_reverse, 1e-10 * (1 + std::abs(reverse_over_reverse))) << transposed;
    }
  }
}

TEST(OpTable, GradientsOfElementwiseOperationsAtOtherShapes) {
  for (const Row& row : op_table()) {
    if (!row.elementwise || !row.differentiable) continue;
    SCOPED_TRACE(row.name);
    const std::size_t n = row.inputs.size();
    using Shapes = std::vector<Shape>;
    std::vector<Shapes> cases = n == 1 ? std::vector<Shapes>{{{}}, {{1}}, {{0, 3}}, {{1, 5, 1}}}
                                       : std::vector<Shapes>{{{}, {2, 3}}, {{2, 3}, {}}, {{2, 1, 3}, {4, 1}}, {{1}, {3}}, {{3}, {2, 3}},
                                                             {{0, 3}, {3}}, {{2, 0}, {2, 1}}, {{1, 1}, {1}}};
    for (const Shapes& shapes : cases) {
      std::vector<Input> inputs = row.inputs;
      for (std::size_t i = 0; i < n; ++i) inputs[i].shape = shapes[i % shapes.size()];   // the third as the first
      SCOPED_TRACE(text(shapes[0], n >= 2 ? text(shapes[1]) : ""));
      EXPECT_NO_THROW(check_gradients(row.f, draw(inputs, 3)));
    }
  }
}

TEST(OpTable, SingleAgreesWithDouble) {
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    Tensors inputs = draw(row.inputs, 4), singles, doubles;
    if (row.name.starts_with("batch_norm_eval")) continue;   // its constants are f64 arrays
    for (const Tensor& x : inputs) {
      singles.push_back(x.dtype() == f64 ? x.to(f32) : x);
      doubles.push_back(x.dtype() == f64 ? x.to(f32).to(f64) : x);
    }
    for (const Tensor& y : row.f(singles))
      if (row.differentiable) { EXPECT_EQ(y.dtype(), f32); }
    expect_close(everything(row, singles), everything(row, doubles), 2e-5);
  }
}

// The same values, stored column by column.
Tensor as_view(const Tensor& x) {
  Shape backwards;
  for (int i = x.rank() - 1; i >= 0; --i) backwards.push_back(i);
  return x.value().permute(backwards).contiguous_copy().permute(backwards);
}

TEST(OpTable, ViewsGiveWhatCopiesGive) {
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    const Tensors inputs = draw(row.inputs, 5);
    Tensors views;
    for (const Tensor& x : inputs) views.push_back(as_view(x));
    expect_close(everything(row, views), everything(row, inputs), 1e-12);
  }
}

TEST(OpTable, EveryOtherElementOfALargerArray) {
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    const Tensors inputs = draw(row.inputs, 6);
    Tensors views;
    for (const Tensor& x : inputs) {
      if (x.rank() == 0) { views.push_back(x); continue; }
      Shape twice = x.shape();
      twice[x.rank() - 1] *= 2;
      const int last = x.rank() - 1;
      const Tensor doubled = stack({x, x}, x.rank());             // [..., n, 2]
      views.push_back(slice(reshape(doubled, twice), last, 0, twice[last], 2));
    }
    expect_close(everything(row, views), everything(row, inputs), 1e-12);
  }
}

TEST(OpTable, TheSameTensorTwice) {
  for (const Row& row : op_table()) {
    if (!row.elementwise || !row.differentiable || row.inputs.size() != 2) continue;
    SCOPED_TRACE(row.name);
    if (row.name == "maximum" || row.name == "minimum") continue;   // every element is a tie: not smooth there
    EXPECT_NO_THROW(check_gradients(Functions([&](const Tensors& x) { return row.f({x[0], x[0]}); }), draw({row.inputs[0]}, 7)));
  }
}

// One tensor in the place of all inputs of its shape has what they have together: gradients, tangents, second order.
TEST(OpTable, OneTensorForAllInputsOfAShape) {
  std::size_t seen = 0;
  for (const Row& row : op_table()) {
    if (!row.differentiable) continue;
    std::vector<Input> inputs = row.inputs;
    std::vector<std::size_t> first(inputs.size());   // whose place each takes
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      first[i] = i;
      for (std::size_t k = 0; k < i && first[i] == i; ++k) {
        const double low = std::max(inputs[k].low, inputs[i].low), high = std::min(inputs[k].high, inputs[i].high);
        const bool alike = inputs[i].dtype == f64 && inputs[k].dtype == f64 && inputs[i].shape == inputs[k].shape && low < high;
        if (first[k] != k || !alike) continue;
        first[i] = k, inputs[k].low = low, inputs[k].high = high;
      }
    }
    Tensors drawn = draw(inputs, 22), xs = drawn;
    bool shared = false;
    for (std::size_t i = 0; i < xs.size(); ++i) shared = shared || first[i] != i, drawn[i] = drawn[first[i]];
    if (!shared) continue;
    SCOPED_TRACE(row.name);
    ++seen;
    const Point apart(row, drawn);
    Tensors wanted, along, along_apart;
    std::vector<std::size_t> owner, place(xs.size());   // of each wanted one of `apart`, and of each input, its place in `wanted`
    for (std::size_t i = 0; i < xs.size(); ++i) {
      if (!apart.xs[i].requires_grad()) { xs[i] = drawn[i]; continue; }
      if (first[i] == i) place[i] = wanted.size(), wanted.push_back(variable(drawn[i]));
      owner.push_back(place[i] = place[first[i]]);
      xs[i] = wanted[place[i]];
    }
    along = random_like(wanted, 23);
    for (std::size_t k : owner) along_apart.push_back(along[k]);
    Tensors tracked;
    for (const Tensor& y : row.f(xs))
      if (y.requires_grad()) tracked.push_back(y);
    const Tensors us = random_like(tracked, 24);
    const auto gathered = [&](const Tensors& parts) {
      std::vector<double> all;
      for (std::size_t k = 0; k < wanted.size(); ++k) {
        std::vector<double> total(static_cast<std::size_t>(wanted[k].numel()));
        for (std::size_t i = 0; i < owner.size(); ++i)
          if (owner[i] == k) {
            const auto part = values(parts[i]);
            for (std::size_t e = 0; e < total.size(); ++e) total[e] += part[e];
          }
        all.insert(all.end(), total.begin(), total.end());
      }
      return all;
    };
    const auto listed = [](const Tensors& parts) {
      std::vector<double> all;
      append(all, parts);
      return all;
    };
    expect_close(listed(tangent(tracked, wanted, along)), listed(tangent(apart.tracked, apart.wanted, along_apart)), 1e-11);
    const Tensors pulled = grad(tracked, wanted, us, {.retain_graph = true});
    expect_close(listed(pulled), gathered(grad(apart.tracked, apart.wanted, us, {.retain_graph = true})), 1e-11);
    const auto second = [&](const Tensors& ys, const Tensors& ins, const Tensors& vs) {
      const Tensors slopes = grad(ys, ins, us, {.create_graph = true});
      Tensors moving, seeds;
      for (std::size_t k = 0; k < slopes.size(); ++k)
        if (slopes[k].requires_grad()) moving.push_back(slopes[k]), seeds.push_back(vs[k]);
      if (!moving.empty()) return grad(moving, ins, seeds);
      Tensors none;
      for (const Tensor& x : ins) none.push_back(zeros_like(x));
      return none;
    };
    expect_close(listed(second(tracked, wanted, along)), gathered(second(apart.tracked, apart.wanted, along_apart)), 1e-10);
  }
  EXPECT_GT(seen, 40u);
}

// The same bits in another run, by another number of threads.
TEST(OpTable, TwoRunsGiveEqualBits) {
  const int threads = num_threads();
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    std::vector<Input> inputs = row.inputs;
    if (row.elementwise)
      for (Input& input : inputs) input.shape = {2, 8501};   // enough for two pieces
    const Tensors drawn = draw(inputs, 26);
    std::vector<double> before;
    for (const int n : {1, 3}) {
      set_threads(n);
      const std::vector<double> now = everything(row, drawn);
      if (n == 1) before = now;
      EXPECT_TRUE(before.size() == now.size() && (now.empty() || std::memcmp(before.data(), now.data(), now.size() * sizeof(double)) == 0));
    }
  }
  set_threads(threads);
}

TEST(OpTable, NothingIsRecordedForUntrackedInputs) {
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    for (const Tensor& y : row.f(draw(row.inputs, 8))) EXPECT_FALSE(y.requires_grad());
  }
}

TEST(OpTable, NothingIsLeftOnTheTape) {
  const std::int64_t nodes = Node::live();
  for (const Row& row : op_table()) {
    SCOPED_TRACE(row.name);
    everything(row, draw(row.inputs, 9));
    EXPECT_EQ(Node::live(), nodes);
  }
}

}  // namespace gradus::op_table_test
