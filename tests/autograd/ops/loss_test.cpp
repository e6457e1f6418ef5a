// Losses: against PyTorch with all options, at the extremes, and their gradients to second order.
#include <limits>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/loss.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/walk/grad.h>

#include "autograd/reference.h"

namespace gradus::loss_test {

const Array& golden(const std::string& name) { return golden_values("loss").at(name); }

constexpr double inf = std::numeric_limits<double>::infinity();

Tensor labels(std::initializer_list<std::int64_t> values) {
  return Array::from<std::int64_t>(values, {static_cast<std::int64_t>(values.size())});
}

const std::vector<std::pair<std::string, Reduction>> reductions{
    {"mean", Reduction::mean}, {"sum", Reduction::sum}, {"none", Reduction::none}};

TEST(CrossEntropy, AgreesWithPyTorchInAllOptions) {
  const Tensor x = variable(Tensor(golden("cross_entropy.x"))), label = golden("cross_entropy.label");
  const Tensor clamped = where(label == -100, zeros({9}, i64), label);
  for (const auto& [name, reduction] : reductions)
    for (const std::string smoothing : {"0.0", "0.3", "1.0"})
      for (const std::int64_t ignore : {-100, 3}) {
        const std::string key = text("cross_entropy.", name, ".", smoothing, ".", ignore);
        const Tensor loss = cross_entropy(x, ignore == 3 ? clamped : label,
                                          {.reduction = reduction, .ignore_index = ignore, .label_smoothing = std::stod(smoothing)});
        expect_near(loss, golden(key + ".y"), 1e-12, key);
        expect_near(grad(loss, x, {.seed = Tensor(golden(key + ".g"))}), golden(key + ".dx"), 1e-12, key);
      }
}

TEST(CrossEntropy, LargeLogitsAreHarmless) {
  for (Dtype dtype : {f32, f64}) {
    Tensor x = variable(tensor({{1000, -1000, 0}, {-1000, 1000, 0}}).to(dtype));
    const Tensor loss = cross_entropy(x, labels({0, 0}), {.reduction = Reduction::none});
    expect_near(loss, Array::from<double>({0, 2000}, {2}), 0);
    expect_near(grad(sum(loss), x), Array::from<double>({0, 0, 0, -1, 1, 0}, {2, 3}), 0);
  }
  EXPECT_EQ(cross_entropy(tensor({{0, -inf}}), labels({0})).item(), 0);
  EXPECT_EQ(cross_entropy(tensor({{0, -inf}}), labels({1})).item(), inf);
  EXPECT_TRUE(std::isnan(cross_entropy(tensor({{0, std::nan("")}}), labels({0})).item()));
}

TEST(CrossEntropy, NearlySurePredictionsKeepTheirDigits) {
  EXPECT_NEAR(cross_entropy(tensor({{20, 0}}).to(f64), labels({0})).item() / std::log1p(std::exp(-20.0)), 1, 1e-6);
}

TEST(CrossEntropy, FloatAgreesWithDouble) {
  const Tensor x = random({300, 10}) * 5, label = argmax(random({300, 10}, 2), 1);
  Tensor a = variable(x), b = variable(Tensor(x.value().to(f32)));
  const Tensor loss = cross_entropy(a, label), narrow = cross_entropy(b, label);
  EXPECT_NEAR(narrow.item(), loss.item(), 1e-6);
  expect_near(grad(narrow, b).value().to(f64), grad(loss, a).value(), 1e-8);
}

TEST(CrossEntropy, IgnoredRowsMayHoldAnything) {
  Tensor x = variable(tensor({{1, 2}, {std::nan(""), inf}}).to(f64));
  const Tensor loss = cross_entropy(x, labels({1, -100}));
  EXPECT_NEAR(loss.item(), std::log1p(std::exp(-1.0)), 1e-15);
  const Tensor dx = grad(loss, x);
  EXPECT_EQ(dx.value().at({1, 0}), 0);
  EXPECT_EQ(dx.value().at({1, 1}), 0);
}

TEST(CrossEntropy, AllRowsIgnored) {
  Tensor x = variable(zeros({2, 3}));
  const Tensor loss = cross_entropy(x, labels({-100, -100}));
  EXPECT_TRUE(std::isnan(loss.item()));
  expect_near(grad(loss, x), Array::zeros({2, 3}), 0);
  EXPECT_EQ(cross_entropy(x, labels({-100, -100}), {.reduction = Reduction::sum}).item(), 0);
}

TEST(CrossEntropy, GradientsToSecondOrder) {
  const Tensor label = labels({0, 2, 3, 1});
  for (const auto& [name, reduction] : reductions)
    for (double smoothing : {0.0, 0.2})
      for (std::int64_t ignore : {-100, 3}) {
        const CrossEntropyOptions options{.reduction = reduction, .ignore_index = ignore, .label_smoothing = smoothing};
        const Function f = [&](const auto& v) { return cross_entropy(v[0], label, options); };
        check_gradients(f, {random({4, 4})});
        check_gradients([&](const auto& v) { return cross_entropy(transpose(v[0]) * v[0], label, options); }, {random({4, 4})});
        expect_same_gradients(f, {random({4, 4})});
      }
  check_gradients([&](const auto& v) { return cross_entropy(v[0], labels({0}), {}); }, {random({1, 1})});
  check_gradients([&](const auto& v) { return cross_entropy(v[0], labels({}), {.reduction = Reduction::none}); }, {random({0, 3})});
}

TEST(CrossEntropy, TakesViewsOfLogitsAndLabels) {
  const Tensor x = random({3, 8}), every_other = slice(labels({0, 9, 1, 9, 2, 9}), 0, 0, 6, 2);
  EXPECT_EQ(cross_entropy(slice(x, 1, 0, 8, 2), every_other).item(),
            cross_entropy(slice(x, 1, 0, 8, 2).value().contiguous_copy(), labels({0, 1, 2})).item());
}

TEST(CrossEntropy, Errors) {
  const Tensor x = zeros({2, 3});
  expect_error<ValueError>([&] { cross_entropy(x, labels({0, 3})); }, {"cross_entropy", "label 3", "row 1", "3 classes", "count from 0"});
  expect_error<ValueError>([&] { cross_entropy(x, labels({-1, 0})); }, {"label -1", "row 0"});
  expect_error<ShapeError>([&] { cross_entropy(x, labels({0})); }, {"cross_entropy", "[2, 3]", "[1]"});
  expect_error<ShapeError>([&] { cross_entropy(zeros({3}), labels({0})); }, {"[N, C]", "[3]"});
  expect_error<DtypeError>([&] { cross_entropy(x, zeros({2})); }, {"i64", "f32"});
  expect_error<DtypeError>([&] { cross_entropy(zeros({2, 3}, i64), labels({0, 1})); }, {"cross_entropy", "f32 or f64"});
  expect_error<ValueError>([&] { cross_entropy(zeros({0, 3}), labels({})); }, {"empty batch", "[0, 3]"});
  expect_error<ValueError>([&] { cross_entropy(x, labels({0, 1}), {.label_smoothing = 1.5}); }, {"label_smoothing", "1.5"});
}

using PairLoss = Tensor (*)(const Tensor&, const Tensor&, const LossOptions&);
const std::vector<std::pair<std::string, PairLoss>> pair_losses{{"mse", mse_loss}, {"bce", bce_with_logits}};

TEST(PairLosses, AgreeWithPyTorch) {
  const Tensor x = variable(Tensor(golden("pair.x"))), t = variable(Tensor(golden("pair.t")));
  for (const auto& [loss_name, loss] : pair_losses)
    for (const auto& [name, reduction] : reductions) {
      const std::string key = loss_name + "." + name;
      const Tensor y = loss(x, t, {reduction});
      expect_near(y, golden(key + ".y"), 1e-13, key);
      const auto [dx, dt] = grad<2>(y, {x, t}, {.seed = Tensor(golden(key + ".g"))});
      expect_near(dx, golden(key + ".dx"), 1e-13, key);
      expect_near(dt, golden(key + ".dt"), 1e-13, key);
    }
}

TEST(Losses, TakeOptionsOrNothingButAReduction) {
  const Tensor x = random({3, 2}, 1), t = random({3, 2}, 2), label = labels({0, 1, 1});
  expect_near(mse_loss(x, t, Reduction::none), mse_loss(x, t, {.reduction = Reduction::none}).value(), 0);
  expect_near(bce_with_logits(x, t, Reduction::sum), bce_with_logits(x, t, {.reduction = Reduction::sum}).value(), 0);
  expect_near(cross_entropy(x, label, Reduction::none), cross_entropy(x, label, {.reduction = Reduction::none}).value(), 0);
  expect_near(mse_loss(x, t, {}), mse_loss(x, t).value(), 0);
  expect_near(cross_entropy(x, label, {}), cross_entropy(x, label).value(), 0);
  EXPECT_EQ(cross_entropy(x, label, Reduction::none).shape(), Shape{3});
}

TEST(PairLosses, GradientsToSecondOrder) {
  for (const auto& [loss_name, loss] : pair_losses)
    for (const auto& [name, reduction] : reductions)
      for (const Shape& shape : {Shape{2, 3}, Shape{1}, Shape{}, Shape{0, 2}}) {
        if (reduction == Reduction::mean && shape.elements() == 0) continue;
        const Function f = [&, loss = loss, reduction = reduction](const auto& v) { return loss(v[0], v[1], {reduction}); };
        check_gradients(f, {random(shape), random(shape, 2)});
        expect_same_gradients(f, {random(shape), random(shape, 2)});
        const Function twice = [loss = loss](const auto& v) { return loss(transpose(v[0]), transpose(v[0] * v[0]), {Reduction::sum}); };
        if (shape.rank() == 2) check_gradients(twice, {random(shape)});
      }
}

TEST(PairLosses, LongOnesAreAccurateInFloat) {
  const std::int64_t n = 1'000'003;
  const Array x = random({n}, 1, f32).value(), t = random({n}, 2, f32).value();
  for (const auto& [name, loss] : pair_losses)
    EXPECT_NEAR(loss(x, t, {Reduction::mean}).item(), loss(x.to(f64), t.to(f64), {Reduction::mean}).item(), 1e-6) << name;
}

TEST(BceWithLogits, Extremes) {
  for (Dtype dtype : {f32, f64}) {
    Tensor x = variable(tensor({1000, -1000, 1000, -1000, 0}, dtype));
    const Tensor t = tensor({1, 0, 0, 1, 1}, dtype), y = bce_with_logits(x, t, Reduction::none);
    expect_near(y, Array::from<double>({0, 0, 1000, 1000, std::log(2.0)}, {5}), 1e-7);
    expect_near(grad(sum(y), x), Array::from<double>({0, 0, 1, -1, -0.5}, {5}), 1e-7);
  }
  EXPECT_NEAR(bce_with_logits(tensor({30}, f64), tensor({1}, f64)).item() / std::log1p(std::exp(-30.0)), 1, 1e-9);
  EXPECT_TRUE(std::isnan(bce_with_logits(tensor({std::nan("")}), tensor({1})).item()));
}

TEST(PairLosses, Errors) {
  expect_error<ShapeError>([] { mse_loss(zeros({2, 3}), zeros({2})); }, {"mse_loss", "[2, 3]", "[2]"});
  expect_error<DtypeError>([] { mse_loss(zeros({2}), zeros({2}, f64)); }, {"mse_loss", "f32", "f64"});
  expect_error<DtypeError>([] { bce_with_logits(zeros({2}, u8), zeros({2}, u8)); }, {"bce_with_logits", "u8"});
  expect_error<ValueError>([] { bce_with_logits(zeros({0}), zeros({0})); }, {"bce_with_logits", "mean of nothing", "[0]"});
  EXPECT_EQ(mse_loss(zeros({0}), zeros({0}), Reduction::sum).item(), 0);
}

}  // namespace gradus::loss_test
