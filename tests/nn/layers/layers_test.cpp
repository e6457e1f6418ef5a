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
#include <gradus/autograd/ops/dropout.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/activation.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/bilinear.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/instance_norm.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/layers/norm.h>
#include <gradus/nn/layers/prelu.h>
#include <gradus/nn/layers/rrelu.h>
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

TEST(BatchNorm, WithReluIsTheLayerAndRelu) {
  for (const bool tracks : {true, false}) {
    nn::BatchNorm2d norm{3, {.track_running_stats = tracks}};
    nn::BatchNorm2d same = norm;
    for (const bool training : {true, false}) {
      norm.training = same.training = training;
      const Tensor x = randn({2, 3, 4, 4}), plus = randn({2, 3, 4, 4});
      EXPECT_EQ(norm.relu(x, plus).value().to_vector(), relu(same(x) + plus).value().to_vector());
      EXPECT_EQ(norm.relu(x).value().to_vector(), relu(same(x)).value().to_vector());
      for (const auto& [name, value] : nn::state(same).arrays) EXPECT_EQ(nn::state(norm).arrays.at(name).to_vector(), value.to_vector());
    }
  }
  nn::BatchNorm2d norm{3};
  EXPECT_THROW(norm.relu(ones({4, 3})), ShapeError);
  EXPECT_THROW(norm.relu(ones({2, 3, 4, 4}), ones({2, 3, 4, 1})), ShapeError);
  EXPECT_THROW(nn::BatchNorm1d{3}.relu(ones({2, 3, 4, 4})), ShapeError);
  EXPECT_THROW(nn::BatchNorm3d{3}.relu(ones({2, 3, 4, 4})), ShapeError);
  EXPECT_EQ(norm.num_batches_tracked.item(), 0);
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

std::vector<double> numbers_of(const Tensor& x) { return x.value().to_vector(); }

TEST(NormLayers, BeginWithPyTorchsValues) {
  const nn::LayerNorm layer{{2, 3}};
  EXPECT_EQ(numbers_of(layer.weight), std::vector<double>(6, 1));
  EXPECT_EQ(numbers_of(layer.bias), std::vector<double>(6, 0));
  EXPECT_EQ(layer.weight.shape(), (Shape{2, 3}));
  EXPECT_EQ(numbers_of(nn::RMSNorm{3}.weight), std::vector<double>(3, 1));
  const nn::GroupNorm groups{2, 4, {.dtype = f64}};
  EXPECT_EQ(numbers_of(groups.weight), std::vector<double>(4, 1));
  EXPECT_EQ(numbers_of(groups.bias), std::vector<double>(4, 0));
  EXPECT_EQ(groups.bias.dtype(), f64);
  const nn::InstanceNorm2d tracked{3, {.affine = true, .track_running_stats = true}};
  EXPECT_EQ(tracked.running_mean.to_vector(), std::vector<double>(3, 0));
  EXPECT_EQ(tracked.running_var.to_vector(), std::vector<double>(3, 1));
  EXPECT_EQ(numbers_of(tracked.weight), std::vector<double>(3, 1));
  EXPECT_FALSE(nn::InstanceNorm1d{3}.weight.defined());
  EXPECT_FALSE(nn::InstanceNorm1d{3}.running_mean.defined());
  EXPECT_FALSE((nn::BatchNorm3d{3, {.bias = false}}.bias.defined()));
}

TEST(NormLayers, RefuseWhatMakesNoSense) {
  const auto refused = [](const auto& f, const char* says) { EXPECT_THAT(message_of(f), HasSubstr(says)); };
  refused([] { nn::LayerNorm{0}; }, "LayerNorm: needs the sizes of the last dimensions, each at least 1, not [0]");
  refused([] { nn::LayerNorm{Shape{}}; }, "LayerNorm: needs the sizes");
  refused([] { nn::LayerNorm{3, {.eps = -1}}; }, "LayerNorm: eps must be finite and at least 0, not -1");
  refused([] { nn::RMSNorm{3, {.dtype = i64}}; }, "RMSNorm");
  refused([] { nn::GroupNorm{3, 4}; }, "GroupNorm: groups must divide channels: 3 groups, 4 channels");
  refused([] { nn::GroupNorm{2, 4}(ones({2, 6, 3})); }, "GroupNorm: needs x [N, 4, ...], not [2, 6, 3]");
  refused([] { nn::InstanceNorm1d{0}; }, "InstanceNorm: needs at least 1 channel, not 0");
  refused([] { nn::InstanceNorm1d{3}(ones({3})); }, "InstanceNorm1d: needs x [N, C, L] or [C, L], not [3]");
  refused([] { nn::InstanceNorm2d{3}(ones({2, 4, 2, 2})); }, "InstanceNorm2d: the layer has 3 channels, but x [2, 4, 2, 2] has 4");
  refused([] { nn::InstanceNorm3d{2, {.momentum = 2}}; }, "InstanceNorm: momentum must lie in [0, 1], not 2");
  refused([] { nn::BatchNorm3d{2}(ones({2, 2, 3, 3})); }, "BatchNorm3d: needs x [N, C, D, H, W], not [2, 2, 3, 3]");
  refused([] { nn::CrossMapLRN2d{3}(ones({2, 2, 3})); }, "CrossMapLRN2d: needs x [N, C, H, W], not [2, 2, 3]");
  refused([] { nn::CrossMapLRN2d{0}(ones({2, 2, 3, 3})); }, "CrossMapLRN2d: size must be at least 1, not 0");
  refused([] { nn::Softmax2d{}(ones({2, 2})); }, "Softmax2d: needs x [N, C, H, W] or [C, H, W], not [2, 2]");
}

TEST(BatchNorm, OfNothingChangesNothingButTheCount) {
  const nn::BatchNorm2d norm{2};
  EXPECT_EQ(norm(ones({0, 2, 3, 3})).shape(), (Shape{0, 2, 3, 3}));
  EXPECT_EQ(norm.running_mean.to_vector(), (std::vector<double>{0, 0}));
  EXPECT_EQ(norm.running_var.to_vector(), (std::vector<double>{1, 1}));
  EXPECT_EQ(norm.num_batches_tracked.item(), 1);
}

TEST(Dropout, EachKindDrawsItsMasksFromItsStream) {
  const Tensor x = randn({3, 4, 5});
  const auto check = [&](const auto& layer, Tensor (*f)(const Tensor&, double, Generator&)) {
    Generator same(0);
    same.restore(static_cast<Generator&>(layer.generator).state());
    EXPECT_EQ(numbers_of(layer(x)), numbers_of(f(x, 0.5, same)));
    EXPECT_NE(numbers_of(layer(x)), numbers_of(layer(x)));
  };
  check(nn::Dropout{}, dropout);
  check(nn::Dropout1d{}, dropout1d);
  check(nn::Dropout2d{}, dropout2d);
  check(nn::AlphaDropout{}, alpha_dropout);
  check(nn::FeatureAlphaDropout{}, feature_alpha_dropout);
  const nn::Dropout3d whole;
  const std::vector<double> y = numbers_of(whole(ones({50, 1, 1, 2})));
  for (std::size_t i = 0; i < y.size(); i += 2) EXPECT_TRUE(y[i] == y[i + 1] && (y[i] == 0 || y[i] == 2));
  EXPECT_EQ(message_of([] { nn::Dropout2d{1.5}; }), "Dropout2d: p must lie in [0, 1], not 1.5");
}

TEST(SlopeLayers, AreLearnedOrDrawn) {
  EXPECT_EQ(numbers_of(nn::PReLU{}.weight), std::vector<double>{0.25});
  EXPECT_EQ(numbers_of(nn::PReLU{2, {.init = 0.5}}.weight), (std::vector<double>{0.5, 0.5}));
  EXPECT_THAT(message_of([] { nn::PReLU{0}; }), HasSubstr("PReLU: needs at least 1 slope, not 0"));
  nn::RReLU leaky{0.2, 0.3};
  const std::vector<double> y = numbers_of(leaky(-ones({1000}, f64))), z = numbers_of(leaky(-ones({1000}, f64)));
  EXPECT_NE(y, z);
  EXPECT_NEAR(*std::min_element(y.begin(), y.end()), -0.3, 1e-3);
  EXPECT_NEAR(*std::max_element(y.begin(), y.end()), -0.2, 1e-3);
  nn::eval(leaky);
  EXPECT_EQ(leaky(-ones({1}, f64)).item(), -0.25);
  EXPECT_THAT(message_of([] { nn::RReLU{1, 0}; }), HasSubstr("RReLU: the lower bound 1 is above the upper bound 0"));
}

TEST(Bilinear, DrawsWithinPyTorchsBounds) {
  const nn::Bilinear both{16, 4, 50};
  for (const Array& array : {both.weight.value(), both.bias.value()}) {
    double largest = 0;
    for (double v : array.to_vector()) largest = std::max(largest, std::abs(v));
    EXPECT_LE(largest, 0.25);
    EXPECT_GE(largest, 0.2);
  }
  EXPECT_FALSE((nn::Bilinear{2, 3, 4, {.bias = false}}.bias.defined()));
  EXPECT_THAT(message_of([] { nn::Bilinear{2, 0, 4}; }), HasSubstr("of each input and of the output, not 2, 0 and 4"));
}

}  // namespace layers_test
