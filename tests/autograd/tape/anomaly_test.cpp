// Looking at a tape: where a NaN comes from, and what it looks like in print.
#include <cmath>
#include <limits>
#include <thread>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/ops.h>
#include <gradus/autograd/tape/anomaly.h>
#include <gradus/autograd/tape/op.h>
#include <gradus/autograd/walk/checkpoint.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/autograd/walk/tape_text.h>

#include "support.h"

namespace gradus::anomaly_test {

constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();

TEST(Anomaly, NamesTheForwardOperationItsShapesAndTheLabel) {
  const Tensor w = variable(tensor({{1, 2, 3}, {4, 5, 0}}), "w");
  const DetectAnomaly looking;
  const TapeLabel outer("net");
  expect_error<ValueError>(
      [&] {
        const TapeLabel inner("head");
        log(w);
      },
      {"log: made -inf at [1, 2] of finite inputs", "log: w [2, 3] f32 -> [2, 3] f32", "in \"net / head\""});
  expect_error<ValueError>([&] { no_grad([&] { return sqrt(w - 2); }); }, {"sqrt: made NaN at [0, 0]", "in \"net\""});   // recorded or not
  expect_error<ValueError>([&] { tensor(nan) * w; }, {"mul: has NaN at [0, 0]", "its input [] f32 had NaN at []", "already"});
  EXPECT_EQ(log(w + 1).shape(), (Shape{2, 3}));
}

// Its forward is finite.
struct Steep final : Op {
  double slope;
  explicit Steep(double slope) : slope(slope) {}
  std::string_view name() const override { return "steep"; }
  Array forward(const Tensor& x) { return x.value(); }
  Grads backward(Tensor g) override { return {g * slope}; }
};

TEST(Anomaly, NamesTheForwardOperationOfABackward) {
  const Tensor x = variable(tensor({0.0, 4.0}, f64), "x"), other = variable(tensor(1.0, f64));
  Tensor y;
  {
    const DetectAnomaly looking;
    const TapeLabel label("roots");
    y = sum(sqrt(x)) + other;
    expect_error<ValueError>([&] { y.backward(); },
                             {"backward: sqrt made inf at [0] of the gradient of its input 0 (x), and what came to it was finite",
                              "sqrt: x [2] f64 -> [2] f64, in \"roots\""});
    EXPECT_FALSE(x.grad().defined() || other.grad().defined());
  }
  y = sum(sqrt(x));   // recorded without looking
  {
    const DetectAnomaly looking;
    expect_error<ValueError>([&] { y.backward({.retain_graph = true}); }, {"sqrt made inf", "sqrt: [2] f64", "labels are known where"});
    expect_error<ValueError>([&] { grad(record(Steep(nan), x * 2.0), x, {.seed = tensor({1, 1}, f64)}); },
                             {"backward: steep made NaN at [0]"});
    expect_error<ValueError>([&] { grad(x * 2.0, x, {.seed = tensor({1, inf}, f64)}); },
                             {"mul made inf at [1]", "came to it has inf at [1] already"});
  }
  EXPECT_EQ(grad(y, x).value().at({0}), inf);   // nobody looks any more
}

TEST(Anomaly, InfinitiesMayBeMeant) {
  const Tensor x = variable(tensor({1.0, 2.0}));
  const DetectAnomaly looking({.infinity = false});
  const Tensor masked = where(tensor({1, 0}) > 0, x, tensor(-inf));
  sum(softmax(masked, 0) * x).backward();
  expect_error<ValueError>([&] { masked - masked; }, {"sub: made NaN at [1]"});
  {
    const DetectAnomaly strict;
    expect_error<ValueError>([&] { exp(x * 1000); }, {"exp: made inf at [0]"});
  }
  exp(x * 1000);
}

TEST(Anomaly, OfSmallFloatsIntegersAndInOtherThreads) {
  const DetectAnomaly looking;
  expect_error<ValueError>([&] { (variable(tensor({1.0, 60000.0})) * 2).to(f16); }, {"to: made inf at [1]", "[2] f16"});
  EXPECT_EQ((tensor({1, 2}).to(i64) * 3).dtype(), i64);
  EXPECT_EQ(log(ones({0})).size(), 0);
  bool passed = false;
  std::thread([&] { passed = std::isinf(log(zeros({1})).item()); }).join();
  EXPECT_TRUE(passed);
}

TEST(Anomaly, SeesIntoACheckpointAndSecondOrder) {
  const Tensor x = variable(tensor({0.0, 4.0}, f64), "x");
  const DetectAnomaly looking;
  const auto f = [](const Tensor& t) {
    const TapeLabel label("inside");
    return sqrt(t);
  };
  expect_error<ValueError>([&] { sum(checkpoint(f, x)).backward(); }, {"sqrt made inf at [0]", "in \"inside\""});
  expect_error<ValueError>([&] { checkpoint([](const Tensor& t) { return log(t); }, x); }, {"log: made -inf"});
  const Tensor slope = grad(sum(pow(x, 1.5)), x, {.create_graph = true});   // 1.5 √x, finite
  expect_error<ValueError>([&] { grad(sum(slope), x); }, {"made inf at [0]"});
}

TEST(TapeText, ShowsOperationsShapesLeavesAndWhatIsKept) {
  const Tensor w = variable(tensor({{1, 2}, {3, 4}}), "w"), b = variable(tensor({1, 2}));
  const Tensor x = tensor({{1, 0}, {0, 1}, {1, 1}});
  const Tensor y = sum(tanh(matmul(x, w) + b) * x);
  EXPECT_EQ(tape_text(y),
            "0  w             [2, 2] f32  leaf\n"
            "1  leaf 1        [2] f32     leaf\n"
            "2  matmul(·, 0)  [3, 2] f32  keeps 40 B\n"
            "3  add(2, 1)     [3, 2] f32\n"
            "4  tanh(3)       [3, 2] f32  keeps 24 B\n"
            "5  mul(4, ·)     [3, 2] f32\n"
            "6  sum(5)        [] f32\n"
            "5 operations, 64 B kept for backward\n");
  const Tensor rows = layer_norm(variable(randn({4, 3})), {3});   // keeps x, 4 means and 4 deviations in f64
  EXPECT_NE(tape_text(sum(rows)).find("keeps 112 B"), std::string::npos) << tape_text(sum(rows));
  const std::string dot = tape_graphviz(y);
  EXPECT_EQ(dot.substr(0, 14), "digraph tape {");
  for (const char* part : {"n0 [shape=box, style=filled, label=\"w\\n[2, 2] f32\"]", "n0 -> n2\n", "n3 -> n4\n",
                           "n4 [shape=ellipse, label=\"tanh\\n[3, 2] f32\\nkeeps 24 B\"]"})
    EXPECT_NE(dot.find(part), dot.npos) << part << "\n" << dot;
  y.backward();
  expect_error<GraphError>([&] { tape_text(y); }, {"tape_text: the graph was already released"});
  expect_error<GraphError>([&] { tape_graphviz(x); }, {"tape_graphviz: the tensor [3, 2] f32 is not tracked"});
  EXPECT_EQ(tape_text(b), "0  leaf 0  [2] f32  leaf\n0 operations, 0 B kept for backward\n");
}

TEST(TapeText, ShowsLabelsResultsOfSeveralAndLongChains) {
  const Tensor x = variable(tensor({3.0, 1.0, 2.0}, f64), "the \"x\"");
  {
    const DetectAnomaly looking;
    const TapeLabel label("ranks");
    const auto sorted = sort(x, 0);
    const std::string text = tape_text(sum(sorted.values));
    EXPECT_NE(text.find("in \"ranks\""), text.npos) << text;
  }
  EXPECT_NE(tape_graphviz(x * 2.0).find("label=\"the \\\"x\\\"\\n"), std::string::npos);
  Tensor y = x;
  for (int i = 0; i < 5000; ++i) y = y + 1.0;
  EXPECT_NE(tape_text(y).find("5000 operations"), std::string::npos);
}

}  // namespace gradus::anomaly_test
