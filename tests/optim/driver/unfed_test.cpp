// Optimizers whose parameters get no gradient: the first step says so, and so does every step when their layer is gone.
#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gradus/autograd/ops/arithmetic.h>
#include <gradus/autograd/creation.h>
#include <gradus/autograd/ops/reduce.h>
#include <gradus/nn/init/init.h>
#include <gradus/nn/layers/activation.h>
#include <gradus/nn/layers/batch_norm.h>
#include <gradus/nn/layers/embedding.h>
#include <gradus/nn/layers/linear.h>
#include <gradus/nn/model/any_module.h>
#include <gradus/nn/model/sequential.h>
#include <gradus/nn/model/state.h>
#include <gradus/optim/around/weight_average.h>
#include <gradus/optim/lr_scheduler/lr_scheduler.h>
#include <gradus/optim/rules/adam.h>
#include <gradus/optim/rules/sgd.h>
#include <gradus/optim/schedules/step_lr.h>
#include <gradus/optim/second_order/lbfgs.h>

#include <message_of.h>

namespace unfed_test {

using namespace gradus;
using ::testing::AllOf;
using ::testing::HasSubstr;

const auto nothing = "nothing was thrown";

void backward(const auto& net) { sum(net(ones({1, 2}))).backward(); }

TEST(Unfed, TheFirstStepWithoutAnyGradientSaysWhatMayBeWrong) {
  nn::Linear net{2, 2};
  optim::Adam adam(nn::parameters(net));
  const auto step = [&] { return message_of([&] { adam.step(); }); };
  const Tensor loss = sum(net(ones({1, 2})));                  // and no backward
  EXPECT_THAT(step(), AllOf(HasSubstr("Adam: no parameter has a gradient in the first step"),
                            HasSubstr("call loss.backward() after zero_grad() and before step()")));
  backward(net);
  adam.zero_grad();
  EXPECT_THAT(step(), HasSubstr("Adam: no parameter has a gradient"));
  backward(nn::Linear(net));                                   // a copy
  EXPECT_THAT(step(), HasSubstr("a copy of it has parameters of its own"));
  EXPECT_EQ(adam.steps(), 0);
  backward(net);
  EXPECT_EQ(step(), nothing);
  adam.zero_grad();
  EXPECT_EQ(step(), nothing) << "later steps may be without";
  adam.reset_state();
  EXPECT_EQ(step(), nothing);
}

TEST(Unfed, ALoopThatOnlyShowsAScheduleIsFine) {
  nn::Linear before{2, 2};
  backward(before);
  nn::Linear net{2, 2};
  optim::SGD sgd(nn::parameters(net), {.lr = 1});
  optim::StepLR schedule(sgd, {.step_size = 1, .gamma = 0.5});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(message_of([&] { sgd.step(); }), nothing);
    schedule.step();
  }
  EXPECT_EQ(sgd.lr(), 0.125);
}

TEST(Unfed, SomeGradientsAreEnough) {
  struct { nn::Linear used{2, 2}, unused{2, 2}; } net;
  optim::SGD sgd(nn::parameters(net));
  backward(net.used);
  EXPECT_EQ(message_of([&] { sgd.step(); }), nothing);
  nn::Linear zero{2, 2};
  optim::SGD zeros_count(nn::parameters(zero));
  zero.weight.set_grad(zeros({2, 2}));
  EXPECT_EQ(message_of([&] { zeros_count.step(); }), nothing);
}

TEST(Unfed, WhatWasTrainedBeforeMayPause) {
  nn::Linear net{2, 2};
  optim::Adam before(nn::parameters(net));
  backward(net);
  before.step();
  optim::Adam resumed(nn::parameters(net));
  resumed.load_state(before.state());
  before.zero_grad();
  EXPECT_EQ(message_of([&] { resumed.step(); }), nothing);
}

