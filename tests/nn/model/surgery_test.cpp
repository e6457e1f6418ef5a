// Parts of models by pattern and path: parameters, freezing, replacing, and whether all of them are trained.
#include <gmock/gmock.h>

#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/layers/activation.h>
#include <gradus/nn/layers/embedding.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/check.h>
#include <gradus/nn/model/matching.h>
#include <gradus/nn/model/sequential.h>
#include <gradus/nn/model/state.h>
#include <gradus/nn/model/surgery.h>
#include <gradus/nn/model/tie.h>
#include <gradus/optim/rules/sgd.h>

#include <message_of.h>

namespace surgery_test {

using namespace gradus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> names(const Parameters& list) {
  std::vector<std::string> all;
  for (const NamedParameter& p : list) all.push_back(p.name);
  return all;
}

struct Encoder {
  std::vector<nn::Linear> layers{nn::Linear{3, 3}, nn::Linear{3, 3}};
  Tensor operator()(Tensor x) const {
    for (const nn::Linear& layer : layers) x = relu(layer(x));
    return x;
  }
};
struct Net {
  Encoder encoder;
  std::map<std::string, nn::Sequential<>> heads{{"a", nn::Sequential<>{nn::Linear{3, 2}}}};
  std::optional<nn::Linear> extra;
  nn::Sequential<nn::Linear, nn::ReLU> tail{nn::Linear{2, 2}, nn::ReLU{}};
  Tensor operator()(const Tensor& x) const { return tail(heads.at("a")(encoder(x))); }
};

TEST(Matching, ChoosesParametersByTheirPaths) {
  Net net;
  EXPECT_THAT(names(nn::parameters(net, nn::Matching{"encoder.*.weight", "heads.*"})),
              ElementsAre("encoder.layers.0.weight", "encoder.layers.1.weight", "heads.a.0.weight", "heads.a.0.bias"));
  EXPECT_THAT(names(nn::parameters(net, nn::Matching{"!*.bias", "!encoder.*"})), ElementsAre("heads.a.0.weight", "tail.0.weight"));
  EXPECT_THAT(names(nn::parameters(net, nn::Matching{"*", "!encoder.*", "encoder.layers.1.bias"})),
              ElementsAre("encoder.layers.1.bias", "heads.a.0.weight", "heads.a.0.bias", "tail.0.weight", "tail.0.bias"));
  // Of a part: paths begin there, names are the whole's.
  EXPECT_THAT(names(nn::parameters(net.encoder, nn::Matching{"layers.0.*"})),
              ElementsAre("encoder.layers.0.weight", "encoder.layers.0.bias"));
  EXPECT_EQ(message_of([&] { nn::parameters(net, nn::Matching{"*.weight", "encodr.*"}); }),
            "parameters: no parameter fits \"encodr.*\"; did you mean \"encoder\"?; there are encoder.layers.0.weight, "
            "encoder.layers.0.bias, encoder.layers.1.weight, encoder.layers.1.bias, heads.a.0.weight and 3 more");
  EXPECT_THAT(message_of([&] { nn::parameters(net, "encoder.*"); }), HasSubstr("is a prefix"));
  EXPECT_THAT(message_of([&] { nn::freeze(net, "!"); }), HasSubstr("nothing stands behind the !"));
}

TEST(Matching, FreezesAndUnfreezes) {
  Net net;
  EXPECT_EQ(nn::freeze(net, {"encoder.*", "!encoder.layers.1.*"}), 2);
  EXPECT_FALSE(net.encoder.layers[0].weight.requires_grad());
  EXPECT_THAT(names(nn::parameters(net, nn::Matching{"encoder.*"})), ElementsAre("encoder.layers.1.weight", "encoder.layers.1.bias"));
  EXPECT_EQ(nn::freeze(net), 8);
  EXPECT_THAT(nn::parameters(net), IsEmpty());
  EXPECT_EQ(nn::unfreeze(net, "*.bias"), 4);
  EXPECT_EQ(nn::parameters(net).size(), 4u);
  EXPECT_THROW(nn::freeze(net, {"*.bias", "*.gamma"}), ValueError);
}

struct Tied {
  nn::Embedding words{5, 3};
  nn::Linear output{3, 5};
  nn::Tie tied{words.weight, output.weight};
};

TEST(Matching, ATiedWeightIsOneByAnyOfItsPaths) {
  Tied net;
  EXPECT_THAT(names(nn::parameters(net, nn::Matching{"output.*"})), ElementsAre("words.weight", "output.bias"));
  EXPECT_EQ(nn::freeze(net, "output.weight"), 1);
  EXPECT_FALSE(net.words.weight.requires_grad());
  EXPECT_THAT(names(nn::parameters(net)), ElementsAre("output.bias"));
}

TEST(Surgery, ReplacesAndFindsPartsByPath) {
  Net net;
  nn::parameters(net);
  const auto body = nn::get_submodule<nn::Linear>(net, "encoder.layers.1").weight.leaf();
  nn::replace(net, "tail.0", nn::Linear{2, 7, {.bias = false}});                        // another size
  nn::replace(net, "heads.a.0", nn::Sequential{nn::Linear{3, 4}, nn::Linear{4, 2}});   // another class, in an AnyModule
  EXPECT_EQ(net(ones({1, 3})).shape(), Shape({1, 7}));
  EXPECT_THAT(names(nn::parameters(net, nn::Matching{"!encoder.*"})),
              ElementsAre("heads.a.0.0.weight", "heads.a.0.0.bias", "heads.a.0.1.weight", "heads.a.0.1.bias", "tail.0.weight"));
  EXPECT_EQ(net.encoder.layers[1].weight.leaf(), body);

  optim::SGD sgd(nn::parameters(net), {.lr = 0.1});          // values move into parameters that it holds
  nn::Linear same{3, 3};
  const auto values = same.weight.value().to_vector();
  nn::replace(net, "encoder.layers.1", std::move(same));
  EXPECT_EQ(net.encoder.layers[1].weight.leaf(), body);
  EXPECT_EQ(net.encoder.layers[1].weight.value().to_vector(), values);

  const Net& constant = net;
  static_assert(std::is_same_v<decltype(nn::get_submodule<nn::Linear>(constant, "tail.0")), const nn::Linear&>);
  EXPECT_EQ(&nn::get_submodule<nn::Linear>(constant, "tail.0"), &net.tail.get<0>());
  EXPECT_EQ(message_of([&] { nn::replace(net, "encoder.layer.1", nn::Linear{2, 2}); }),
            "replace: there is no layer \"encoder.layer.1\"; did you mean \"encoder.layers.1\"?; there are encoder, encoder.layers.0, "
            "encoder.layers.1, heads.a, heads.a.0, heads.a.0.0, heads.a.0.1, tail, tail.0 and 1 more");
  EXPECT_THAT(message_of([&] { nn::replace(net, "tail.1", nn::Tanh{}); }), HasSubstr("\"tail.1\" is a ReLU, not a Tanh; the class of a"));
  EXPECT_THAT(message_of([&] { nn::get_submodule<nn::Linear>(net, "extra"); }), HasSubstr("there is no layer \"extra\""));
}

TEST(Surgery, TiedWeightsStayTied) {
  Tied net;
  nn::replace(net, "output", nn::Linear{3, 5});
  EXPECT_TRUE(net.output.weight.tied());
  EXPECT_EQ(net.words.weight.value().to_vector(), net.output.weight.value().to_vector());
  EXPECT_THAT(message_of([&] { nn::replace(net, "output", nn::Linear{3, 6}); }),
              HasSubstr("weight of \"output\" is tied to another weight of the model, so what takes its place must have one [5, 3] f32, "
                        "not [6, 3]"));
  EXPECT_EQ(net.output.weight.shape(), Shape({5, 3}));
}

TEST(Surgery, NamesModules) {
  std::vector<std::string> all;
  for (const auto& [path, layer] : nn::named_modules(Net{})) all.push_back(path + " " + layer);
  EXPECT_THAT(all, ElementsAre(" Net", "encoder Encoder", "encoder.layers.0 Linear", "encoder.layers.1 Linear", "heads.a Sequential",
                               "heads.a.0 Linear", "tail Sequential", "tail.0 Linear", "tail.1 ReLU"));
}

TEST(Check, SaysWhatIsNotTrained) {
  Net net;
  nn::Linear stranger{1, 1};
  nn::freeze(net, "encoder.layers.0.*");
  optim::SGD most(nn::parameters(net, nn::Matching{"*", "!tail.*"}), {.lr = 0.1});
  optim::SGD two({{.params = nn::parameters(net, nn::Matching{"heads.*.bias"})}, {.params = nn::parameters(stranger, "stranger")}});
  sum(net.heads.at("a")(ones({1, 3}))).backward();
  const nn::CheckReport report = nn::check(net, most, two);
  EXPECT_THAT(report.untrained, ElementsAre("tail.0.weight", "tail.0.bias"));
  EXPECT_THAT(report.without_gradient, ElementsAre("encoder.layers.1.weight", "encoder.layers.1.bias", "tail.0.weight", "tail.0.bias"));
  EXPECT_THAT(report.trained_twice, ElementsAre("heads.a.0.bias"));
  EXPECT_THAT(report.foreign, ElementsAre("stranger.weight", "stranger.bias"));
  EXPECT_FALSE(report.ok());
  std::ostringstream out;
  out << report;
  EXPECT_THAT(out.str(), HasSubstr("heads.a.0.bias is in two optimizers\nstranger.weight is in an optimizer, but not in the model\n"));

  nn::unfreeze(net);
  sum(net(ones({1, 3}))).backward();
  EXPECT_EQ(nn::check(net, nn::parameters(net)).text(), "");
  Tied tied;
  sum(tied.output(tied.words(tensor({1, 2}, i64)))).backward();
  EXPECT_TRUE(nn::check(tied, optim::SGD(nn::parameters(tied), {.lr = 0.1})).ok());
}

}  // namespace surgery_test
