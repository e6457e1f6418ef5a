// Layers where PyTorch's numbers do not reach: what they refuse, dropout's statistics, when batch norm changes.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/activation.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/losses/loss.h>
#include <gradus/nn/model/state.h>

#include <message_of.h>

namespace layers_test {

using namespace gradus;
using ::testing::HasSubstr;

TEST(Linear, DrawsWithinPyTorchsBoundsAndReproducibly) {
  Generator a(7), b(7);
  const nn::Linear fc{16, 400, {.generator = &a}}, same{16, 400, {.generator = &b}};
  EXPECT_EQ(fc.weight.value().to_vector(), same.weight.value().to_vector());
  EXPECT_EQ(fc.bias.value().to_vector(), same.bias.value().to_vector());
  for (const Array& array : {fc.weight.value(), fc.bias.value()}) {
    double largest = 0;
    for (double v : array.to_vector()) largest = std::max(largest, std::abs(v));
    EXPECT_LE(largest, 0.25);
    EXPECT_GE(largest, 0.24);
  }
}

TEST(Linear, RefusesWhatMakesNoSense) {
  EXPECT_THROW(nn::Linear(0, 3), ValueError);
  EXPECT_THROW(nn::Linear(3, -1), ValueError);
  EXPECT_THROW(nn::Linear(3, 3, {.dtype = i64}), DtypeError);
  EXPECT_EQ(message_of([] { nn::Linear(3, 3, {.dtype = bf16}); }), "Linear: dtype must be f32 or f64, not bf16");
  const nn::Linear fc{3, 2};
  EXPECT_THROW(fc(ones({4, 5})), ShapeError);
  EXPECT_THROW(fc(ones({4, 3}, f64)), DtypeError);
}

TEST(Linear, ManualSeedFixesTheDefaultGenerator) {
  manual_seed(3);
  const nn::Linear a{4, 4};
  manual_seed(3);
  const nn::Linear b{4, 4};
  const nn::Linear c{4, 4};
  EXPECT_EQ(a.weight.value().to_vector(), b.weight.value().to_vector());
  EXPECT_NE(b.weight.value().to_vector(), c.weight.value().to_vector());
}

TEST(Conv2d, OptionsAreDescribed) {
  nn::Conv2dOptions options;
  set_option("Conv2d", options, "padding", "1,2");
  set_option("Conv2d", options, "dtype", "f64");
  EXPECT_EQ(describe_options("Conv2d", options),
            "Conv2d(kernel=3, stride=1, padding=1,2, dilation=1, groups=1, bias=true, padding_mode=zeros, dtype=f64)");
  EXPECT_THROW(set_option("Conv2d", options, "dtype", "bool"), DtypeError);
  EXPECT_THAT(message_of([&] { set_option("Conv2d", options, "dtype", "half"); }), HasSubstr("\"half\" is no value of dtype (f32, f64)"));
  EXPECT_EQ(options.dtype, f64);
}

TEST(Conv2d, DrawsWithinPyTorchsBounds) {
  const nn::Conv2d conv{8, 64, {.kernel = {3, 2}, .groups = 4}};         // fan in 2·3·2
  EXPECT_EQ(conv.weight.shape(), (Shape{64, 2, 3, 2}));
  double largest = 0;
  for (double v : conv.weight.value().to_vector()) largest = std::max(largest, std::abs(v));
  EXPECT_LE(largest, 1 / std::sqrt(12.0));
  EXPECT_GE(largest, 0.95 / std::sqrt(12.0));
}

TEST(Conv2d, RefusesWhatMakesNoSense) {
  EXPECT_THROW(nn::Conv2d(0, 3), ValueError);
  EXPECT_THROW(nn::Conv2d(3, 3, {.kernel = 0}), ValueError);
  EXPECT_THROW(nn::Conv2d(3, 3, {.stride = 0}), ValueError);
  EXPECT_THROW(nn::Conv2d(3, 3, {.padding = -1}), ValueError);
  EXPECT_THROW(nn::Conv2d(3, 3, {.dilation = 0}), ValueError);
  EXPECT_THROW(nn::Conv2d(3, 3, {.groups = 0}), ValueError);
  EXPECT_THROW(nn::Conv2d(3, 3, {.dtype = f16}), DtypeError);
  EXPECT_EQ(message_of([] { nn::Conv2d(3, 3, {.stride = {1, 0}}); }), "Conv2d: stride must be at least 1, not 0");
  EXPECT_THAT(message_of([] { nn::Conv2d(4, 6, {.groups = 4}); }),
              HasSubstr("groups must divide both channels: groups 4, input 4, output 6"));
  const nn::Conv2d conv{3, 2};
  EXPECT_THROW(conv(ones({1, 2, 5, 5})), ShapeError);
  EXPECT_THROW(conv(ones({5, 5})), ShapeError);
}

TEST(BatchNorm, RefusedBatchesDoNotCount) {
  nn::BatchNorm1d norm{3};
  EXPECT_THROW(norm(ones({1, 3})), ValueError);                          // one element per channel has no variance
  EXPECT_THROW(norm(ones({4, 2})), ShapeError);
  EXPECT_THROW(norm(ones({4, 3, 2, 2})), ShapeError);
  EXPECT_THROW(norm(ones({3})), ShapeError);
  EXPECT_EQ(norm.num_batches_tracked.item(), 0);
  EXPECT_EQ(norm.running_mean.to_vector(), (std::vector<double>{0, 0, 0}));
  EXPECT_THROW(nn::BatchNorm2d{3}(ones({4, 3})), ShapeError);
  EXPECT_THROW(nn::BatchNorm2d{0}, ValueError);
  EXPECT_THROW((nn::BatchNorm2d{1, {.eps = 0}}), ValueError);
  EXPECT_THROW((nn::BatchNorm2d{1, {.momentum = 1.5}}), ValueError);
}

TEST(BatchNorm, EvaluationChangesNothing) {
  nn::BatchNorm1d norm{2};
  norm(randn({8, 2}));
  nn::eval(norm);
  const nn::State before = nn::state(norm);
  norm(randn({8, 2}));
  for (const auto& [name, value] : nn::state(norm).arrays) EXPECT_EQ(value.to_vector(), before.arrays.at(name).to_vector()) << name;
  EXPECT_EQ(norm(ones({1, 2})).shape(), (Shape{1, 2}));                  // one row is enough
}

TEST(BatchNorm, CopiesHaveTheirOwnStatistics) {
  nn::BatchNorm1d norm{2};
  nn::BatchNorm1d copy = norm;
  norm(randn({8, 2}) + 5);
  EXPECT_EQ(copy.running_mean.to_vector(), (std::vector<double>{0, 0}));
  EXPECT_EQ(copy.num_batches_tracked.item(), 0);
}

TEST(Dropout, KeepsTheMeanAndTheShare) {
  Generator source(1);
  nn::Dropout drop(0.25, source);
  const int n = 200000;
  const std::vector<double> y = drop(ones({n})).value().to_vector();
  double zeros = 0, total = 0;
  for (double v : y) {
    EXPECT_TRUE(v == 0 || std::abs(v - 1 / 0.75) < 1e-6);
    zeros += v == 0;
    total += v;
  }
  const double deviation = std::sqrt(0.25 * 0.75 / n);
  EXPECT_NEAR(zeros / n, 0.25, 5 * deviation);
  EXPECT_NEAR(total / n, 1, 5 * deviation / 0.75);
}

TEST(Dropout, MasksDifferFromCallToCallAndFollowTheSeed) {
  Generator a(5), b(5);
  nn::Dropout first(0.5, a), second(0.5, b), third(0.5, b);
  const Tensor x = ones({64});
  const auto one = first(x).value().to_vector(), two = first(x).value().to_vector();
  EXPECT_NE(one, two);
  EXPECT_EQ(one, second(x).value().to_vector());
  EXPECT_NE(one, third(x).value().to_vector());
}

TEST(Dropout, CopiesHaveStreamsOfTheirOwn) {
  const Tensor x = ones({64});
  const auto masks = [&](const nn::Dropout& layer) { return layer(x).value().to_vector(); };
  const auto build = [] {
    Generator source(5);
    const nn::Dropout first(0.5, source);
    std::vector<nn::Dropout> blocks(3, first);
    blocks.push_back(blocks[0]);
    blocks.push_back(first);
    blocks[1] = blocks[2];
    blocks.insert(blocks.begin(), first);
    return blocks;
  };
  const std::vector<nn::Dropout> blocks = build(), again = build();
  std::set<std::vector<double>> different;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto mask = masks(blocks[i]);
    EXPECT_EQ(mask, masks(again[i])) << i;                  // the seed fixes copies, too
    different.insert(mask);
    different.insert(masks(blocks[i]));
  }
  EXPECT_EQ(different.size(), 2 * blocks.size());
}

