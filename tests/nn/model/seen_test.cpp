// What a walk through a model sees, and that it does not go silently past what it cannot see: tests/house/misuse/model_*.cpp do not
// compile, the rest is here.
#include <gmock/gmock.h>

#include <any>
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <variant>
#include <vector>

#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/activation.h>
#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/ops/math.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/dropout.h>
#include <gradus/nn/layers/embedding.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/any_module.h>
#include <gradus/nn/model/passed_over.h>
#include <gradus/nn/model/state.h>
#include <gradus/optim/rules/sgd.h>

#include <message_of.h>
#include "temporary_folder.h"
#include "nn/names.h"

namespace seen_test {

using namespace gradus;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

struct Gate {
  nn::Linear data{2, 2}, gate{2, 2};
  Tensor operator()(const Tensor& x) const { return data(x) * sigmoid(gate(x)); }
};

// ---- what is seen

TEST(Seen, WhatAVariantHolds) {
  struct Net {
    std::variant<std::monostate, nn::Linear, Gate> body;
    std::vector<std::variant<nn::Linear, nn::Dropout>> layers{nn::Linear{2, 1, {.bias = false}}, nn::Dropout{0.5}};
  } net;
  EXPECT_THAT(names(net), ElementsAre("layers.0.weight"));
  net.body = nn::Linear{2, 2};
  EXPECT_THAT(names(net), ElementsAreArray({"body.weight", "body.bias", "layers.0.weight"}));
  net.body = Gate{};
  EXPECT_THAT(names(net),
              ElementsAreArray({"body.data.weight", "body.data.bias", "body.gate.weight", "body.gate.bias", "layers.0.weight"}));
  nn::eval(net);
  EXPECT_FALSE(std::get<nn::Dropout>(net.layers[1]).training);
  nn::to(net, f64);
  EXPECT_EQ(std::get<Gate>(net.body).gate.bias.dtype(), f64);

  const TemporaryFolder folder;
  nn::save(net, folder / "net.safetensors");
  Net other;
  other.body = Gate{};
  nn::to(other, f64);
  nn::load(other, folder / "net.safetensors");
  EXPECT_EQ(std::get<Gate>(other.body).data.weight.value().to_vector(), std::get<Gate>(net.body).data.weight.value().to_vector());
  Net copy = net;
  EXPECT_NE(std::get<Gate>(copy.body).data.weight.leaf().get(), std::get<Gate>(net.body).data.weight.leaf().get());
}

struct Expert {
  virtual Tensor operator()(const Tensor& x) const = 0;
  virtual void walk(const nn::Path& path, nn::Visitor& visitor) = 0;
  virtual ~Expert() = default;
};
class Wide final : public Expert {
 public:
  explicit Wide(std::int64_t n) : inner_(2, n), outer_(n, 2) {}
  Tensor operator()(const Tensor& x) const override { return outer_(relu(inner_(x))); }
  void walk(const nn::Path& path, nn::Visitor& visitor) override { nn::walk_members(*this, path, visitor); }
  bool training = true;

 private:
  nn::Linear inner_, outer_;

