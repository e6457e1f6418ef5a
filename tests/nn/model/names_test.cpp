// Names of parameters: the whole model's, whoever asks, in whatever order.
#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/conv.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/module.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/second_order/lbfgs.h>

#include <message_of.h>
#include "temporary_folder.h"
#include "nn/names.h"

namespace names_test {

using namespace gradus;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

std::vector<std::string> names_in(const Parameters& parameters) {
  std::vector<std::string> all;
  for (const NamedParameter& p : parameters) all.push_back(p.name);
  return all;
}

struct Net {
  nn::Linear encoder{3, 4}, head{4, 2};
  Tensor operator()(const Tensor& x) const { return head(relu(encoder(x))); }
};

TEST(Names, OfAPartAreThoseOfItsModel) {
  Net net;
  nn::parameters(net);
  EXPECT_THAT(names(net.head), ElementsAreArray({"head.weight", "head.bias"}));
  EXPECT_THAT(names(net.head.bias), ElementsAre("head.bias"));
  EXPECT_THAT(names(net), ElementsAreArray({"encoder.weight", "encoder.bias", "head.weight", "head.bias"}));
  EXPECT_EQ(net.head.bias.name(), "head.bias");
}

TEST(Names, OfTheModelDoNotDependOnPartsThatWereListedBefore) {
  Net net;
  EXPECT_THAT(names(net.head), ElementsAreArray({"weight", "bias"}));
  EXPECT_THAT(names(net.encoder), ElementsAreArray({"weight", "bias"}));
  EXPECT_THAT(names(net), ElementsAreArray({"encoder.weight", "encoder.bias", "head.weight", "head.bias"}));
  EXPECT_THAT(names(net.encoder), ElementsAreArray({"encoder.weight", "encoder.bias"}));
}

TEST(Names, GrowWithTheModelThatIsListed) {
  struct Outer {
    std::vector<Net> nets{Net{}, Net{}};
    nn::Linear last{2, 1};
  } outer;
  EXPECT_THAT(names(outer.nets[1].head), ElementsAreArray({"weight", "bias"}));
  EXPECT_THAT(names(outer.nets[1]), ElementsAreArray({"encoder.weight", "encoder.bias", "head.weight", "head.bias"}));
  EXPECT_THAT(names(outer.nets[1].head), ElementsAreArray({"head.weight", "head.bias"}));
  nn::parameters(outer);
  EXPECT_THAT(names(outer.nets[1].head), ElementsAreArray({"nets.1.head.weight", "nets.1.head.bias"}));
  EXPECT_THAT(names(outer.nets)[2], "nets.0.head.weight");
}

TEST(Names, OfAPartOfASharedParameterAreItsFirstPlaces) {
  struct Tied {
    struct Side {
      std::shared_ptr<Parameter> weight;
      Parameter bias{Array::zeros({2})};
    } embedding, output;
  } net;
  net.embedding.weight = net.output.weight = std::make_shared<Parameter>(Array::zeros({2, 2}));
  const std::vector<std::string> whole{"embedding.weight", "embedding.bias", "output.bias"};
  EXPECT_EQ(names(net), whole);
  EXPECT_THAT(names(net.output), ElementsAreArray({"embedding.weight", "output.bias"}));
  EXPECT_EQ(names(net), whole);
}

TEST(Names, FollowTheStructure) {
  struct Stack { std::vector<nn::Linear> blocks{{1, 1, {.bias = false}}, {1, 1, {.bias = false}}}; } net;
  EXPECT_THAT(names(net), ElementsAreArray({"blocks.0.weight", "blocks.1.weight"}));
  net.blocks.push_back({1, 1, {.bias = false}});
  EXPECT_THAT(names(net.blocks), ElementsAreArray({"blocks.0.weight", "blocks.1.weight", "blocks.2.weight"}));
  EXPECT_THAT(names(net), ElementsAreArray({"blocks.0.weight", "blocks.1.weight", "blocks.2.weight"}));
  net.blocks.erase(net.blocks.begin());
  EXPECT_THAT(names(net), ElementsAreArray({"blocks.0.weight", "blocks.1.weight"}));
  net.blocks[1] = nn::Linear{7, 7, {.bias = false}};
  EXPECT_THAT(names(net.blocks[1]), ElementsAre("blocks.1.weight"));
}

TEST(Names, OfACopyAreItsOwn) {
  Net net;
  nn::parameters(net);
  nn::Linear probe = net.head;
  EXPECT_THAT(names(probe), ElementsAreArray({"weight", "bias"}));
  struct Pair { nn::Linear first, second; } pair{net.head, net.head};
  EXPECT_THAT(names(pair), ElementsAreArray({"first.weight", "first.bias", "second.weight", "second.bias"}));
}

TEST(Names, OfALooseParameterStayItsOwn) {
  Parameter scale(Array::zeros({1}), "scale");
  EXPECT_THAT(names(scale), ElementsAre("scale"));
}

TEST(Names, TakeAPrefix) {
  Net actor, critic;
  EXPECT_THAT(names_in(nn::parameters(critic.head, "critic")), ElementsAreArray({"critic.weight", "critic.bias"}));
  EXPECT_THAT(names_in(nn::parameters(critic, "critic")),
              ElementsAreArray({"critic.encoder.weight", "critic.encoder.bias", "critic.head.weight", "critic.head.bias"}));
  EXPECT_THAT(names(critic.head), ElementsAreArray({"critic.head.weight", "critic.head.bias"}));
  EXPECT_THAT(message_of([&] { nn::parameters(actor, "actor."); }), HasSubstr("the prefix \"actor.\" needs no dot"));
}

TEST(Names, TwoAlikeInOneModelAreAnError) {
  struct { std::map<std::string, nn::Linear> heads{{"a.b", {1, 1}}}; } dotted;
  EXPECT_THAT(names(dotted), ElementsAreArray({"heads.a.b.weight", "heads.a.b.bias"}));
  struct {
    std::map<std::string, std::map<std::string, nn::Linear>> heads{{"a", {{"b.c", {1, 1}}}}, {"a.b", {{"c", {1, 1}}}}};
  } net;
  const std::string message = message_of([&] { nn::parameters(net); });
  EXPECT_THAT(message, HasSubstr("heads.a.b.c.weight"));
  EXPECT_THAT(message, HasSubstr("give a map's key or a member another name"));
}

// What an optimizer makes of them.
optim::Optimizer& stepped(optim::Optimizer& optimizer, const Net& net) {
  sum(net(ones({2, 3}))).backward();
  optimizer.step();
  return optimizer;
}

TEST(NamesInOptimizers, GroupsOfPartsHaveTheModelsNames) {
  Net net;
  nn::parameters(net);
  optim::AdamW adam({{.params = nn::parameters(net.encoder), .options = {.lr = 1e-4}}, {.params = nn::parameters(net.head)}});
  EXPECT_THAT(names_in(adam.parameters()), ElementsAreArray({"encoder.weight", "encoder.bias", "head.weight", "head.bias"}));
  EXPECT_TRUE(stepped(adam, net).state().arrays.contains("head.weight.exp_avg"));
}

TEST(NamesInOptimizers, AnUnfrozenPartIsSavedUnderTheModelsNames) {
  Net net;
  nn::set_requires_grad(net.encoder, false);
  optim::SGD sgd(nn::parameters(net), {.momentum = 0.9});
  nn::set_requires_grad(net.encoder, true);
  sgd.add_param_group({.params = nn::parameters(net.encoder), .options = {.momentum = 0.9}});
  const optim::State state = stepped(sgd, net).state();
  EXPECT_TRUE(state.arrays.contains("encoder.weight.momentum_buffer"));
  EXPECT_TRUE(state.arrays.contains("head.weight.momentum_buffer"));
  EXPECT_FALSE(state.arrays.contains("weight.momentum_buffer"));
}

TEST(NamesInOptimizers, TwoAlikeAreAnErrorWithTheRemedy) {
  Net net, critic;
  const auto alike = [&] {
    return message_of([&] { optim::SGD({{.params = nn::parameters(net.encoder)}, {.params = nn::parameters(net.head)}}); });
  };
  EXPECT_THAT(alike(), HasSubstr("two parameters are named weight"));
  EXPECT_THAT(alike(), HasSubstr("call nn::parameters(net) for the whole before"));
  nn::parameters(net);                                                    // the remedy
  EXPECT_EQ(alike(), "nothing was thrown");

  const auto both = [&](std::string_view prefix) {
    return message_of([&] { optim::SGD({{.params = nn::parameters(net)}, {.params = nn::parameters(critic, prefix)}}); });
  };
  EXPECT_THAT(both(""), HasSubstr("nn::parameters(critic, \"critic\")"));
  EXPECT_EQ(both("critic"), "nothing was thrown");
  Parameters list = nn::parameters(net);
  list.push_back({"head.weight", critic.head.weight.leaf()});
  EXPECT_THAT(message_of([&] { optim::LBFGS lbfgs(list); }), HasSubstr("LBFGS: two parameters are named head.weight"));
}

TEST(NamesInOptimizers, AStateSavedUnderAPartsOwnNamesResumesUnderTheModels) {
  Net net;
  optim::Adam before(nn::parameters(net.head));
  const optim::State part = stepped(before, net).state();
  ASSERT_TRUE(part.arrays.contains("weight.exp_avg"));
  nn::parameters(net);
  optim::Adam after(nn::parameters(net.head));
  after.load_state(part);
  const optim::State whole = after.state();
  EXPECT_EQ(whole.arrays.at("head.weight.exp_avg").to_vector(), part.arrays.at("weight.exp_avg").to_vector());
  EXPECT_EQ(whole.arrays.at("head.bias.step").item(), 1);
  before.load_state(whole);
  EXPECT_EQ(before.state().arrays.at("weight.exp_avg").to_vector(), part.arrays.at("weight.exp_avg").to_vector());
  optim::Adam encoder(nn::parameters(net.encoder));
  EXPECT_THAT(message_of([&] { encoder.load_state(whole); }), HasSubstr("missing encoder.weight.group"));
}

TEST(NamesInOptimizers, AFileOfTheModelResumesWhateverWasListedBetween) {
  const TemporaryFolder folder;
  Net net;
  optim::Adam adam(nn::parameters(net));
  stepped(adam, net).save(folder / "adam.safetensors");
  nn::parameters(net.head);
  nn::parameters(net.encoder);
  optim::Adam resumed(nn::parameters(net));
  resumed.load(folder / "adam.safetensors");
  EXPECT_EQ(resumed.state().arrays.size(), adam.state().arrays.size());
}

}  // namespace names_test