TEST(Dropout, CopyingDoesNotChangeWhatTheOriginalDraws) {
  Generator a(5), b(5);
  nn::Dropout first(0.5, a), second(0.5, b);
  const nn::Dropout copy = first;
  const Tensor x = ones({64});
  EXPECT_EQ(first(x).value().to_vector(), second(x).value().to_vector());
  const nn::Dropout later = second;                         // a copy depends on how many there were, not on how far the original is
  EXPECT_EQ(copy(x).value().to_vector(), later(x).value().to_vector());
}

TEST(Dropout, MovingKeepsTheStream) {
  Generator a(5), b(5);
  nn::Dropout first(0.5, a), second(0.5, b);
  const Tensor x = ones({64});
  first(x), second(x);
  const nn::Dropout moved = std::move(first);
  EXPECT_EQ(moved(x).value().to_vector(), second(x).value().to_vector());
  const nn::Dropout copy = moved, other = second;
  EXPECT_EQ(copy(x).value().to_vector(), other(x).value().to_vector());
}

TEST(Dropout, EvaluationIsTheIdentity) {
  nn::Dropout drop{0.9};
  nn::eval(drop);
  const auto before = drop.generator.state().position;
  const Tensor x = randn({10});
  EXPECT_EQ(drop(x).value().to_vector(), x.value().to_vector());
  EXPECT_EQ(drop.generator.state().position, before);
}