 public:
  using Fields = nn::Fields<&Wide::inner_, &Wide::outer_>;
};

TEST(Seen, DerivedClassesThatWalkThemselves) {
  struct { std::vector<std::unique_ptr<Expert>> experts; } net;
  net.experts.push_back(std::make_unique<Wide>(3));
  net.experts.emplace_back();
  EXPECT_THAT(names(net),
              ElementsAreArray({"experts.0.inner.weight", "experts.0.inner.bias", "experts.0.outer.weight", "experts.0.outer.bias"}));
  nn::eval(net);
  EXPECT_FALSE(static_cast<Wide&>(*net.experts[0]).training);
}

struct Plain {
  virtual ~Plain() = default;
  nn::Linear first{2, 2};
  using Fields = nn::Fields<&Plain::first>;
};
struct More : Plain {
  nn::Linear second{2, 2};
  using Fields = nn::Fields<&More::first, &More::second>;
};

TEST(Seen, ADerivedClassBehindAPointerToItsBaseIsAnError) {
  struct { std::unique_ptr<Plain> layer = std::make_unique<Plain>(); } net;
  EXPECT_THAT(names(net), ElementsAreArray({"layer.first.weight", "layer.first.bias"}));
  net.layer = std::make_unique<More>();
  using Uses = std::vector<std::function<void()>>;
  for (const auto& use : Uses{[&] { nn::parameters(net); }, [&] { nn::state(net); }, [&] { nn::eval(net); }}) {
    const std::string message = message_of(use);
    EXPECT_THAT(message, HasSubstr("the pointer at layer is to a seen_test::Plain and holds a seen_test::More"));
    EXPECT_THAT(message, HasSubstr("nn::walk_members(*this, path, visitor)"));
  }
  struct { std::shared_ptr<More> layer = std::make_shared<More>(); } whole;
  EXPECT_EQ(names(whole).size(), 4u);
}

TEST(Seen, WhatConstantPointersOwn) {
  struct {
    const std::unique_ptr<nn::Linear> one = std::make_unique<nn::Linear>(2, 2);
    const std::shared_ptr<nn::Linear> two = std::make_shared<nn::Linear>(2, 2);
  } net;
  EXPECT_THAT(names(net), ElementsAreArray({"one.weight", "one.bias", "two.weight", "two.bias"}));
}

enum class Task { digits = 3, price };

TEST(Seen, KeysOfMapsAreNames) {
  const nn::LinearOptions no_bias{.bias = false};
  struct {
    std::map<int, nn::Linear> by_number;
    std::map<Task, nn::Linear> by_task;
    std::map<std::string, nn::Linear, std::less<>> by_name;
    std::map<std::pair<int, int>, double> rates{{{1, 2}, 0.5}};
  } net;
  for (const int key : {-2, 7}) net.by_number.emplace(key, nn::Linear{1, 1, no_bias});
  net.by_task.emplace(Task::price, nn::Linear{1, 1, no_bias});
  net.by_name.emplace("one", nn::Linear{1, 1, no_bias});
  EXPECT_THAT(names(net), ElementsAreArray({"by_number.-2.weight", "by_number.7.weight", "by_task.4.weight", "by_name.one.weight"}));
}

// ---- what cannot be seen is an error

struct HoldsAny {
  std::any thing = 3;
  using Fields = nn::Fields<&HoldsAny::thing>;
};

TEST(Unseen, FunctionsWithParametersInside) {
  struct Net {
    std::function<Tensor(const Tensor&)> act = [](const Tensor& x) { return relu(x); };
    nn::Linear head{2, 2};
  } net;
  const std::vector<std::string> head{"head.weight", "head.bias"};
  EXPECT_EQ(names(net), head);
  net.act = [slope = tensor({0.5})](const Tensor& x) { return x * slope; };
  EXPECT_EQ(names(net), head);
  net.act = nullptr;
  EXPECT_EQ(names(net), head);

  const auto captured = [inner = Gate{}](const Tensor& x) { return inner(x); };
  const std::vector<std::function<Tensor(const Tensor&)>> hiding{
      nn::Linear{2, 2}, Gate{}, captured, nn::AnyModule{nn::Linear{2, 2}}, nn::Dropout{0.5}, nn::BatchNorm1d{2, {.affine = false}}};
  for (const auto& f : hiding) {
    net.act = f;
    EXPECT_THAT(message_of([&] { nn::parameters(net); }), HasSubstr("the function at act has parameters inside"));
    EXPECT_THAT(message_of([&] { nn::state(net); }), HasSubstr("hold the layer in an nn::AnyModule, which takes any callable and is seen"));
  }
  struct { nn::AnyModule act = Gate{}; nn::Linear head{2, 2}; } remedy;
  EXPECT_EQ(names(remedy).size(), 6u);
  struct { nn::PassedOver<std::function<Tensor(const Tensor&)>> act{Gate{}}; nn::Linear head{2, 2}; } said;
  EXPECT_EQ(names(said), head);
  EXPECT_EQ(said.act(ones({1, 2})).shape(), (Shape{1, 2}));

  HoldsAny any;
  EXPECT_TRUE(names(any).empty());
  any.thing = nn::Linear{2, 2};
  EXPECT_THAT(message_of([&] { nn::parameters(any); }), HasSubstr("the function at thing"));
}

// Its list misses something that lies in it, at whatever depth.
class Forgetful {
 public:
  Forgetful() = default;

 private:
  Parameter weight_{Array::zeros({3})};
  std::array<std::optional<Gate>, 2> gates_{Gate{}};

 public:
  using Fields = nn::Fields<&Forgetful::weight_>;
};
class Forgetless {
 public:
  Forgetless() = default;
  nn::PassedOver<Gate> teacher;

