// Walking through models: names, modes, copies, moves, freezing, conversion.
#include <gmock/gmock.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/autograd/ops/shape.h>
#include <gradus/nn/layers/activation.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/conv.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/any_module.h>
#include <gradus/nn/model/sequential.h>
#include <gradus/nn/model/state.h>

#include "nn/names.h"

namespace module_test {

using namespace gradus;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

struct GatedBlock {
  nn::Linear data, gate;
  Tensor operator()(const Tensor& x) const { return data(x) * sigmoid(gate(x)); }
};
struct Net {
  nn::Linear input{3, 4};
  std::vector<GatedBlock> blocks{{.data{4, 4}, .gate{4, 4}}, {.data{4, 4}, .gate{4, 4, {.bias = false}}}};
  double rate = 0.5;
  nn::Linear output{4, 2};
  Tensor operator()(Tensor x) const {
    x = relu(input(x));
    for (auto& block : blocks) x = block(x);
    return output(x);
  }
};

TEST(Parameters, AreNamedByTheMembers) {
  Net net;
  EXPECT_THAT(names(net), ElementsAreArray({"input.weight", "input.bias", "blocks.0.data.weight", "blocks.0.data.bias",
                                            "blocks.0.gate.weight", "blocks.0.gate.bias", "blocks.1.data.weight", "blocks.1.data.bias",
                                            "blocks.1.gate.weight", "output.weight", "output.bias"}));
  EXPECT_EQ(nn::parameter_count(net), 3 * 4 + 4 + 3 * (16 + 4) + 16 + 4 * 2 + 2);
}

// The form that docs/extending.md gives for it; g++ 12 crashes on std::vector<SizedBlock> blocks{{width}, {width}}.
struct SizedBlock {
  std::int64_t width;
  nn::Linear wide{width, 2 * width}, narrow{2 * width, width};
};
std::vector<SizedBlock> stack(int depth, std::int64_t width) {
  std::vector<SizedBlock> blocks;
  for (int i = 0; i < depth; ++i) blocks.push_back({.width = width});
  return blocks;
}
struct SizedNet {
  int depth = 2;
  std::int64_t width = 4;
  std::vector<SizedBlock> blocks = stack(depth, width);
  nn::Linear output{blocks.back().width, 1, {.bias = false}};
};

TEST(Parameters, OfBlocksWhoseSizesComeFromTheModel) {
  SizedNet net, other{.depth = 1, .width = 3}, third{};
  std::vector<SizedNet> nets{{}, {.depth = 1}};
  EXPECT_EQ(names(net).size(), 9u);
  EXPECT_EQ(names(third), names(net));
  EXPECT_THAT(names(other), ElementsAreArray({"blocks.0.wide.weight", "blocks.0.wide.bias", "blocks.0.narrow.weight",
                                              "blocks.0.narrow.bias", "output.weight"}));
  EXPECT_EQ(other.output.weight.shape(), (Shape{1, 3}));
  EXPECT_EQ(names(nets).size(), 14u);
}

TEST(Parameters, AreFoundInEveryKindOfMember) {
  struct Module {
    std::array<nn::Linear, 2> array{nn::Linear{1, 1}, nn::Linear{1, 1}};
    std::optional<nn::Linear> present{nn::Linear{1, 1, {.bias = false}}}, absent;
    std::unique_ptr<nn::Linear> pointer = std::make_unique<nn::Linear>(1, 1);
    std::map<std::string, nn::Linear> by_name{{"left", {1, 1}}, {"right", {1, 1, {.bias = false}}}};
    std::map<int, nn::Linear> by_number{{7, {1, 1, {.bias = false}}}};
    std::tuple<nn::ReLU, nn::Linear> tuple{nn::ReLU{}, nn::Linear{1, 1, {.bias = false}}};
    nn::Linear c_array[2]{{1, 1, {.bias = false}}, {1, 1, {.bias = false}}};
    std::vector<Parameter> loose{Parameter(Array::zeros({1})), Parameter(Array::zeros({2}))};
    Parameter scale{Array::full({3}, 1)}, undefined;
    Tensor constant = ones({2});
    std::string title = "a title";
    std::vector<double> numbers{1, 2};
    std::function<Tensor(const Tensor&)> function = [](const Tensor& x) { return x; };
  } module;
  EXPECT_THAT(names(module),
              ElementsAreArray({"array.0.weight", "array.0.bias", "array.1.weight", "array.1.bias", "present.weight", "pointer.weight",
                                "pointer.bias", "by_name.left.weight", "by_name.left.bias", "by_name.right.weight", "by_number.7.weight",
                                "tuple.1.weight", "c_array.0.weight", "c_array.1.weight", "loose.0", "loose.1", "scale"}));
}

class Scale {
 public:
  explicit Scale(std::int64_t n) : factor_(Array::full({n}, 2)), steps_(Array::zeros({}, i64)) {}
  Tensor operator()(const Tensor& x) const { return x * factor_; }

