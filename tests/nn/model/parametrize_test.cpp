// Parametrizations of one's own, and what a model with them does: copies, assignments, files, modes.
#include <gradus/nn/model/parametrize.h>

#include <gmock/gmock.h>

#include <array>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/diagonal.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/matmul.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/embedding.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/layers/parametrizations.h>
#include <gradus/nn/layers/recurrent.h>
#include <gradus/nn/model/sequential.h>
#include <gradus/nn/model/state.h>
#include <gradus/nn/model/tie.h>
#include <gradus/optim/rules/sgd.h>

#include <message_of.h>
#include "temporary_folder.h"
#include "nn/names.h"

namespace parametrize_test {

using namespace gradus;
using testing::ElementsAre;
using testing::HasSubstr;

nn::Linear linear(std::int64_t in, std::int64_t out) { return {in, out, {.dtype = f64}}; }
double distance(const Tensor& a, const Tensor& b) { return sum(abs(a - b)).item(); }

struct Symmetric {
  Tensor operator()(const Tensor& x) const { return triu(x) + transpose(triu(x, 1)); }
  Tensor right_inverse(const Tensor& weight) const { return triu(weight); }
};
struct Scaled {   // has a parameter and a mode of its own, and no right_inverse
  Parameter scale{Array::full({}, 2, f64)};
  bool training = true;
  Tensor operator()(const Tensor& x) const { return training ? x * scale : x; }
};
struct LowRank {
  std::int64_t rank;
  Tensor operator()(const Tensor& a, const Tensor& b) const { return matmul(a, b); }
  std::array<Tensor, 2> right_inverse(const Tensor& w) const { return {ones({w.dim(0), rank}, f64), ones({rank, w.dim(1)}, f64)}; }
};

TEST(Parametrize, OnesOwnTrains) {
  struct Net {
    nn::Linear fc = nn::register_parametrization(linear(3, 3), "weight", Symmetric{});
    Tensor operator()(const Tensor& x) const { return fc(x); }
  } net;
  EXPECT_THAT(names(net), ElementsAre("fc.parametrizations.weight.original", "fc.bias"));
  optim::SGD sgd(nn::parameters(net), {.lr = 0.1});
  const Tensor x = randn({4, 3}, default_generator(), f64), before = net.fc.weight;
  sum(square(net(x))).backward();
  sgd.step();
  const Tensor after = net.fc.weight;
  EXPECT_GT(distance(before, after), 1e-3);
  EXPECT_EQ(distance(after, transpose(after)), 0);
}

TEST(Parametrize, OneOriginalIsTheParameterThatWas) {
  nn::Linear layer = linear(3, 3);
  const Leaf* leaf = layer.weight.leaf().get();
  optim::SGD sgd(nn::parameters(layer), {.lr = 0.1});
  nn::register_parametrization(layer, "weight", Symmetric{});
  EXPECT_EQ(nn::parameters(layer)[0].leaf.get(), leaf);
  sum(layer(ones({1, 3}, f64))).backward();
  sgd.step();   // made before, and it follows
  const Tensor value = layer.weight;
  nn::remove_parametrizations(layer);
  EXPECT_EQ(layer.weight.leaf().get(), leaf);
  EXPECT_EQ(distance(layer.weight, value), 0);
  EXPECT_THAT(names(layer), ElementsAre("weight", "bias"));
}

TEST(Parametrize, OptimizersThatWereMadeBeforeSayThatTheyTrainNothing) {
  nn::Linear layer{3, 3, {.bias = false}};
  optim::SGD sgd(nn::parameters(layer), {.lr = 0.1});
  nn::weight_norm(layer);
  sum(layer(ones({1, 3}))).backward();
  EXPECT_THROW(sgd.step(), Error);
}

TEST(Parametrize, SeveralFollowEachOther) {
  nn::Linear layer = linear(3, 3);
  nn::register_parametrization(layer, "weight", Symmetric{});
  const Tensor symmetric = layer.weight;
  nn::register_parametrization(layer, "weight", Scaled{});
  EXPECT_THAT(names(layer), ElementsAre("parametrizations.weight.original", "parametrizations.weight.1.scale", "bias"));
  EXPECT_LT(distance(layer.weight, 2 * symmetric), 1e-12);
  sum(layer(ones({1, 3}, f64))).backward();
  for (const NamedParameter& p : nn::parameters(layer)) EXPECT_TRUE(p.leaf->has_gradient()) << p.name;
  EXPECT_THAT(message_of([&] { layer.weight.set_value(Array::zeros({3, 3}, f64)); }), HasSubstr("has no right_inverse"));
  nn::remove_parametrizations(layer);   // what evaluation computes: not scaled
  EXPECT_LT(distance(layer.weight, symmetric), 1e-12);
}

TEST(Parametrize, TakesPathsAndAnyLayer) {
  struct Net {
    std::map<std::string, nn::Sequential<>> parts{{"body", nn::Sequential<>{nn::Linear{2, 3}, nn::Embedding{3, 4}}}};
    nn::LSTM lstm{3, 2};
  } net;
  nn::weight_norm(net, {.name = "parts.body.0.weight"});
  nn::weight_norm(net, {.name = "lstm.weight_hh_l0"});
  nn::weight_norm(net, {.name = "parts.body.1.weight"});
  const auto all = names(net);
  EXPECT_THAT(all,
              testing::IsSupersetOf({"parts.body.0.parametrizations.weight.original1", "parts.body.1.parametrizations.weight.original0",
                                     "lstm.parametrizations.weight_hh_l0.original0"}));
  sum(net.lstm(randn({4, 1, 3})).output).backward();
  for (const NamedParameter& p : nn::parameters(net.lstm)) EXPECT_TRUE(p.leaf->has_gradient()) << p.name;
}

TEST(Parametrize, FreezesConvertsAndTakesValues) {
  nn::Linear layer = nn::weight_norm(nn::Linear{3, 2});
  nn::set_requires_grad(layer, false);
  EXPECT_FALSE(layer(ones({1, 3})).requires_grad());
  EXPECT_FALSE(layer.weight.requires_grad());
  layer.weight.set_requires_grad(true);
  EXPECT_EQ(names(layer).size(), 2u);
  nn::to(layer, f64);
  EXPECT_EQ(layer.weight.dtype(), f64);
  EXPECT_EQ(layer.weight.shape(), Shape({2, 3}));
  layer.weight.set_value(Array::full({2, 3}, 3, f64));
  EXPECT_LT(distance(layer.weight, full({2, 3}, 3, f64)), 1e-12);
  EXPECT_EQ(nn::parameter_count(layer), 2 + 6 + 2);
  EXPECT_THAT(nn::summary(layer), HasSubstr("parametrizations.weight.original1"));
}

// ---- copies, assignments, files

struct Net {
  nn::Linear fc = nn::weight_norm(nn::spectral_norm(linear(3, 3), {.name = "bias"}));
  nn::Linear last = nn::orthogonal(linear(3, 3));
  Tensor operator()(const Tensor& x) const { return last(tanh(fc(x))); }
};
const Tensor& input() {
  static const Tensor x = full({2, 3}, 0.5, f64);
  return x;
}

TEST(Parametrize, ACopyIsIndependent) {
  manual_seed(1);
  Net net, copy = net;
  EXPECT_EQ(distance(net(input()), copy(input())), 0);
  const Tensor before = copy(input());
  for (const NamedParameter& p : nn::parameters(net)) p.leaf->value = (2 * Tensor(p.leaf->value)).value();
  EXPECT_GT(distance(net(input()), before), 1e-3);
  EXPECT_EQ(distance(copy(input()), before), 0);
  copy = net;
  EXPECT_EQ(distance(copy(input()), net(input())), 0);
}

TEST(Parametrize, AssignmentKeepsWhatAnOptimizerHolds) {
  manual_seed(1);
  Net net, best = net;
  optim::SGD sgd(nn::parameters(net), {.lr = 0.1});
  const auto held = [&] {
    std::vector<const Leaf*> all;
    for (const NamedParameter& p : nn::parameters(net)) all.push_back(p.leaf.get());
    return all;
  };
  const auto leaves = held();
  sum(net(input())).backward();
  sgd.step();
  EXPECT_GT(distance(net(input()), best(input())), 1e-6);
  net = best;
  EXPECT_EQ(held(), leaves);
  EXPECT_EQ(distance(net(input()), best(input())), 0);
  net = Net{};
  EXPECT_EQ(held(), leaves);
  Net moved = std::move(net);
  EXPECT_EQ(nn::parameters(moved)[0].leaf.get(), leaves[0]);
  sum(square(moved(input()))).backward();
  sgd.step();
}

TEST(Parametrize, APlainLayerTakesTheOthersPlace) {
  nn::Linear layer = nn::weight_norm(linear(3, 3)), plain = linear(3, 3);
  layer = plain;
  EXPECT_FALSE(nn::is_parametrized(layer));
  EXPECT_EQ(distance(layer.weight, plain.weight), 0);
  layer = nn::orthogonal(plain);
  EXPECT_THAT(names(layer), ElementsAre("parametrizations.weight.original", "bias"));
}

TEST(Parametrize, GoesThroughAFile) {
  manual_seed(1);
  Net net, other;
  const TemporaryFolder folder;
  nn::save(net, folder / "net.safetensors");
  nn::load(other, folder / "net.safetensors");
  nn::eval(net), nn::eval(other);
  EXPECT_EQ(distance(net(input()), other(input())), 0);
}

TEST(Parametrize, OriginalsCanBeTied) {
  struct Tied {
    nn::Linear first = nn::weight_norm(linear(3, 3)), second = nn::weight_norm(linear(3, 3));
    nn::Tie tied{first, second};
  } net;
  EXPECT_EQ(names(net).size(), 3u);
  Tied copy = net;
  EXPECT_EQ(names(copy).size(), 3u);
  EXPECT_EQ(distance(copy.first.weight, copy.second.weight), 0);
  EXPECT_THAT(message_of([&] {
                struct {
                  nn::Linear a{2, 2}, b{2, 2};
                  nn::Tie tied{a.weight, b.weight};
                } early;
                nn::weight_norm(early, {.name = "a.weight"});
              }),
              HasSubstr("a.weight is tied to another place"));
}

// ---- errors

TEST(Parametrize, SaysWhatIsWrong) {
  nn::Linear layer{2, 3, {.bias = false}};
  EXPECT_THAT(message_of([&] { nn::weight_norm(layer, {.name = "bias"}); }),
              HasSubstr("there is no parameter named \"bias\"; there are: weight"));
  EXPECT_THAT(message_of([&] { nn::weight_norm(layer, {.dim = 2}); }),
              HasSubstr("weight_norm: dim 2 is out of range for the weight [3, 2]"));
  EXPECT_THAT(message_of([&] { nn::spectral_norm(layer, {.n_power_iterations = 0}); }),
              HasSubstr("n_power_iterations is at least 1, not 0"));
  nn::Linear biased{2, 3};
  EXPECT_THAT(message_of([&] { nn::orthogonal(biased, {.name = "bias"}); }),
              HasSubstr("orthogonal: needs a matrix or a batch of them, but bias is [3]"));
  nn::Linear twice = nn::weight_norm(nn::Linear{2, 3});
  EXPECT_THAT(message_of([&] { nn::orthogonal(twice); }), HasSubstr("orthogonal comes first"));
  nn::Linear zero = biased;
  zero.weight.set_value(Array::zeros({3, 2}));
  EXPECT_THAT(message_of([&] { nn::weight_norm(zero); }), HasSubstr("weight_norm: a part of the weight [3, 2] is zero"));
  EXPECT_THAT(message_of([&] { nn::register_parametrization(layer, "weight", [](const Tensor& x) { return sum(x); }); }),
              HasSubstr("the weight is [3, 2], but what the parametrization computes is []"));
  EXPECT_THAT(message_of([&] { nn::register_parametrization(layer, "weight", [](const Tensor& a, const Tensor& b) { return a * b; }); }),
              HasSubstr("takes 2 tensors"));
  EXPECT_THAT(message_of([&] { nn::register_parametrization(layer, "weight", [](const Tensor& x) { return x.to(f64); }); }),
              HasSubstr("the weight is f32, but what the parametrization computes is f64"));
  EXPECT_FALSE(nn::is_parametrized(layer));
  EXPECT_THAT(message_of([&] { nn::remove_parametrizations(layer); }), HasSubstr("weight is not parametrized"));

  nn::register_parametrization(biased, "bias", [](const Tensor& x) { return x; });
  nn::Linear low = nn::register_parametrization(linear(3, 4), "weight", LowRank{2});
  EXPECT_EQ(nn::parameter_count(low), 8 + 6 + 4);
  EXPECT_THAT(message_of([&] { nn::remove_parametrizations(low, "weight", false); }),
              HasSubstr("weight has 2 originals, none of which is the weight"));
  EXPECT_THAT(message_of([&] { low.weight.value(); }), HasSubstr("value: weight is parametrized"));
  EXPECT_THAT(message_of([&] { low.weight.grad(); }), HasSubstr("gradients are at the originals, which nn::parameters lists"));
  nn::Linear symmetric = linear(2, 2);
  const Tensor before = symmetric.weight;
  nn::register_parametrization(symmetric, "weight", Scaled{});
  nn::remove_parametrizations(symmetric, "weight", false);
  EXPECT_EQ(distance(symmetric.weight, before), 0);
}

}  // namespace parametrize_test