 private:
  Parameter weight_{Array::zeros({3})}, unused_;
  std::string title_ = "a title";

 public:
  using Fields = nn::Fields<&Forgetless::weight_, &Forgetless::teacher>;
};

TEST(Unseen, FieldsLeftOutOfAClassesList) {
  Parameter before(Array::zeros({1}));
  struct { nn::Linear first{2, 2}; std::vector<Forgetful> blocks{Forgetful{}}; } net;
  for (const auto& use : std::vector<std::function<void()>>{[&] { nn::parameters(net); }, [&] { nn::state(net); }}) {
    const std::string message = message_of(use);
    EXPECT_THAT(message, HasSubstr("a class that lists its fields (blocks.0) has a parameter [2, 2] that is not in the list"));
    EXPECT_THAT(message, HasSubstr("add it to nn::Fields"));
  }
  Forgetful alone;
  EXPECT_THAT(message_of([&] { nn::parameters(alone); }), HasSubstr("(the model itself)"));
  std::vector<Forgetless> fine(3);
  fine.erase(fine.begin());
  EXPECT_THAT(names(fine), ElementsAreArray({"0.weight", "1.weight"}));
}

// ---- what is said not to be part of the model

class Tokenizer {
 public:
  explicit Tokenizer(std::string language) : language_(std::move(language)) {}
  const std::string& language() const { return language_; }

 private:
  std::string language_;
};

TEST(PassedOver, IsNoPartOfTheModel) {
  nn::Embedding words{5, 3};
  struct Net {
    nn::PassedOver<nn::Embedding*> words;
    nn::PassedOver<Tokenizer> tokenizer{"en"};
    nn::PassedOver<std::shared_ptr<const nn::Linear>> teacher = std::make_shared<const nn::Linear>(2, 2);
    nn::PassedOver<const nn::Linear> fixed{2, 2};
    std::vector<nn::PassedOver<nn::Linear*>> none;
    nn::Linear head{3, 1};
    std::mutex mutex;
    std::unique_ptr<optim::SGD> sgd;
    nn::PassedOver<std::unique_ptr<int>> count;
  } net{.words = &words};
  EXPECT_THAT(names(net), ElementsAreArray({"head.weight", "head.bias"}));
  EXPECT_EQ(nn::state(net).arrays.size(), 2u);
  EXPECT_EQ(net.words->weight.shape(), (Shape{5, 3}));
  EXPECT_EQ((*net.words)(tensor({1, 2}, i64)).shape(), (Shape{2, 3}));
  EXPECT_EQ(net.tokenizer->language(), "en");
  EXPECT_EQ((*net.teacher)(ones({1, 2})).shape(), (Shape{1, 2}));
  EXPECT_EQ(net.fixed(ones({1, 2})).shape(), (Shape{1, 2}));
  nn::Embedding* same = net.words;
  EXPECT_EQ(same, &words);
  EXPECT_FALSE(net.count.get());
}

// ---- two of one name

TEST(Collisions, InAStateAreAnErrorEvenIfNobodyListedTheParameters) {
  const TemporaryFolder folder;
  struct {
    std::map<std::string, nn::Linear> heads{{"a.b", {1, 1, {.bias = false}}}};
    std::map<std::string, std::map<std::string, nn::Linear>> more;
  } dotted;
  EXPECT_EQ(nn::state(dotted).arrays.size(), 1u);
  struct { std::map<std::string, std::map<std::string, nn::Linear>> heads; } net;
  net.heads["a"].emplace("b.c", nn::Linear{1, 1});
  net.heads["a.b"].emplace("c", nn::Linear{1, 1});
  EXPECT_THAT(message_of([&] { nn::save(net, folder / "net.safetensors"); }),
              HasSubstr("two arrays of the model are named heads.a.b.c.weight; give a map's key or a member another name"));
  EXPECT_FALSE(std::filesystem::exists(folder / "net.safetensors"));
  struct { std::map<std::string, std::map<std::string, nn::Dropout>> drops; } streams;
  streams.drops["a"].emplace("b.c", nn::Dropout{});
  streams.drops["a.b"].emplace("c", nn::Dropout{});
  EXPECT_THAT(message_of([&] { nn::state(streams); }),
              HasSubstr("two streams of random numbers of the model are named drops.a.b.c.generator"));
}

}  // namespace seen_test