TEST(Dropout, TheGradientGoesWhereTheValueWent) {
  nn::Dropout drop{0.5};
  const Tensor x = variable(ones({100}));
  const Tensor y = drop(x);
  sum(y).backward();
  EXPECT_EQ(x.grad().value().to_vector(), y.value().to_vector());
}

TEST(Dropout, RefusesWhatIsNoProbability) {
  EXPECT_THROW(nn::Dropout{-0.1}, ValueError);
  EXPECT_EQ(message_of([] { nn::Dropout{1.5}; }), "Dropout: p must lie in [0, 1], not 1.5");
  EXPECT_THROW(nn::Dropout{std::numeric_limits<double>::quiet_NaN()}, ValueError);
  nn::Dropout all{1};
  EXPECT_EQ(sum(all(ones({10}))).item(), 0);
  nn::Dropout none{0};
  EXPECT_EQ(sum(none(ones({10}))).item(), 10);
}

TEST(Softplus, HasBetaAndThreshold) {
  const Tensor x = tensor({-1, 2, 30}, f64);
  EXPECT_EQ((nn::Softplus{.beta = 3, .threshold = 5}(x).value().to_vector()), softplus(x, 3, 5).value().to_vector());
  EXPECT_EQ(nn::Softplus{}(x).value().at({2}), 30);
}

TEST(Accuracy, CountsRowsWhoseLargestLogitIsTheLabel) {
  const Tensor logits = tensor({{1, 2, 0}, {3, 3, 1}, {0, 0, 5}, {9, 1, 1}});
  EXPECT_EQ(nn::accuracy(logits, Array::from<std::int64_t>({1, 0, 2, 2}, {4})), 0.75);   // a tie goes to the first
  EXPECT_EQ(nn::accuracy(logits, Array::from<std::int64_t>({0, 2, 0, 1}, {4})), 0);
}

TEST(Accuracy, RefusesWhatDoesNotFit) {
  EXPECT_THROW(nn::accuracy(ones({4, 3}), zeros({3}, i64)), ShapeError);
  EXPECT_THROW(nn::accuracy(ones({4}), zeros({4}, i64)), ShapeError);
  EXPECT_THROW(nn::accuracy(ones({4, 3}), zeros({4})), DtypeError);
  EXPECT_THROW(nn::accuracy(ones({0, 3}), zeros({0}, i64)), ValueError);
}

}  // namespace layers_test
