// CTC loss: against PyTorch, against a sum over all ways, where no way leads, and its gradients both ways.
#include <cmath>
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/ctc.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::ctc_test {

TEST(Ctc, AgreesWithPyTorch) {
  const std::pair<const char*, CtcLossOptions> cases[] = {{"mean", {}},
                                                          {"sum", {.reduction = Reduction::sum}},
                                                          {"none", {.reduction = Reduction::none}},
                                                          {"in_a_row", {}},
                                                          {"blank", {.blank = 3}},
                                                          {"silence", {}},
                                                          {"one", {}},
                                                          {"impossible", {.reduction = Reduction::none, .zero_infinity = true}}};
  for (const auto& [name, options] : cases) {
    SCOPED_TRACE(name);
    const auto golden = [prefix = "ctc." + std::string(name) + "."](const std::string& key) {
      return golden_values("ctc").at(prefix + key);
    };
    const Tensor logits = variable(Tensor(golden("logits")));
    const Tensor y = ctc_loss(log_softmax(logits), golden("targets"), golden("input_lengths"), golden("target_lengths"), options);
    expect_near(y, golden("y"), 1e-12);
    for (const bool recorded : {false, true})
      expect_near(grad(y, logits, {.create_graph = recorded, .retain_graph = true, .seed = Tensor(golden("g"))}), golden("dlogits"), 1e-12);
  }
}

TEST(Ctc, IsTheSumOverAllWays) {
  const std::int64_t steps = 5, classes = 3;
  const Tensor x = random({steps, classes});
  const auto p = x.value().to_vector();
  double total = 0;
  for (int way = 0; way < 243; ++way) {  // what is left of a way without repetitions and blanks must be 1 2
    std::vector<int> said;
    double probability = 1;
    int before = 0;
    for (int t = 0, rest = way; t < steps; ++t, rest /= 3) {
      const int label = rest % 3;
      probability *= std::exp(p[static_cast<std::size_t>(t * classes + label)]);
      if (label != 0 && label != before) said.push_back(label);
      before = label;
    }
    if (said == std::vector<int>{1, 2}) total += probability;
  }
  const Tensor labels = tensor({1, 2}, i32);
  EXPECT_NEAR(ctc_loss(x, labels, tensor(steps, i64), tensor(2, i64), {.reduction = Reduction::sum}).item(), -std::log(total), 1e-12);
}

TEST(Ctc, GradientsToSecondOrder) {
  const Tensor labels = tensor({{1, 1, 2}, {2, 1, 1}}, i64), steps = tensor({5, 4}, i64), lengths = tensor({3, 1}, i64);
  for (const Reduction reduction : {Reduction::mean, Reduction::none})
    check_gradients([&](const auto& x) { return ctc_loss(x[0], labels, steps, lengths, {.reduction = reduction}); }, {random({5, 2, 3})});
  const Tensor x = random({60, 7, 11});
  std::vector<std::int64_t> many(7 * 20), some{20, 0, 7, 13, 20, 1, 19}, until{60, 60, 50, 41, 60, 1, 55};
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = 1 + static_cast<std::int64_t>(i * i % 10);
  const Tensor rows = reshape(tensor(many, i64), {7, 20});
  const Function f = [&](const auto& v) {
    return ctc_loss(v[0], rows, tensor(until, i64), tensor(some, i64), {.reduction = Reduction::none});
  };
  expect_same_gradients(f, {x}, 1e-11);
  const Tensor narrow = variable(x.to(f32)), wide = variable(narrow.value().to(f64));
  expect_near(f({narrow}).value().to(f64), f({wide}).value(), 1e-6);
  expect_near(grad(sum(f({narrow})), narrow).value().to(f64), grad(sum(f({wide})), wide).value(), 1e-6);
  const int before = num_threads();
  set_threads(1);
  const auto alone = grad(sum(f({narrow})), narrow).value().to_vector();
  set_threads(3);
  EXPECT_EQ(grad(sum(f({narrow})), narrow).value().to_vector(), alone);
  set_threads(before);
}

TEST(Ctc, WhereNoWayLeads) {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor x = variable(log_softmax(random({3, 2, 3}))), labels = tensor({{1, 1}, {1, 2}}, i64), steps = tensor({2, 2}, i64);
  const Tensor lost = ctc_loss(x, labels, steps, tensor({2, 2}, i64), {.reduction = Reduction::none});
  EXPECT_EQ(lost.value().at({0}), inf);
  for (const bool recorded : {false, true}) {
    const Tensor dx = grad(lost, x, {.create_graph = recorded, .retain_graph = true, .seed = ones({2}, f64)});
    EXPECT_TRUE(std::isnan(dx.value().at({0, 0, 1})));
    EXPECT_TRUE(std::isfinite(dx.value().at({0, 1, 1})));
    EXPECT_EQ(dx.value().at({2, 1, 1}), 0);
  }
  // A class that is never said, and no time at all.
  const Tensor sure = variable(log(tensor({{0.5, 0.5, 0}, {0.5, 0.5, 0}}, f64)));
  EXPECT_EQ(ctc_loss(sure, tensor({2}, i64), tensor(2, i64), tensor(1, i64)).item(), inf);
  const Tensor y = ctc_loss(sure, tensor({1}, i64), tensor(2, i64), tensor(1, i64));
  for (const bool recorded : {false, true})
    for (const double d : grad(y, sure, {.create_graph = recorded, .retain_graph = true}).value().to_vector())
      EXPECT_TRUE(std::isfinite(d));
  const Tensor none =
      ctc_loss(zeros({3, 2, 3}), zeros({2, 2}, i64) + 1, tensor({0, 0}, i64), tensor({0, 1}, i64), {.reduction = Reduction::none});
  EXPECT_EQ(none.value().to_vector(), (std::vector<double>{0, inf}));
}

TEST(Ctc, Errors) {
  const Tensor x = zeros({4, 2, 3}), rows = tensor({{1, 2}, {1, 2}}, i64), two = tensor({2, 2}, i64), four = tensor({4, 4}, i64);
  expect_error<ValueError>(
      [&] {
        ctc_loss(x, tensor({{1, 2}, {0, 2}}, i64), four, two);
      },
      {"ctc_loss", "label 0 of sample 1", "is 0", "blank 0"});
  expect_error<ValueError>([&] { ctc_loss(x, tensor({{1, 2}, {1, 3}}, i64), four, two); }, {"label 1 of sample 1", "is 3", "3 classes"});
  expect_error<ValueError>([&] { ctc_loss(x, rows, tensor({4, 5}, i64), two); }, {"sample 1 has 5 steps of 4"});
  expect_error<ValueError>([&] { ctc_loss(x, rows, four, tensor({2, 3}, i64)); }, {"sample 1 has 3 labels", "2 are there"});
  expect_error<ValueError>([&] { ctc_loss(x, rows, four, two, {.blank = 3}); }, {"blank", "3 classes"});
  expect_error<ShapeError>([&] { ctc_loss(x, rows, tensor({4}, i64), two); }, {"input_lengths", "2 samples", "[1]"});
  expect_error<ShapeError>([&] { ctc_loss(zeros({4}), rows, four, two); }, {"log_probs", "[4]"});
  expect_error<ShapeError>([&] { ctc_loss(x, zeros({3, 2}, i64), four, two); }, {"targets", "[3, 2]", "[4, 2, 3]"});
  expect_error<DtypeError>([&] { ctc_loss(x, zeros({2, 2}), four, two); }, {"targets", "f32"});
  expect_error<ValueError>(
      [&] {
        ctc_loss(zeros({4, 0, 3}), zeros({0, 2}, i64), zeros({0}, i64), zeros({0}, i64));
      },
      {"mean of no samples"});
}

TEST(Sparsemax, IsTheNearestPointOfTheSimplex) {
  const auto near = [](const Tensor& x, int axis) {
    const Tensor y = sparsemax(x, axis);
    const auto move = [&](const Tensor& t) { return transpose(t, axis, -1).value().contiguous_copy().to_vector(); };
    const auto from = move(x.to(f64)), to = move(y.to(f64));
    const std::size_t n = static_cast<std::size_t>(x.dim(axis));
    for (std::size_t row = 0; row < from.size(); row += n) {
      // x = y + τ where y is not 0, and x <= τ where it is: what the nearest point, and no other, fulfils.
      double total = 0, threshold = std::nan("");
      for (std::size_t i = row; i < row + n; ++i) {
        total += to[i];
        if (to[i] > 0) threshold = from[i] - to[i];
      }
      EXPECT_NEAR(total, 1, 1e-6);
      for (std::size_t i = row; i < row + n; ++i) {
        EXPECT_GE(to[i], 0);
        if (to[i] > 0)
          EXPECT_NEAR(from[i] - to[i], threshold, 1e-6);
        else
          EXPECT_LE(from[i], threshold + 1e-6);
      }
    }
  };
  near(random({20, 7}) * 2, 1);
  near(random({6, 300, 3}) * 0.1, 1);
  near(random({40, 5}, 3, f32), 0);
  expect_near(sparsemax(tensor({1e6, 1e6 - 0.5, -3}, f64)), Array::from({0.75, 0.25, 0.}, {3}), 1e-9);
  EXPECT_EQ(sparsemax(tensor({2, 2, 2, 2})).value().to_vector(), std::vector<double>(4, 0.25));
  EXPECT_EQ(sparsemax(tensor(5), 0).item(), 1);
  EXPECT_EQ(sparsemax(zeros({0, 3})).shape(), (Shape{0, 3}));
  EXPECT_EQ(sparsemax(zeros({3, 0})).shape(), (Shape{3, 0}));
  EXPECT_TRUE(std::isnan(sparsemax(tensor({1, std::nan(""), 2})).value().at({0})));
  EXPECT_EQ(sparsemax(tensor({-std::numeric_limits<double>::infinity(), 1.}, f64)).value().to_vector(), (std::vector<double>{0, 1}));
  const Tensor ties = variable(tensor({3, 3, 2}, f64));  // the third is exactly on the edge of the support: not of it
  EXPECT_EQ(grad(sparsemax(ties), ties, {.seed = tensor({1, 0, 5}, f64)}).value().to_vector(), (std::vector<double>{0.5, -0.5, 0}));
  expect_near(softmin(tensor({{1, 2}}), -1), softmax(tensor({{-1, -2}}), -1).value(), 0);
}

}  // namespace gradus::ctc_test