TEST(Unfed, ClosuresCountAndLBFGSToo) {
  nn::Linear net{2, 2};
  const auto loss = [&] { return sum(pow(net(ones({1, 2})), 2)); };
  const auto trained = [&] {
    Tensor l = loss();
    l.backward();
    return l;
  };
  optim::SGD sgd(nn::parameters(net));
  EXPECT_THAT(message_of([&] { sgd.step(loss); }), HasSubstr("SGD: no parameter has a gradient"));
  optim::LBFGS lbfgs(nn::parameters(net));
  EXPECT_THAT(message_of([&] { lbfgs.step(loss); }), HasSubstr("LBFGS: no parameter has a gradient after the closure"));
  EXPECT_EQ(message_of([&] { sgd.step(trained); }), nothing);
  lbfgs.zero_grad();
  EXPECT_EQ(message_of([&] { lbfgs.step(trained); }), nothing);
}

// ---- leaves that the model no longer has

struct Heads {
  std::map<std::string, nn::Linear> by_name{{"one", {2, 2}}};
  nn::Linear plain{2, 2};
  Tensor operator()(const Tensor& x) const { return by_name.at("one")(plain(x)); }
};

class Abandoned : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(Gradients, Abandoned, testing::Bool());

TEST_P(Abandoned, AModelAssignedOverThatCouldNotKeepItsParametersIsAnError) {
  Heads net;
  optim::SGD sgd(nn::parameters(net));
  optim::EMA ema(nn::parameters(net));
  optim::LBFGS lbfgs(nn::parameters(net));
  bool set_to_none = true;
  const auto step = [&] {
    return message_of([&] {
      sgd.zero_grad(set_to_none);
      backward(net);
      sgd.step();
    });
  };
  EXPECT_EQ(step(), nothing);
  set_to_none = GetParam();
  const Heads best = net;
  net = best;
  if (net.by_name.at("one").weight.leaf() == sgd.parameters()[0].leaf) GTEST_SKIP() << "this std::map assigns to its elements";
  const auto before = net.plain.weight.value().to_vector();
  EXPECT_THAT(step(), HasSubstr("SGD: no model has the parameter by_name.one.weight any more"));
  EXPECT_EQ(net.plain.weight.value().to_vector(), before) << "nothing has changed";
  EXPECT_THAT(message_of([&] { ema.update(); }), HasSubstr("EMA: no model has the parameter by_name.one.weight any more"));
  EXPECT_THAT(message_of([&] {
                lbfgs.step([&] {
                  Tensor loss = sum(net(ones({1, 2})));
                  loss.backward();
                  return loss;
                });
              }),
              HasSubstr("LBFGS: no model has the parameter"));

  Heads other;                                                 // the remedy
  optim::SGD second(nn::parameters(other));
  backward(other);
  nn::load_state(other, nn::state(best));
  EXPECT_EQ(message_of([&] { second.step(); }), nothing);
}

TEST(AbandonedLeaves, AGradientIsUsedOnce) {
  struct { nn::Linear body{2, 2}, head{2, 2}; } net;
  optim::SGD sgd(nn::parameters(net));
  backward(net.head);
  net.head = nn::Linear{2, 3};
  for (const bool last : {false, true}) {
    nn::zero_grad(net);                                        // does not know the old head
    backward(net.body);
    EXPECT_THAT(message_of([&] { sgd.step(); }), HasSubstr(last ? "no model has the parameter head.weight any more" : nothing));
  }
}

TEST(AbandonedLeaves, ALayerThatIsReplacedIsAnError) {
  struct {
    nn::Linear body{2, 2}, head{2, 2};
    Tensor operator()(const Tensor& x) const { return head(body(x)); }
  } net;
  optim::AdamW adam(nn::parameters(net));
  net.head = nn::Linear{2, 10};
  backward(net);
  EXPECT_THAT(message_of([&] { adam.step(); }), HasSubstr("AdamW: no model has the parameter head.weight any more"));
}

