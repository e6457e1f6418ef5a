// Losses: against PyTorch (the rest: loss_golden_test.cpp), at the extremes, their gradients to second order, and what their weights mean.
#include <limits>

#include <gradus/autograd/base/parallel.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/gradcheck.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/compare.h>
#include <gradus/autograd/ops/distance.h>
#include <gradus/autograd/ops/index.h>
#include <gradus/autograd/ops/loss_embedding.h>
#include <gradus/autograd/ops/loss_imbalance.h>
#include <gradus/autograd/ops/loss_likelihood.h>
#include <gradus/autograd/ops/loss_margin.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
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
  expect_error<ValueError>([&] { cross_entropy(x, labels({0, 1}), {.label_smoothing = 1.5}); }, {"label_smoothing", "1.5"});
}

using PairLoss = Tensor (*)(const Tensor&, const Tensor&, Reduction);
const std::vector<std::pair<std::string, PairLoss>> pair_losses{{"mse", mse_loss}, {"bce", bce_with_logits}};

TEST(PairLosses, AgreeWithPyTorch) {
  const Tensor x = variable(Tensor(golden("pair.x"))), t = variable(Tensor(golden("pair.t")));
  for (const auto& [loss_name, loss] : pair_losses)
    for (const auto& [name, reduction] : reductions) {
      const std::string key = loss_name + "." + name;
      const Tensor y = loss(x, t, reduction);
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

const std::vector<std::pair<std::string, PairLoss>> smooth_pair_losses{
    {"mse", mse_loss}, {"bce", bce_with_logits}, {"l1", l1_loss}, {"smooth_l1", smooth_l1_loss}, {"huber", huber_loss}};

TEST(PairLosses, GradientsToSecondOrder) {
  for (const auto& [loss_name, loss] : smooth_pair_losses)
    for (const auto& [name, reduction] : reductions)
      for (const Shape& shape : {Shape{2, 3}, Shape{1}, Shape{}, Shape{0, 2}}) {
        if (reduction == Reduction::mean && shape.elements() == 0) continue;   // NaN
        const Function f = [&, loss = loss, reduction = reduction](const auto& v) { return loss(v[0], v[1], reduction); };
        check_gradients(f, {random(shape), random(shape, 2)});
        expect_same_gradients(f, {random(shape), random(shape, 2)});
        const Function twice = [loss = loss](const auto& v) { return loss(transpose(v[0]), transpose(v[0] * v[0]), Reduction::sum); };
        if (shape.rank() == 2) check_gradients(twice, {random(shape)});
      }
}

TEST(PairLosses, LongOnesAreAccurateInFloat) {
  const std::int64_t n = 1'000'003;
  const Array x = random({n}, 1, f32).value(), t = random({n}, 2, f32).value();
  for (const auto& [name, loss] : smooth_pair_losses)
    EXPECT_NEAR(loss(x, t, Reduction::mean).item(), loss(x.to(f64), t.to(f64), Reduction::mean).item(), 1e-6) << name;
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
  EXPECT_EQ(mse_loss(zeros({0}), zeros({0}), Reduction::sum).item(), 0);
}

const double nan = std::nan("");

// The gradient of the sum by x.
std::vector<double> slopes(const Function& f, const Tensor& x) {
  const Tensor leaf = variable(x);
  return grad(sum(f({leaf})), leaf).value().to_vector();
}

TEST(PairLosses, ALongOneHasTheSameBitsForAnyNumberOfThreads) {
  const Tensor x = variable(rand({200'001})), t = rand({200'001});
  const auto bits = [&](PairLoss loss) {
    const Tensor y = loss(x, t, Reduction::mean);
    std::vector<double> all = grad(y, x).value().to_vector();
    all.push_back(y.item());
    return all;
  };
  for (const PairLoss loss : {PairLoss(l1_loss), PairLoss(huber_loss), PairLoss(binary_cross_entropy)}) {
    const int before = num_threads();
    set_threads(3);
    const std::vector<double> several = bits(loss);
    set_threads(1);
    EXPECT_EQ(bits(loss), several);
    set_threads(before);
  }
}

TEST(PairLosses, AtKinksAndInfinities) {
  const Tensor x = tensor({0, 2, -3, inf, nan}, f64), zero = zeros({5}, f64);
  EXPECT_THAT(slopes([&](auto& v) { return l1_loss(v[0], zero, Reduction::none); }, x),
              testing::ElementsAre(0, 1, -1, 1, testing::IsNan()));
  EXPECT_THAT(huber_loss(x, zero, {.reduction = Reduction::none, .delta = 2}).value().to_vector(),
              testing::ElementsAre(0, 2, 4, inf, testing::IsNan()));
  EXPECT_THAT(slopes([&](auto& v) { return huber_loss(v[0], zero, {.reduction = Reduction::none, .delta = 2}); }, x),
              testing::ElementsAre(0, 2, -2, 2, testing::IsNan()));
  EXPECT_EQ(smooth_l1_loss(tensor({1e-30}), tensor({0}), {.beta = 1e-20}).item(), 0);
}

TEST(Losses, TheMeanOfNothingIsNaN) {
  const Tensor none = zeros({0, 3}), label = labels({});
  const Tensor means[] = {mse_loss(none, none), l1_loss(none, none), smooth_l1_loss(none, none), huber_loss(none, none),
                          binary_cross_entropy(none, none), bce_with_logits(none, none), cross_entropy(none, label),
                          cross_entropy(none, none), nll_loss(none, label), kl_div(none, none), poisson_nll_loss(none, none),
                          gaussian_nll_loss(none, none, none), hinge_embedding_loss(none, none), soft_margin_loss(none, none),
                          multi_margin_loss(none, label), multilabel_margin_loss(none, zeros({0, 3}, i64)),
                          multilabel_soft_margin_loss(none, none), cosine_embedding_loss(none, none, label),
                          triplet_margin_loss(none, none, none), info_nce(none, none), sigmoid_focal_loss(none, none),
                          softmax_focal_loss(none, label), mse_loss(none, none, {.weight = none})};
  for (const Tensor& mean : means) EXPECT_TRUE(std::isnan(mean.item()));
  EXPECT_EQ(cross_entropy(none, label, Reduction::sum).item(), 0);
  EXPECT_EQ(multi_margin_loss(none, label, Reduction::none).shape(), Shape{0});
  const Tensor x = variable(none);
  EXPECT_EQ(grad(cross_entropy(x, label), x).shape(), (Shape{0, 3}));
  EXPECT_EQ(grad(mse_loss(x, none), x).shape(), (Shape{0, 3}));
}

TEST(BinaryCrossEntropy, LogarithmsAndSlopesAreBounded) {
  const Tensor x = tensor({0, 1, 0, 1}, f64), t = tensor({1, 0, 0, 1}, f64);
  EXPECT_EQ(binary_cross_entropy(x, t, Reduction::none).value().to_vector(), (std::vector<double>{100, 100, 0, 0}));
  EXPECT_EQ(slopes([&](auto& v) { return binary_cross_entropy(v[0], t, Reduction::none); }, x), (std::vector<double>{-1e12, 1e12, 0, 0}));
  EXPECT_EQ(slopes([&](auto& v) { return binary_cross_entropy(x, v[0], Reduction::none); }, t),
            (std::vector<double>{100, -100, 100, -100}));
  const Function f = [&](const auto& v) { return binary_cross_entropy(v[0], v[1]); };
  expect_same_gradients(f, {tensor({0, 1, 0, 0.3}, f64), t});
  expect_error<ValueError>([] { binary_cross_entropy(tensor({{0.5, nan}}), zeros({1, 2})); }, {"x nan at [0, 1]", "[0, 1]"});
  expect_error<ValueError>([] { binary_cross_entropy(tensor({0.5}), tensor({-1})); }, {"the target -1 at [0]"});
}

TEST(CrossEntropy, ProbabilitiesOfOneClassAreItsLabel) {
  const Tensor x = random({3, 4, 2}) * 3, label = Tensor(Array::from<std::int64_t>({0, 3, 1, 1, 2, 0}, {3, 2}));
  Tensor target = zeros({3, 4, 2}, f64);
  target = scatter(target, 1, unsqueeze(label, 1), 1.0);
  const Tensor weight = tensor({1, 2, 0.5, 3}, f64);
  for (const double smoothing : {0.0, 0.25})
    for (const Tensor& w : {Tensor(), weight})
      expect_near(cross_entropy(x, target, {.reduction = Reduction::none, .label_smoothing = smoothing, .weight = w}),
                  cross_entropy(x, label, {.reduction = Reduction::none, .label_smoothing = smoothing, .weight = w}).value(), 1e-14);
  const Tensor masked = tensor({{0, -inf}}, f64);
  EXPECT_EQ(cross_entropy(masked, tensor({{1, 0}}, f64)).item(), 0);   // 0·∞ in PyTorch
  EXPECT_EQ(slopes([](auto& v) { return cross_entropy(v[0], tensor({{1, 0}}, f64)); }, masked), (std::vector<double>{0, 0}));
  EXPECT_EQ(cross_entropy(masked, tensor({{0, 1}}, f64)).item(), inf);
  expect_error<DtypeError>([&] { cross_entropy(zeros({2, 3}), zeros({2, 3}, f64)); }, {"cross_entropy", "f32", "f64"});
}

TEST(CrossEntropy, WeightsOfOneChangeNothingAndThoseOfSamplesRepeatThem) {
  const Tensor x = random({4, 3}), label = labels({2, 0, -100, 1}), ones_of_class = ones({3}, f64);
  for (const auto& [name, reduction] : reductions)
    for (const double smoothing : {0.0, 0.3})
      expect_near(cross_entropy(x, label, {.reduction = reduction, .label_smoothing = smoothing, .weight = ones_of_class}),
                  cross_entropy(x, label, {.reduction = reduction, .label_smoothing = smoothing}).value(), 1e-14, name);
  const Tensor twice = index_select(x, 0, labels({0, 0, 1, 2, 3, 3, 3})), names = labels({2, 2, 0, -100, 1, 1, 1});
  const Tensor times = tensor({2, 1, 5, 3}, f64);
  for (const Reduction reduction : {Reduction::mean, Reduction::sum})
    for (const double smoothing : {0.0, 0.3}) {
      const Tensor w = smoothing > 0 ? tensor({1, 3, 0.5}, f64) : Tensor();
      const CrossEntropyOptions options{.reduction = reduction, .label_smoothing = smoothing, .weight = w, .sample_weight = times};
      expect_near(cross_entropy(x, label, options),
                  cross_entropy(twice, names, {.reduction = reduction, .label_smoothing = smoothing, .weight = w}).value(), 1e-14);
    }
  expect_near(nll_loss(log_softmax(x), label, {.sample_weight = times}), cross_entropy(x, label, {.sample_weight = times}).value(), 1e-14);
  expect_near(softmax_focal_loss(x, label, {.gamma = 0, .sample_weight = times}),
              cross_entropy(x, label, {.sample_weight = times}).value(), 1e-14);
}

TEST(CrossEntropy, WhatIsIgnoredMayHoldAnythingWithWeightsToo) {
  const Tensor x = tensor({{1, 2}, {nan, inf}}, f64), label = labels({1, -100}), w = tensor({1, 3}, f64);
  const Tensor image = reshape(transpose(x), {1, 2, 2}), places = reshape(label, {1, 2});
  const Function losses[] = {
      [&](auto& v) { return cross_entropy(v[0], label, {.weight = w}); },
      [&](auto& v) { return cross_entropy(v[0], label, {.label_smoothing = 0.1, .weight = w}); },
      [&](auto& v) { return nll_loss(v[0], label, {.weight = w}); },
      [&](auto& v) { return softmax_focal_loss(v[0], label, {.gamma = 0.5}); },
  };
  for (const Function& loss : losses) {
    EXPECT_TRUE(std::isfinite(loss({x}).item()));
    const std::vector<double> dx = slopes(loss, x);
    EXPECT_TRUE(std::isfinite(dx[0]) && dx[1] != 0);
    EXPECT_EQ(dx[2], 0);
    EXPECT_EQ(dx[3], 0);
  }
  EXPECT_EQ(cross_entropy(image, places).item(), cross_entropy(x, label).item());
  EXPECT_TRUE(std::isnan(cross_entropy(x, labels({-100, -100}), {.weight = w}).item()));
}

TEST(Losses, WeightsAreCheckedAndBroadcast) {
  const Tensor x = random({2, 3}), t = random({2, 3}, 2), of_sample = tensor({{1}, {3}}, f64);
  const Tensor each = l1_loss(x, t, Reduction::none);
  expect_near(l1_loss(x, t, {.weight = of_sample}), (sum(each * of_sample) / 12).value(), 1e-15);
  expect_near(huber_loss(x, t, {.weight = of_sample}), mean(huber_loss(x, t, Reduction::none) * of_sample).value(), 1e-15);
  expect_error<ShapeError>([&] { l1_loss(x, t, {.weight = zeros({2}, f64)}); }, {"l1_loss", "weight [2]", "[2, 3]"});
  expect_error<ShapeError>([&] { l1_loss(x, t, {.weight = zeros({5, 2, 3}, f64)}); }, {"l1_loss", "[5, 2, 3]"});
  expect_error<DtypeError>([&] { l1_loss(x, t, {.weight = zeros({2, 3})}); }, {"l1_loss", "f64", "f32"});
  expect_error<DtypeError>([&] { nll_loss(x, labels({0, 1}), {.weight = zeros({3})}); }, {"nll_loss", "f64", "f32"});
  expect_error<ShapeError>([&] { cross_entropy(x, labels({0, 1}), {.label_smoothing = 0.1, .weight = zeros({2}, f64)}); }, {"[3]", "[2]"});
}

TEST(Losses, FarOutTheyStayFinite) {
  const Tensor far = tensor({1000, -1000}), one = ones({2}), minus = tensor({1, -1});
  EXPECT_EQ(soft_margin_loss(far, one, Reduction::none).value().to_vector(), (std::vector<double>{0, 1000}));
  EXPECT_EQ(slopes([&](auto& v) { return soft_margin_loss(v[0], one, Reduction::none); }, far), (std::vector<double>{0, -1}));
  EXPECT_EQ(multilabel_soft_margin_loss(far, tensor({0, 1})).item(), 1000);
  EXPECT_EQ(bce_with_logits(far, one, {.reduction = Reduction::none, .pos_weight = tensor({2})}).value().to_vector(),
            (std::vector<double>{0, 2000}));
  for (const double gamma : {0.5, 1.0, 2.0}) {
    const SigmoidFocalOptions options{.reduction = Reduction::none, .alpha = -1, .gamma = gamma};
    EXPECT_EQ(sigmoid_focal_loss(far, one, options).value().to_vector(), (std::vector<double>{0, 1000}));
    EXPECT_EQ(slopes([&](auto& v) { return sigmoid_focal_loss(v[0], one, options); }, far), (std::vector<double>{0, -1}));
    const Tensor logits = tensor({{1000, 0}, {0, 1000}});
    const Function focal = [&](const auto& v) {
      return softmax_focal_loss(v[0], labels({0, 0}), {.reduction = Reduction::sum, .gamma = gamma});
    };
    EXPECT_EQ(focal({logits}).item(), 1000);
    EXPECT_EQ(slopes(focal, logits), (std::vector<double>{0, 0, -1, 1}));
  }
  EXPECT_EQ(kl_div(tensor({0, -inf}), tensor({1, 0}), KLReduction::sum).item(), 0);
  EXPECT_EQ(slopes([](auto& v) { return kl_div(tensor({0, -inf}), v[0], KLReduction::sum); }, tensor({1, 0})), (std::vector<double>{1, 0}));
}

TEST(GaussianNLL, AVarianceBelowEpsCountsAsEps) {
  const Tensor x = tensor({1, 2}, f64), zero = zeros({2}, f64);
  EXPECT_DOUBLE_EQ(gaussian_nll_loss(x, x, zero, {.eps = 0.5}).item(), 0.5 * std::log(0.5));
  EXPECT_EQ(slopes([&](auto& v) { return gaussian_nll_loss(x, x, v[0], {.reduction = Reduction::none, .eps = 0.5}); }, zero),
            (std::vector<double>{1, 1}));
  EXPECT_EQ(gaussian_nll_loss(x, zero, 4).item(), gaussian_nll_loss(x, zero, full({2}, 4, f64)).item());
  expect_error<ValueError>([&] { gaussian_nll_loss(x, x, tensor({1, -2}, f64)); }, {"gaussian_nll_loss", "at least 0", "-2"});
  EXPECT_TRUE(std::isnan(gaussian_nll_loss(x, x, tensor({1, nan}, f64)).item()));
}

TEST(Margins, SlopesAtKinksArePyTorchs) {
  const Tensor x = tensor({0, 1, -1}, f64), zero = zeros({3}, f64), one = ones({3}, f64);
  using testing::ElementsAre, testing::DoubleEq;
  EXPECT_THAT(slopes([&](auto& v) { return hinge_embedding_loss(v[0], -one, Reduction::sum); }, x), ElementsAre(-1, -1, -1));
  EXPECT_THAT(slopes([&](auto& v) { return margin_ranking_loss(v[0], zero, one, Reduction::sum); }, x), ElementsAre(-1, 0, -1));
  const Tensor label = tensor(0, i64), several = tensor({0, -1, 1}, i64);
  EXPECT_THAT(slopes([&](auto& v) { return multi_margin_loss(v[0], label); }, x), ElementsAre(DoubleEq(-1. / 3), DoubleEq(1. / 3), 0));
  EXPECT_THAT(slopes([&](auto& v) { return multilabel_margin_loss(v[0], several); }, x),
              ElementsAre(DoubleEq(-1. / 3), DoubleEq(1. / 3), 0));
  EXPECT_EQ(multilabel_margin_loss(zeros({2, 2}), full({2, 2}, -1).to(i64)).item(), 0);
}

TEST(Distances, OfEqualAndOfEmptyVectors) {
  const Tensor zero = zeros({1, 3}, f64), one = ones({1, 3}, f64);
  EXPECT_EQ(cosine_similarity(zero, one).item(), 0);
  EXPECT_NEAR(slopes([&](auto& v) { return cosine_similarity(v[0], one); }, zero)[0], 1e8 / std::sqrt(3.0), 1e-6);
  EXPECT_EQ(slopes([&](auto& v) { return cosine_similarity(zero, v[0]); }, one)[0], 0);
  EXPECT_EQ(slopes([&](auto& v) { return pairwise_distance(v[0], one, 2, 0); }, one)[0], 0);
  EXPECT_EQ(pairwise_distance(one, one).shape(), Shape{1});
  EXPECT_EQ(pairwise_distance(zeros({3}), zeros({4, 3})).shape(), Shape{4});
  expect_error<ShapeError>([] { pairwise_distance(zeros({}), zeros({})); }, {"pairwise_distance", "[]"});
  expect_error<ValueError>([] { cosine_similarity(zeros({3}), zeros({3})); }, {"axis"});
}

TEST(InfoNCE, FindsItsOwnAndDiceCountsNothingAsRight) {
  const Tensor rows = eye(4, f64);
  EXPECT_LT(info_nce(rows, rows, {.temperature = 0.01}).item(), 1e-40);
  EXPECT_NEAR(info_nce(rows, rows * 7, {.temperature = 1}).item(), std::log1p(3 * std::exp(-1.0)), 1e-15);
  expect_error<ValueError>([&] { info_nce(rows, rows, rows, {.symmetric = true}); }, {"info_nce", "symmetric"});
  EXPECT_EQ(dice_loss(zeros({1, 1, 4}), zeros({1, 1, 4})).item(), 0);
  EXPECT_EQ(dice_loss(ones({1, 1, 4}), ones({1, 1, 4}), {.smooth = 0}).item(), 0);
}

}  // namespace gradus::loss_test
