// Models that are put together while the program runs: lists and maps of layers, from a configuration, deep ones, recursive ones, and lazy
// layers that learn their sizes from a first input.
#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/lazy.h>
#include <gradus/nn/model/sequential.h>
#include <gradus/nn/model/state.h>
#include <gradus/optim/rules/sgd.h>

#include <message_of.h>
#include "nn/names.h"

namespace built_test {

using namespace gradus;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;

// Every parameter gets a gradient, and a step changes the result.
template <class Net>
void expect_trains(Net& net, const Tensor& x) {
  optim::SGD sgd(nn::parameters(net), {.lr = 0.1});
  const Tensor before = net(x);
  sum(before * before).backward();
  for (const NamedParameter& p : nn::parameters(net)) EXPECT_TRUE(p.leaf->has_gradient()) << p.name;
  sgd.step();
  EXPECT_NE(before.value().to_vector(), net(x).value().to_vector());
}

// ---- lists and maps: ModuleList, ModuleDict, ParameterList, ParameterDict

TEST(Built, ListsAndMapsOfLayersAndParameters) {
  struct Net {
    std::vector<nn::Linear> linears{{4, 4, {.bias = false}}, {4, 4, {.bias = false}}};
    std::map<std::string, nn::AnyModule> choices{{"lrelu", [](const Tensor& x) { return leaky_relu(x); }},
                                                 {"fc", nn::Linear{4, 4, {.bias = false}}}};
    std::vector<Parameter> scales{Parameter(Array::full({4}, 1)), Parameter(Array::full({4}, 2))};
    std::map<std::string, Parameter> shifts{{"left", Parameter(Array::zeros({4}))}};
    Tensor operator()(Tensor x) const {
      for (std::size_t i = 0; i < linears.size(); ++i) x = choices.at("lrelu")(linears[i](x)) * scales[i];
      return choices.at("fc")(x) + shifts.at("left");
    }
  } net;
  EXPECT_THAT(names(net), ElementsAre("linears.0.weight", "linears.1.weight", "choices.fc.weight", "scales.0", "scales.1", "shifts.left"));
  expect_trains(net, ones({2, 4}));
  net.linears.push_back({4, 4, {.bias = false}});
  net.choices.emplace("gate", nn::Linear{4, 1});
  EXPECT_EQ(names(net).size(), 9u);
}

// ---- from a configuration

struct Spec {
  std::string kind;
  std::int64_t size = 0;
};
nn::Sequential<> built(const std::vector<Spec>& specs, std::int64_t in) {
  nn::Sequential<> net;
  for (const Spec& spec : specs) {
    if (spec.kind == "linear")
      net.push_back(nn::Linear{std::exchange(in, spec.size), spec.size});
    else if (spec.kind == "tanh")
      net.push_back([](const Tensor& x) { return tanh(x); });
    else if (spec.kind == "dropout")
      net.push_back(nn::Dropout{0.5});
  }
  return net;
}

TEST(Built, FromAConfiguration) {
  nn::Sequential<> net = built({{"linear", 8}, {"tanh"}, {"dropout"}, {"linear", 2}}, 3);
  EXPECT_THAT(names(net), ElementsAre("0.weight", "0.bias", "3.weight", "3.bias"));
  nn::Sequential<> other = built({{"linear", 8}, {"tanh"}, {"dropout"}, {"linear", 2}}, 3);
  nn::load_state(other, nn::state(net));
  nn::eval(net), nn::eval(other);
  EXPECT_EQ(net(ones({1, 3})).value().to_vector(), other(ones({1, 3})).value().to_vector());
  expect_trains(net, ones({2, 3}));
}

TEST(Built, SeveralHundredLayers) {
  std::vector<Spec> specs;
  for (int i = 0; i < 300; ++i) specs.push_back({"linear", 4}), specs.push_back({"tanh"});
  nn::Sequential<> net = built(specs, 4);
  EXPECT_EQ(names(net).size(), 600u);
  EXPECT_EQ(names(net).back(), "598.bias");
  EXPECT_EQ(nn::parameter_count(net), 300 * (16 + 4));
  expect_trains(net, ones({1, 4}));
  nn::Sequential<> copy = net;
  copy = built(specs, 4);
  nn::load_state(copy, nn::state(net));
  EXPECT_EQ(net(ones({1, 4})).value().to_vector(), copy(ones({1, 4})).value().to_vector());
}

// ---- recursive ones

struct Tree {
  nn::Linear here{2, 2, {.bias = false}};
  std::vector<Tree> children = {};
  Tensor operator()(const Tensor& x) const {
    Tensor y = tanh(here(x));
    for (const Tree& child : children) y = y + child(y);
    return y;
  }
};
struct Chain {
  nn::Linear fc{2, 2, {.bias = false}};
  std::unique_ptr<Chain> next = {};
  Tensor operator()(const Tensor& x) const { return next ? (*next)(fc(x)) : fc(x); }
};

TEST(Built, OfThemselves) {
  Tree tree;
  tree.children.resize(2);
  tree.children[1].children.resize(1);
  EXPECT_THAT(names(tree),
              ElementsAre("here.weight", "children.0.here.weight", "children.1.here.weight", "children.1.children.0.here.weight"));
  expect_trains(tree, ones({1, 2}));
  Tree copy = tree;
  EXPECT_EQ(copy(ones({1, 2})).value().to_vector(), tree(ones({1, 2})).value().to_vector());
  EXPECT_NE(copy.children[1].here.weight.leaf().get(), tree.children[1].here.weight.leaf().get());

  Chain chain;
  for (Chain* at = &chain; names(chain).size() < 4;) at = (at->next = std::make_unique<Chain>()).get();
  EXPECT_EQ(names(chain).back(), "next.next.next.fc.weight");
  expect_trains(chain, ones({1, 2}));
}

// ---- lazy ones

struct LazyNet {
  nn::Sequential<> features{nn::LazyConv2d{3, {.kernel = 3}}, nn::LazyBatchNorm2d{}, nn::Dropout{0.5}};
  nn::LazyLinear head{2};
  Tensor operator()(const Tensor& x) const { return head(flatten(features(x), 1)); }
};

TEST(Lazy, LearnsItsSizesFromASample) {
  LazyNet net;
  EXPECT_FALSE(net.head.initialised());
  nn::initialize(net, zeros({1, 2, 5, 5}));
  EXPECT_EQ(net.head->weight.shape(), Shape({2, 27}));
  EXPECT_THAT(names(net),
              ElementsAre("features.0.weight", "features.0.bias", "features.1.weight", "features.1.bias", "head.weight", "head.bias"));
  expect_trains(net, randn({4, 2, 5, 5}));
  const auto weight = net.head->weight.leaf();
  nn::initialize(net, zeros({2, 2, 5, 5}));   // nothing is lazy any more
  EXPECT_EQ(net.head->weight.leaf().get(), weight.get());
  LazyNet copy = net, other;
  EXPECT_EQ(names(copy), names(net));
  nn::initialize(other, zeros({1, 2, 5, 5}));
  nn::load_state(other, nn::state(net));
  const nn::Linear plain{3, 2};
  nn::LazyLinear lazy{2};
  nn::initialize(lazy, zeros({3}));
  EXPECT_EQ(names(lazy), (std::vector<std::string>{"weight", "bias"}));
  lazy->weight = plain.weight, lazy->bias = plain.bias;
  EXPECT_EQ(lazy(ones({4, 3})).value().to_vector(), plain(ones({4, 3})).value().to_vector());
}

TEST(Lazy, DrawsWhatTheLayerItselfDraws) {
  manual_seed(3);
  nn::LazyConv2d lazy{4, {.kernel = 3}};
  nn::initialize(lazy, zeros({2, 5, 5}));   // unbatched
  manual_seed(3);
  const nn::Conv2d conv{2, 4, {.kernel = 3}};
  EXPECT_EQ(lazy->weight.value().to_vector(), conv.weight.value().to_vector());
  EXPECT_EQ(lazy->bias.value().to_vector(), conv.bias.value().to_vector());
}

TEST(Lazy, EveryKindFindsItsChannels) {
  const auto expect_shape = [](auto lazy, const Shape& x, const Shape& weight) {
    nn::initialize(lazy, ones(x));
    EXPECT_EQ(lazy->weight.shape(), weight);
    EXPECT_TRUE(lazy.initialised());
  };
  expect_shape(nn::LazyConv1d{4}, {2, 5}, {4, 2, 3});
  expect_shape(nn::LazyConv3d{4}, {1, 2, 3, 3, 3}, {4, 2, 3, 3, 3});
  expect_shape(nn::LazyConvTranspose1d{4}, {1, 2, 5}, {2, 4, 3});
  expect_shape(nn::LazyConvTranspose2d{4}, {1, 2, 5, 5}, {2, 4, 3, 3});
  expect_shape(nn::LazyConvTranspose3d{4}, {2, 3, 3, 3}, {2, 4, 3, 3, 3});
  expect_shape(nn::LazyBatchNorm1d{}, {4, 3}, {3});
  expect_shape(nn::LazyBatchNorm3d{}, {4, 3, 2, 2, 2}, {3});
  expect_shape(nn::LazyInstanceNorm1d{{.affine = true}}, {3, 4}, {3});
  expect_shape(nn::LazyInstanceNorm2d{{.affine = true}}, {2, 3, 4, 4}, {3});
  expect_shape(nn::LazyInstanceNorm3d{{.affine = true}}, {2, 3, 4, 4, 2}, {3});
}

TEST(Lazy, InitialisingChangesNothingElse) {
  struct Both {
    LazyNet first;
    nn::BatchNorm1d second{2};
    Tensor operator()(const Tensor& x) const { return second(first(x)); }
  } both;
  nn::eval(both.second);
  nn::initialize(both, ones({1, 2, 5, 5}));   // a batch of one, which batch norm would refuse in training
  const auto& batch_norm = **both.first.features[1].get_if<nn::LazyBatchNorm2d>();
  EXPECT_TRUE(batch_norm.training);
  EXPECT_FALSE(both.second.training);
  EXPECT_EQ(batch_norm.num_batches_tracked.item(), 0);
  nn::LazyBatchNorm1d evaluated{{.eps = 0.1}};
  nn::eval(evaluated);
  nn::initialize(evaluated, ones({4, 3}));
  EXPECT_FALSE(evaluated->training);
}

TEST(Lazy, SaysWhatIsMissing) {
  LazyNet net;
  const std::string message =
      "features.0 is lazy and has no parameters yet, since it does not know the size of its input; show the model one: "
      "nn::initialize(net, sample)";
  EXPECT_THAT(message_of([&] { optim::SGD sgd(nn::parameters(net), {.lr = 0.1}); }), HasSubstr(message));
  EXPECT_THAT(message_of([&] { nn::state(net); }), HasSubstr(message));
  EXPECT_THAT(message_of([&] { nn::set_requires_grad(net, false); }), HasSubstr(message));
  EXPECT_THAT(message_of([&] { nn::buffers(net); }), HasSubstr(message));
  EXPECT_THAT(message_of([&] { nn::summary(net); }), HasSubstr(message));
  EXPECT_THAT(
      message_of([&] {
        net(zeros({1, 2, 5, 5}));
      }),
      HasSubstr(
          "lazy gradus::nn::Conv2d: called before it knows the size of its input; show the model one, and make the optimizer afterwards: "
          "nn::initialize(net, sample)"));
  EXPECT_THAT(message_of([&] { net.head->weight.shape(); }), HasSubstr("the layer is lazy"));
  EXPECT_THAT(message_of([&] { nn::initialize(net, zeros({2})); }),
              HasSubstr("lazy gradus::nn::Conv2d: needs an input of 3 dimensions or more, not [2]"));

  struct Half {
    nn::LazyLinear used{2}, unused{2};
    Tensor operator()(const Tensor& x) const { return used(x); }
  } half;
  EXPECT_THAT(message_of([&] { nn::initialize(half, zeros({1, 3})); }), HasSubstr("the model's call did not reach unused"));
  EXPECT_FALSE(half.used.initialised());   // all as before
  nn::initialize(half.unused, zeros({1, 7}));
  nn::initialize(half, zeros({1, 3}));
  EXPECT_THAT(names(half), ElementsAre("used.weight", "used.bias", "unused.weight", "unused.bias"));
}

}   // namespace built_test