TEST(AbandonedLeaves, AGradientThatIsThereCounts) {
  Tensor loss;
  std::unique_ptr<optim::SGD> sgd;
  {
    nn::Linear gone{2, 2};
    sgd = std::make_unique<optim::SGD>(nn::parameters(gone));
    loss = sum(gone(ones({1, 2})));
  }
  loss.backward();
  EXPECT_EQ(message_of([&] { sgd->step(); }), nothing);
  sgd->zero_grad();
  EXPECT_THAT(message_of([&] { sgd->step(); }), HasSubstr("no model has the parameter weight any more"));
}

TEST(AbandonedLeaves, VariablesAreNobodysParameters) {
  Counted<Leaf> loose(new Leaf(Array::zeros({2}), "loose")), other(new Leaf(Array::zeros({2}), "other"));
  optim::SGD sgd(Parameters{{"loose", loose}, {"other", other}});
  loose->set_gradient(ones({2}));
  EXPECT_EQ(message_of([&] { sgd.step(); }), nothing);
}

TEST(AbandonedLeaves, ModelsThatMoveAreNot) {
  std::vector<nn::Linear> nets;
  nets.emplace_back(2, 2);
  optim::SGD sgd(nn::parameters(nets[0]));
  for (int i = 0; i < 5; ++i) nets.emplace_back(2, 2);
  const nn::Linear home = std::move(nets[0]);
  nets.clear();
  backward(home);
  EXPECT_EQ(message_of([&] { sgd.step(); }), nothing);
  sgd.zero_grad();
  EXPECT_EQ(message_of([&] { sgd.step(); }), nothing);
}

// ---- and those that are kept

TEST(Kept, AChainThatIsAssignedTo) {
  struct Net {
    nn::Chain layers{nn::Linear{2, 2}, nn::Tanh{}, nn::Chain{nn::Linear{2, 2}, nn::BatchNorm1d{2}}};
    nn::AnyModule head = nn::Linear{2, 2};
    Tensor operator()(const Tensor& x) const { return head(layers(x)); }
  } net;
  optim::SGD sgd(nn::parameters(net), {.lr = 0.1});
  const auto holds_them = [&] {
    const Parameters now = nn::parameters(net), held = sgd.parameters();
    if (now.size() != held.size()) return false;
    for (std::size_t i = 0; i < now.size(); ++i)
      if (now[i].leaf != held[i].leaf || now[i].name != held[i].name) return false;
    return true;
  };
  const auto weights = [](Net& of) { return of.layers[0].get_if<nn::Linear>()->weight.value().to_vector(); };
  Net best = net;
  nn::init::zeros(net.layers[0].get_if<nn::Linear>()->weight);
  net = best;
  EXPECT_TRUE(holds_them());
  EXPECT_EQ(weights(net), weights(best));
  Net fresh;
  const std::vector<double> values = weights(fresh);
  net = std::move(fresh);
  EXPECT_TRUE(holds_them());
  EXPECT_EQ(weights(net), values);
  sum(net(randn({4, 2})) * randn({4, 2})).backward();
  sgd.step();
  EXPECT_NE(weights(net), values);
  EXPECT_NE(weights(best), weights(net));
}

TEST(Kept, AnotherLayerInAnAnyModuleIsAnother) {
  nn::AnyModule any = nn::Linear{2, 2};
  const auto leaf = nn::parameters(any)[0].leaf;
  any = nn::Embedding{2, 2};
  EXPECT_NE(any.get_if<nn::Embedding>(), nullptr);
  EXPECT_NE(nn::parameters(any)[0].leaf, leaf);
  EXPECT_TRUE(leaf->abandoned());
  any = nn::AnyModule();
  EXPECT_FALSE(any);
  nn::Chain nested;
  nested.push_back(nn::Chain{nn::Linear{2, 2}, nn::ReLU{}});
  nested[0] = nested[0].get_if<nn::Chain>()->operator[](0);    // a part of what it replaces
  EXPECT_NE(nested[0].get_if<nn::Linear>(), nullptr);
  std::swap(nested[0], any);
  EXPECT_FALSE(nested[0]);
  EXPECT_NE(any.get_if<nn::Linear>(), nullptr);
}

}  // namespace unfed_test