 private:
  Parameter factor_;
  Array steps_;

 public:
  using Fields = nn::Fields<&Scale::factor_, &Scale::steps_>;
};

TEST(Parameters, ComeFromListedFields) {
  nn::Sequential net{Scale{2}, nn::Linear{2, 1}};
  EXPECT_THAT(names(net), ElementsAreArray({"0.factor", "1.weight", "1.bias"}));
  const auto buffers = nn::buffers(net);
  ASSERT_EQ(buffers.size(), 1u);
  EXPECT_EQ(buffers[0].name, "0.steps");
  EXPECT_EQ(net(Tensor(Array::zeros({1, 2}))).shape(), (Shape{1, 1}));
}

// What walking refuses to compile, since it would leave parameters untrained.
class Opaque {
 public:
  explicit Opaque(int n) : weight_(Array::zeros({n})) {}
  Tensor operator()(const Tensor& x) const { return x * weight_; }

 private:
  Parameter weight_;
};
class MoreThanItsBase : public nn::Linear {
 public:
  using nn::Linear::Linear;
  Parameter extra;
};
class ListsAll : public nn::Linear {
 public:
  using nn::Linear::Linear;
  Parameter extra{Array::zeros({1})};
  using Fields = nn::Fields<&ListsAll::weight, &ListsAll::bias, &ListsAll::extra>;
};
[[maybe_unused]] const auto captures_a_layer = [fc = nn::Linear{1, 1}](const Tensor& x) { return fc(x); };
[[maybe_unused]] const auto captures_a_number = [slope = 0.1](const Tensor& x) { return x * slope; };
static_assert(nn::detail::StatefulLayer<Opaque> && nn::detail::StatefulLayer<std::remove_const_t<decltype(captures_a_layer)>>);
static_assert(!nn::detail::StatefulLayer<std::remove_const_t<decltype(captures_a_number)>>);
static_assert(!nn::detail::StatefulLayer<std::function<Tensor(const Tensor&)>>);
static_assert(!MoreThanItsBase::Fields::cover<MoreThanItsBase> && ListsAll::Fields::cover<ListsAll>);
static_assert(nn::BatchNorm1d::Fields::cover<nn::BatchNorm1d>);

TEST(Parameters, OfDerivedLayersAreListedTogether) {
  ListsAll layer{2, 1};
  EXPECT_THAT(names(layer), ElementsAreArray({"weight", "bias", "extra"}));
}

TEST(Parameters, OfNothingAreNone) {
  struct {} empty;
  EXPECT_TRUE(nn::parameters(empty).empty());
  EXPECT_EQ(nn::parameter_count(empty), 0);
  std::vector<nn::Linear> none;
  EXPECT_TRUE(nn::parameters(none).empty());
}

TEST(Parameters, SharedOnesStandOnce) {
  struct { std::shared_ptr<nn::Linear> encoder, decoder; } net;
  net.encoder = net.decoder = std::make_shared<nn::Linear>(2, 2);
  EXPECT_THAT(names(net), ElementsAreArray({"encoder.weight", "encoder.bias"}));
  EXPECT_EQ(nn::parameter_count(net), 6);
}

TEST(Parameters, FrozenOnesAreLeftOutAndStillBelongToTheModel) {
  Net net;
  nn::set_requires_grad(net.blocks, false);
  EXPECT_THAT(names(net), ElementsAreArray({"input.weight", "input.bias", "output.weight", "output.bias"}));
  EXPECT_EQ(nn::state(net).arrays.size(), 11u);
  EXPECT_THAT(nn::summary(net), HasSubstr("frozen"));
  sum(net(ones({1, 3}))).backward();
  EXPECT_FALSE(net.blocks[0].data.weight.grad().defined());
  EXPECT_TRUE(net.input.weight.grad().defined());
  nn::set_requires_grad(net, true);
  EXPECT_EQ(names(net).size(), 11u);
}

TEST(Parameters, NameThemselvesInErrors) {
  Net net;
  nn::parameters(net);
  try {
    net(ones({5, 800}));
    FAIL() << "800 features went into 3";
  } catch (const ShapeError& e) {
    EXPECT_THAT(e.what(), HasSubstr("input.weight"));
    EXPECT_THAT(e.what(), HasSubstr("[5, 800]"));
  }
}

TEST(Models, CopiesAreIndependent) {
  Net net;
  const Parameters before = nn::parameters(net);
  Net copy = net;
  const Parameters copied = nn::parameters(copy);
  ASSERT_EQ(before.size(), copied.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_NE(before[i].leaf.get(), copied[i].leaf.get()) << before[i].name;
    EXPECT_EQ(before[i].leaf->value.to_vector(), copied[i].leaf->value.to_vector());
  }
  const auto bias = copy.output.bias.value().to_vector();
  net.output.bias.set_value(Array::full({2}, 42));
  EXPECT_EQ(copy.output.bias.value().to_vector(), bias);
  sum(net(ones({1, 3}))).backward();
  EXPECT_TRUE(net.output.bias.grad().defined());
  EXPECT_FALSE(copy.output.bias.grad().defined());
}

TEST(Models, MovedOnesKeepTheirLeaves) {
  std::vector<Net> home;
  Net net;
  const Parameters held = nn::parameters(net);
  const Tensor loss = sum(net(ones({1, 3})));
  home.push_back(std::move(net));
  home.emplace_back();
  home.reserve(10);                                     // moves the first one again
  loss.backward();                                      // a tape from before the move
  const Parameters now = nn::parameters(home[0]);
  ASSERT_EQ(held.size(), now.size());
  for (std::size_t i = 0; i < held.size(); ++i) {
    EXPECT_EQ(held[i].leaf.get(), now[i].leaf.get());
    EXPECT_TRUE(held[i].leaf->grad.defined()) << held[i].name;
  }
  held.back().leaf->value = Array::full({2}, 5);        // what an optimizer does
  EXPECT_EQ(home[0].output.bias.value().to_vector(), (std::vector<double>{5, 5}));
}

TEST(Models, ModesReachEveryLayerThatHasOne) {
  struct Own { bool training = true; int other = 1; };
  struct Net {
    nn::Dropout drop;
    std::vector<nn::BatchNorm1d> norms{nn::BatchNorm1d{2}, nn::BatchNorm1d{3}};
    nn::Chain chain{nn::Dropout{0.1}, nn::ReLU{}};
    Own own;
  } net;
  nn::eval(net);
  EXPECT_FALSE(net.drop.training || net.norms[0].training || net.norms[1].training || net.own.training);
  EXPECT_FALSE(net.chain[0].get_if<nn::Dropout>()->training);
  nn::train(net);
  EXPECT_TRUE(net.drop.training && net.norms[0].training && net.norms[1].training && net.own.training);
  EXPECT_TRUE(net.chain[0].get_if<nn::Dropout>()->training);
}

TEST(Models, ZeroGradDropsEveryGradient) {
  Net net;
  sum(net(ones({1, 3}))).backward();
  ASSERT_TRUE(net.input.weight.grad().defined());
  nn::zero_grad(net);
  for (const NamedParameter& p : nn::parameters(net)) EXPECT_FALSE(p.leaf->grad.defined());
}

TEST(Models, ConvertToAnotherDtype) {
  struct { nn::Linear fc{2, 2}; nn::BatchNorm1d norm{2}; } net;
  const Parameters held = nn::parameters(net);
  const double first = net.fc.weight.value().at({0, 0});
  nn::to(net, f64);
  for (const NamedParameter& p : held) EXPECT_EQ(p.leaf->value.dtype(), f64);
  EXPECT_EQ(net.norm.running_var.dtype(), f64);
  EXPECT_EQ(net.norm.num_batches_tracked.dtype(), i64);
  EXPECT_EQ(net.fc.weight.value().at({0, 0}), first);
  EXPECT_THROW(nn::to(net, i64), DtypeError);
}

TEST(Models, SummaryShowsNamesShapesAndCounts) {
  struct { nn::Linear fc{784, 10}; nn::BatchNorm1d norm{10}; } net;
  const std::string table = nn::summary(net);
  EXPECT_THAT(table, HasSubstr("fc.weight"));
  EXPECT_THAT(table, HasSubstr("[10, 784]"));
  EXPECT_THAT(table, HasSubstr("7840"));
  EXPECT_THAT(table, HasSubstr("norm.num_batches_tracked"));
  EXPECT_THAT(table, HasSubstr("i64 buffer"));
  EXPECT_THAT(table, HasSubstr("7870 parameters, 7870 of them trainable"));
}

TEST(Sequential, HoldsAnyCallable) {
  const nn::Sequential net{nn::Linear{2, 3}, nn::ReLU{}, [](const Tensor& x) { return x * 2; }, gradus::tanh, nn::Linear{3, 1}};
  const Tensor x = ones({4, 2});
  const Tensor by_hand = net.get<4>()(tanh(relu(net.get<0>()(x)) * 2));
  EXPECT_EQ(net(x).value().to_vector(), by_hand.value().to_vector());
  auto copy = net;
  EXPECT_THAT(names(copy), ElementsAreArray({"0.weight", "0.bias", "4.weight", "4.bias"}));
}

TEST(Sequential, IsConstWhereItsLayersAre) {
  struct Counter {
    int calls = 0;
    Tensor operator()(const Tensor& x) { return ++calls, x; }
  };
  using Plain = nn::Sequential<nn::Linear, nn::Dropout>;
  using Changing = nn::Sequential<nn::Linear, Counter>;
  static_assert(std::is_invocable_v<const Plain&, const Tensor&> && std::is_invocable_v<Plain&, const Tensor&>);
  static_assert(!std::is_invocable_v<const Changing&, const Tensor&> && std::is_invocable_v<Changing&, const Tensor&>);
  nn::Sequential nested{nn::Sequential{nn::Linear{1, 2}, nn::ReLU{}}, nn::Linear{2, 1}};
  EXPECT_THAT(names(nested), ElementsAreArray({"0.0.weight", "0.0.bias", "1.weight", "1.bias"}));
}

TEST(AnyModule, CopiesDeeplyAndMovesLeaves) {
  nn::AnyModule any = nn::Linear{2, 2};
  const Parameters held = nn::parameters(any);
  EXPECT_THAT(names(any), ElementsAreArray({"weight", "bias"}));
  nn::AnyModule copy = any;
  EXPECT_NE(nn::parameters(copy)[0].leaf.get(), held[0].leaf.get());
  nn::AnyModule moved = std::move(any);
  EXPECT_EQ(nn::parameters(moved)[0].leaf.get(), held[0].leaf.get());
  EXPECT_NE(moved.get_if<nn::Linear>(), nullptr);
  EXPECT_EQ(moved.get_if<nn::Conv2d>(), nullptr);
  moved = copy;                                         // the values, into the parameters that `held` holds, as an optimizer would
  EXPECT_EQ(nn::parameters(moved)[0].leaf.get(), held[0].leaf.get());
  EXPECT_EQ(held[0].leaf->value.to_vector(), nn::parameters(copy)[0].leaf->value.to_vector());
  nn::parameters(copy)[0].leaf->value = Array::full({2, 2}, 3);
  EXPECT_NE(held[0].leaf->value.to_vector(), nn::parameters(copy)[0].leaf->value.to_vector());
}

TEST(AnyModule, EmptyOnesSaySo) {
  nn::AnyModule none;
  EXPECT_FALSE(none);
  EXPECT_TRUE(nn::parameters(none).empty());
  EXPECT_EQ(none.get_if<nn::Linear>(), nullptr);
  EXPECT_THROW(none(ones({1})), ValueError);
  EXPECT_FALSE(nn::AnyModule(none));
}

TEST(Chain, GrowsAtRunTime) {
  nn::Chain net{nn::Linear{2, 4}, nn::ReLU{}};
  for (int i = 0; i < 2; ++i) net.push_back(nn::Linear{4, 4});
  EXPECT_THAT(names(net), ElementsAreArray({"0.weight", "0.bias", "2.weight", "2.bias", "3.weight", "3.bias"}));
  EXPECT_EQ(net(ones({3, 2})).shape(), (Shape{3, 4}));
  nn::Chain copy = net;
  EXPECT_NE(nn::parameters(copy)[0].leaf.get(), nn::parameters(net)[0].leaf.get());
  EXPECT_EQ(nn::Chain{}(ones({2})).shape(), (Shape{2}));
}

TEST(Chain, InBracesIsACopy) {
  const nn::Chain net{nn::Linear{2, 4}};
  nn::Chain copy{net}, nested{net, nn::Linear{4, 1}};
  EXPECT_THAT(names(copy), ElementsAreArray({"0.weight", "0.bias"}));
  EXPECT_THAT(names(nested), ElementsAreArray({"0.0.weight", "0.0.bias", "1.weight", "1.bias"}));
}

}  // namespace module_test
