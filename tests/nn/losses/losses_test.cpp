// Losses as layers: the functions with their options; the adaptive softmax against PyTorch.
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/autograd/ops/softmax.h>
#include <gradus/autograd/walk/grad.h>
#include <gradus/nn/losses/adaptive.h>
#include <gradus/nn/losses/layers.h>
#include <gradus/nn/model/module.h>
#include <gradus/nn/model/state.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "declared_functions.h"
#include "nn/layers/golden.h"
#include "support.h"

namespace gradus::losses_test {

Tensor random(const Shape& shape, std::uint64_t seed = 1) {
  Generator g(seed);
  return randn(shape, g, f64);
}
void expect_near(const Tensor& got, const Array& wanted, double tolerance, const std::string& what = {}) {
  ::golden::expect_near(got.value(), wanted, tolerance, what);
}

Tensor labels(std::initializer_list<std::int64_t> values) {
  return Array::from<std::int64_t>(values, {static_cast<std::int64_t>(values.size())});
}

TEST(LossLayers, KeepTheirOptionsAndCallTheFunction) {
  const Tensor x = random({4, 3}), t = random({4, 3}, 2), v = square(random({4, 3}, 3)) + 0.1, label = labels({0, 2, 1, 1});
  const nn::CrossEntropyLoss entropy({.label_smoothing = 0.1, .weight = tensor({1, 2, 3}, f64)});
  EXPECT_EQ(entropy.options.label_smoothing, 0.1);
  EXPECT_EQ(entropy(x, label).item(), cross_entropy(x, label, entropy.options).item());
  EXPECT_NE(entropy(x, label).item(), nn::CrossEntropyLoss()(x, label).item());
  nn::HuberLoss huber{{.delta = 0.5}};
  EXPECT_EQ(huber(x, t).item(), huber_loss(x, t, {.delta = 0.5}).item());
  huber.options.reduction = Reduction::sum;
  EXPECT_EQ(huber(x, t).item(), huber_loss(x, t, {.reduction = Reduction::sum, .delta = 0.5}).item());
  EXPECT_EQ(nn::GaussianNLLLoss({.full = true})(x, t, v).item(), gaussian_nll_loss(x, t, v, {.full = true}).item());
  EXPECT_EQ(nn::TripletMarginLoss({.swap = true})(x, t, v).item(), triplet_margin_loss(x, t, v, {.swap = true}).item());
  EXPECT_EQ(nn::InfoNCELoss({.symmetric = true})(x, t).item(), info_nce(x, t, {.symmetric = true}).item());
  expect_near(nn::CosineSimilarity{}(x, t), cosine_similarity(x, t).value(), 0);
  expect_near(nn::PairwiseDistance{.p = 1, .keepdim = true}(x, t), pairwise_distance(x, t, 1, 1e-6, true).value(), 0);
  const Tensor steps = log_softmax(random({6, 1, 3})), said = Tensor(Array::from<std::int64_t>({1, 2}, {1, 2}));
  EXPECT_EQ(nn::CTCLoss({.reduction = Reduction::sum})(steps, said, labels({6}), labels({2})).item(),
            ctc_loss(steps, said, labels({6}), labels({2}), {.reduction = Reduction::sum}).item());
}

TEST(LossLayers, ThereIsOneForEveryLoss) {
  const std::filesystem::path house = GRADUS_SOURCE;
  std::ifstream in(house / "nn/losses/layers.h");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  int found = 0;
  for (const auto& file : std::filesystem::directory_iterator(house / "autograd/ops")) {
    const std::string name = file.path().filename().string();
    if (file.path().extension() != ".h" || (!name.starts_with("loss") && name != "ctc.h")) continue;
    for (const std::string& function : declared_functions(file.path())) {
      ++found;
      EXPECT_TRUE(text.find(", " + function + ">") != text.npos || text.find(function + "(") != text.npos) << function << " has no layer";
    }
  }
  EXPECT_GE(found, 25);
}

TEST(LossLayers, AModelMayHaveOne) {
  struct Net {
    nn::Linear line{3, 2};
    nn::CrossEntropyLoss loss{{.weight = ones({2})}};
  } net;
  EXPECT_EQ(nn::parameters(net).size(), 2u);
  EXPECT_EQ(nn::state(net).arrays.size(), 2u);
}

const Array& kept(const std::string& name) { return golden_values("loss").at("adaptive." + name); }

nn::AdaptiveLogSoftmaxWithLoss adaptive() {
  nn::AdaptiveLogSoftmaxWithLoss layer(6, 9, {3, 5}, {.div_value = 2, .head_bias = true, .dtype = f64});
  nn::State state;
  for (const auto& [name, array] : golden_values("loss"))
    if (name.starts_with("adaptive.state.")) state.arrays[name.substr(15)] = array;
  nn::load_state(layer, state);
  return layer;
}

TEST(AdaptiveLogSoftmaxWithLoss, AgreesWithPyTorch) {
  auto layer = adaptive();
  const Tensor x = variable(kept("x")), label = kept("label");
  const auto [output, loss] = layer(x, label);
  expect_near(output, kept("output"), 1e-12);
  expect_near(loss, kept("loss"), 1e-12);
  expect_near(layer.log_prob(x), kept("log_prob"), 1e-12);
  expect_near(layer.predict(x), kept("predict"), 0);
  loss.backward();
  expect_near(x.grad(), kept("d.x"), 1e-12);
  const auto parameters = nn::parameters(layer);
  EXPECT_EQ(parameters.size(), 6u);
  for (const NamedParameter& p : parameters) expect_near(Tensor(p.leaf->value, p.leaf).grad(), kept("d." + p.name), 1e-12, p.name);
}

TEST(AdaptiveLogSoftmaxWithLoss, OneSampleEmptyBatchesAndTheWholeDistribution) {
  const auto layer = adaptive();
  const Tensor x = kept("x");
  const auto [output, loss] = layer(select(x, 0, 1), tensor(8, i64));
  EXPECT_EQ(output.rank(), 0);
  EXPECT_NEAR(output.item(), kept("output").at({1}), 1e-12);
  EXPECT_NEAR(loss.item(), -output.item(), 0);
  expect_near(sum(exp(layer.log_prob(x)), 1), Array::full({7}, 1, f64), 1e-12);
  const auto [none, nothing] = layer(zeros({0, 6}, f64), labels({}));
  EXPECT_EQ(none.shape(), Shape{0});
  EXPECT_TRUE(std::isnan(nothing.item()));
  EXPECT_EQ(layer.predict(zeros({0, 6}, f64)).shape(), Shape{0});
}

TEST(AdaptiveLogSoftmaxWithLoss, Errors) {
  using Layer = nn::AdaptiveLogSoftmaxWithLoss;
  expect_error<ValueError>([] { Layer(8, 10, {}); }, {"AdaptiveLogSoftmaxWithLoss", "cutoffs", "10 classes", "{}"});
  expect_error<ValueError>([] { Layer(8, 10, {4, 4}); }, {"cutoffs", "{4, 4}"});
  expect_error<ValueError>([] { Layer(8, 10, {0}); }, {"cutoffs", "{0}"});
  expect_error<ValueError>([] { Layer(8, 10, {2, 10}); }, {"at most 9", "{2, 10}"});
  expect_error<ValueError>([] { Layer(8, 10, {2, 5}); }, {"div_value 4", "cluster 1", "8 features"});
  const auto layer = adaptive();
  expect_error<ValueError>([&] { layer(zeros({2, 6}, f64), labels({0, 9})); }, {"label 9", "row 1", "9 classes"});
  expect_error<ShapeError>([&] { layer(zeros({2, 6}, f64), labels({0})); }, {"[2, 6]", "[1]"});
  expect_error<ShapeError>([&] { layer(zeros({2, 5}, f64), labels({0, 1})); }, {"[N, 6]", "[2, 5]"});
  expect_error<DtypeError>([&] { layer(zeros({2, 6}, f64), zeros({2}, f64)); }, {"labels", "f64"});
}

}  // namespace gradus::losses_test
